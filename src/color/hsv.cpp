// SPDX-License-Identifier: Apache-2.0
// Hue, saturation and value.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {

Array rgb2hsv(const Array& rgb, const opsin::color::ConversionOptions& o) {
  const Conversion conversion("color.rgb2hsv", rgb, o.channel_axis);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, EncodeHsv<C>{}); });
  return conversion.out;
}

Array hsv2rgb(const Array& hsv, const opsin::color::ConversionOptions& o) {
  const Conversion conversion("color.hsv2rgb", hsv, o.channel_axis);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, DecodeHsv<C>{}); });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, rgb2hsv, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, hsv2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
