// SPDX-License-Identifier: Apache-2.0
// CIE-LCh: the chroma and the hue of CIE-LAB.
#include "color/polar.h"
#include "core/assign.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::channel;
using opsin::color::ConversionOptions;

template <class C>
struct ToPolar {
  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V a = c[1], b = c[2];
    c[1] = hypot(a, b);
    c[2] = hue(a, b);
  }
};

template <class C>
struct FromPolar {
  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V chroma = c[1], h = c[2];
    c[1] = chroma * cos(h);
    c[2] = chroma * sin(h);
  }
};

/// Channels from the fourth on pass through.
template <template <class> class Step>
Array polar(std::string_view op, const Array& image, const ConversionOptions& o) {
  const DType dtype = float_result(image.dtype());
  const int axis = core::normalize_axis(op, o.channel_axis, image.ndim());
  core::check_plain(image.shape(axis) >= 3, "Input image has less than 3 channels.");
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  const Scaling scaling = scaling_to_unit(image.dtype());
  with_real(dtype, [&]<class C>(Tag<C>) {
    const auto at = [&](const Array& a, std::int64_t k) { return channel(a, axis, k); };
    engine::pointwise<C, 3, 3>({at(out, 0), at(out, 1), at(out, 2)}, {at(image, 0), at(image, 1), at(image, 2)},
                               Pixelwise<Chain<Step<C>>>{Chain<Step<C>>(Step<C>{})}, {scaling, scaling, scaling});
    for (std::int64_t k = 3; k < image.shape(axis); ++k) {
      engine::pointwise<C, 1, 1>({at(out, k)}, {at(image, k)}, engine::Unchanged{}, {scaling});
    }
  });
  return out;
}

}  // namespace

Array lab2lch(const Array& lab, const ConversionOptions& o) { return polar<ToPolar>("color.lab2lch", lab, o); }

Array lch2lab(const Array& lch, const ConversionOptions& o) { return polar<FromPolar>("color.lch2lab", lch, o); }

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, lab2lch, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, lch2lab, Array, const Array&, const opsin::color::ConversionOptions&)
