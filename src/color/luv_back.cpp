// SPDX-License-Identifier: Apache-2.0
// CIE 1976 L*u*v* back to XYZ and RGB.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::ConversionOptions;
using opsin::color::WhiteOptions;
using opsin::color::xyz_tristimulus_values;

}  // namespace

Array luv2xyz(const Array& luv, const WhiteOptions& o) {
  const Conversion conversion("color.luv2xyz", luv, o.channel_axis);
  const auto white = xyz_tristimulus_values(o.illuminant, o.observer);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, DecodeLuv<C>(white)); });
  return conversion.out;
}

Array luv2rgb(const Array& luv, const ConversionOptions& o) {
  const Conversion conversion("color.luv2rgb", luv, o.channel_axis);
  const auto white = xyz_tristimulus_values("D65", "2");
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    convert<C>(conversion, DecodeLuv<C>(white), Linear<C>(opsin::color::rgb_from_xyz), EncodeSrgb<C>{});
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, luv2xyz, Array, const Array&, const opsin::color::WhiteOptions&)
OPSIN_EXPORT(color, luv2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
