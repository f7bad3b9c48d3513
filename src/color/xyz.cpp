// SPDX-License-Identifier: Apache-2.0
// CIE 1931 XYZ.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {

Array rgb2xyz(const Array& rgb, const opsin::color::ConversionOptions& o) {
  const Conversion conversion("color.rgb2xyz", rgb, o.channel_axis);
  with_real(conversion.out.dtype(),
            [&]<class C>(Tag<C>) { convert<C>(conversion, DecodeSrgb<C>{}, Linear<C>(opsin::color::xyz_from_rgb)); });
  return conversion.out;
}

Array xyz2rgb(const Array& xyz, const opsin::color::ConversionOptions& o) {
  const Conversion conversion("color.xyz2rgb", xyz, o.channel_axis);
  with_real(conversion.out.dtype(),
            [&]<class C>(Tag<C>) { convert<C>(conversion, Linear<C>(opsin::color::rgb_from_xyz), EncodeSrgb<C>{}); });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, rgb2xyz, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, xyz2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
