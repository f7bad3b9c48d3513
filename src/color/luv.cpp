// SPDX-License-Identifier: Apache-2.0
// CIE 1976 L*u*v* from XYZ and RGB.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::ConversionOptions;
using opsin::color::WhiteOptions;
using opsin::color::xyz_tristimulus_values;

}  // namespace

Array xyz2luv(const Array& xyz, const WhiteOptions& o) {
  const Conversion conversion("color.xyz2luv", xyz, o.channel_axis);
  const auto white = xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, EncodeLuv<C>(white)); });
  return conversion.out;
}

Array rgb2luv(const Array& rgb, const ConversionOptions& o) {
  const Conversion conversion("color.rgb2luv", rgb, o.channel_axis);
  const auto white = xyz_tristimulus_values("D65", "2");
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    convert<C>(conversion, DecodeSrgb<C>{}, Linear<C>(opsin::color::xyz_from_rgb), EncodeLuv<C>(white));
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, xyz2luv, Array, const Array&, const opsin::color::WhiteOptions&)
OPSIN_EXPORT(color, rgb2luv, Array, const Array&, const opsin::color::ConversionOptions&)
