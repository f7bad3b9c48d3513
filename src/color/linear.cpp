// SPDX-License-Identifier: Apache-2.0
// The spaces that are a matrix away from RGB.
#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::ConversionOptions;
using opsin::color::Matrix;
using opsin::color::Triple;

Array linear(const Conversion& conversion, const Matrix& matrix, const Triple& before = {}, const Triple& after = {}) {
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) { convert<C>(conversion, Linear<C>(matrix, before, after)); });
  return conversion.out;
}

/// scikit-image subtracts the offsets in the image's own type before it scales: integers wrap around, float16 rounds.
template <class C>
struct NarrowOffsets {
  C offset[3];
  C low;    // of the integer type
  C count;  // of its values
  C scale;
  bool is_signed;
  bool is_half;

  template <class V>
  HD void operator()(V (&c)[3]) const {
    for (int k = 0; k < 3; ++k) {
      V x = c[k] - broadcast<V>(offset[k]);
      if (is_half) {
        if constexpr (std::is_same_v<C, float>) x = round_to_half(x);
      } else {
        x = pick(x < broadcast<V>(low), x + broadcast<V>(count), x) * broadcast<V>(scale);
        if (is_signed) x = max(x, broadcast<V>(C(-1)));
      }
      c[k] = x;
    }
  }
};

template <class C>
NarrowOffsets<C> narrow_offsets(DType t) {
  NarrowOffsets<C> offsets{};
  for (unsigned k = 0; k < 3; ++k) offsets.offset[k] = static_cast<C>(opsin::color::ycbcr_offset[k]);
  offsets.is_half = t == DType::float16;
  if (offsets.is_half) return offsets;
  const int bits = static_cast<int>(itemsize(t)) * 8;
  offsets.is_signed = is_signed(t);
  offsets.count = std::ldexp(C(1), bits);
  offsets.low = offsets.is_signed ? -std::ldexp(C(1), bits - 1) : C(0);
  offsets.scale = static_cast<C>(scaling_to_unit(t).scale);
  return offsets;
}

}  // namespace

Array rgb2yuv(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2yuv", image, o.channel_axis), opsin::color::yuv_from_rgb);
}

Array yuv2rgb(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.yuv2rgb", image, o.channel_axis), opsin::color::rgb_from_yuv);
}

Array rgb2yiq(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2yiq", image, o.channel_axis), opsin::color::yiq_from_rgb);
}

Array yiq2rgb(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.yiq2rgb", image, o.channel_axis), opsin::color::rgb_from_yiq);
}

Array rgb2ypbpr(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2ypbpr", image, o.channel_axis), opsin::color::ypbpr_from_rgb);
}

Array ypbpr2rgb(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.ypbpr2rgb", image, o.channel_axis), opsin::color::rgb_from_ypbpr);
}

Array rgb2ydbdr(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2ydbdr", image, o.channel_axis), opsin::color::ydbdr_from_rgb);
}

Array ydbdr2rgb(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.ydbdr2rgb", image, o.channel_axis), opsin::color::rgb_from_ydbdr);
}

Array rgb2rgbcie(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2rgbcie", image, o.channel_axis), opsin::color::rgbcie_from_rgb);
}

Array rgbcie2rgb(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgbcie2rgb", image, o.channel_axis), opsin::color::rgb_from_rgbcie);
}

Array rgb2ycbcr(const Array& image, const ConversionOptions& o) {
  return linear(Conversion("color.rgb2ycbcr", image, o.channel_axis), opsin::color::ycbcr_from_rgb, {},
                opsin::color::ycbcr_offset);
}

Array ycbcr2rgb(const Array& image, const ConversionOptions& o) {
  const DType t = image.dtype();
  Conversion conversion("color.ycbcr2rgb", image, o.channel_axis);
  core::check<TypeError>(t != DType::boolean, "color.ycbcr2rgb", "offsets cannot be subtracted from a bool image");
  core::check(t != DType::int8, "color.ycbcr2rgb", "the offset 128 does not fit into int8");
  if (t == DType::float32 || t == DType::float64) {
    return linear(conversion, opsin::color::rgb_from_ycbcr, opsin::color::ycbcr_offset);
  }
  conversion.scaling = {};
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    convert<C>(conversion, narrow_offsets<C>(t), Linear<C>(opsin::color::rgb_from_ycbcr));
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, rgb2yuv, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, yuv2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2yiq, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, yiq2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2ypbpr, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, ypbpr2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2ydbdr, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, ydbdr2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2rgbcie, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgbcie2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2ycbcr, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, ycbcr2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
