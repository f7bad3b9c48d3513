// SPDX-License-Identifier: Apache-2.0
// CIE 1976 L*a*b* from XYZ and RGB.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {

using opsin::color::WhiteOptions;

Array xyz2lab(const Array& xyz, const WhiteOptions& o) {
  const Conversion conversion("color.xyz2lab", xyz, o.channel_axis);
  const auto white = opsin::color::xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, EncodeLab<C>(white)); });
  return conversion.out;
}

Array rgb2lab(const Array& rgb, const WhiteOptions& o) {
  const Conversion conversion("color.rgb2lab", rgb, o.channel_axis);
  const auto white = opsin::color::xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    convert<C>(conversion, DecodeSrgb<C>{}, Linear<C>(opsin::color::xyz_from_rgb), EncodeLab<C>(white));
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, xyz2lab, Array, const Array&, const opsin::color::WhiteOptions&)
OPSIN_EXPORT(color, rgb2lab, Array, const Array&, const opsin::color::WhiteOptions&)
