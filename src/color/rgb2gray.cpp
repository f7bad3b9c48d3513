// SPDX-License-Identifier: Apache-2.0
#include "color/channels.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::channel;

struct Luminance {
  template <class V>
  HD void operator()(const V (&rgb)[3], V (&gray)[1]) const {
    using C = Element<V>;
    gray[0] =
        fma(broadcast<V>(C(0.0721)), rgb[2], fma(broadcast<V>(C(0.7154)), rgb[1], broadcast<V>(C(0.2125)) * rgb[0]));
  }
};

}  // namespace

Array rgb2gray(const Array& rgb, const opsin::color::Rgb2GrayOptions& options) {
  const DType dtype = float_result(rgb.dtype());
  const int axis = core::normalize_axis("color.rgb2gray", options.channel_axis, rgb.ndim());
  core::check_plain(rgb.shape(axis) == 3, "the input array must have size 3 along `channel_axis`, got ", rgb.shape());
  const Array red = channel(rgb, axis, 0);
  const Array gray = core::empty_result(red.shape(), dtype, rgb.device());
  const Scaling scaling = scaling_to_unit(rgb.dtype());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 3, 1>({gray}, {red, channel(rgb, axis, 1), channel(rgb, axis, 2)}, Luminance{},
                               {scaling, scaling, scaling});
  });
  return gray;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, rgb2gray, Array, const Array&, const opsin::color::Rgb2GrayOptions&)
