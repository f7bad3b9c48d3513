// SPDX-License-Identifier: Apache-2.0
// CIE 1976 L*a*b* back to XYZ and RGB.
#include <cmath>

#include "color/stages.h"
#include "core/target.h"
#include "engine/means.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::WhiteOptions;

template <class C>
struct IsNegative {
  DecodeLab<C> decode;

  template <class V>
  HD void operator()(const V (&lab)[3], V (&out)[1]) const {
    V c[3] = {lab[0], lab[1], lab[2]};
    out[0] = broadcast<V>(C(0));
    decode(c, out[0]);
  }
};

/// The number of pixels with negative Z. Few images have any, so they are counted when it is known that there are.
template <class C>
std::int64_t count_negative(const Conversion& conversion, const DecodeLab<C>& decode) {
  const auto at = [&](std::int64_t k) { return opsin::color::channel(conversion.in, conversion.axis, k); };
  const Array l = at(0);
  const Array negative = Array::empty(l.shape(), DType::boolean, l.device());
  const Scaling s = conversion.scaling;
  engine::pointwise<C, 3, 1>({negative}, {l, at(1), at(2)}, IsNegative<C>{decode}, {s, s, s});
  const double share = engine::channel_means(negative.reshape({l.size(), 1})).item();
  return std::llround(share * static_cast<double>(l.size()));
}

template <class C>
void warn_of_clipped(int report, const Conversion& conversion, const DecodeLab<C>& decode, std::string_view way) {
  if (report == 0) return;
  core::warn(Warning::Category::user,
             core::text("Conversion from CIE-LAB", way, " color space resulted in ",
                        count_negative<C>(conversion, decode), " negative Z values that have been clipped to zero"));
}

}  // namespace

Array lab2xyz(const Array& lab, const WhiteOptions& o) {
  const Conversion conversion("color.lab2xyz", lab, o.channel_axis);
  const auto white = opsin::color::xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    const DecodeLab<C> decode(white);
    warn_of_clipped<C>(convert<C>(conversion, decode), conversion, decode, " to XYZ");
  });
  return conversion.out;
}

Array lab2rgb(const Array& lab, const WhiteOptions& o) {
  const Conversion conversion("color.lab2rgb", lab, o.channel_axis);
  const auto white = opsin::color::xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    const DecodeLab<C> decode(white);
    const int report = convert<C>(conversion, decode, Linear<C>(opsin::color::rgb_from_xyz), EncodeSrgb<C>{});
    warn_of_clipped<C>(report, conversion, decode, ", via XYZ to sRGB");
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, lab2xyz, Array, const Array&, const opsin::color::WhiteOptions&)
OPSIN_EXPORT(color, lab2rgb, Array, const Array&, const opsin::color::WhiteOptions&)
