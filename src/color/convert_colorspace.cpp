// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

namespace constants = opsin::color;

enum class Way { none, linear, hsv, xyz };

struct Space {
  const char* name;
  Way way;
  constants::Matrix to_rgb;
  constants::Matrix from_rgb;
  constants::Triple offset;
};

const Space spaces[] = {
    {"rgb", Way::none, {}, {}, {}},
    {"hsv", Way::hsv, {}, {}, {}},
    {"rgb cie", Way::linear, constants::rgb_from_rgbcie, constants::rgbcie_from_rgb, {}},
    {"xyz", Way::xyz, constants::rgb_from_xyz, constants::xyz_from_rgb, {}},
    {"yuv", Way::linear, constants::rgb_from_yuv, constants::yuv_from_rgb, {}},
    {"yiq", Way::linear, constants::rgb_from_yiq, constants::yiq_from_rgb, {}},
    {"ypbpr", Way::linear, constants::rgb_from_ypbpr, constants::ypbpr_from_rgb, {}},
    {"ycbcr", Way::linear, constants::rgb_from_ycbcr, constants::ycbcr_from_rgb, constants::ycbcr_offset},
    {"ydbdr", Way::linear, constants::rgb_from_ydbdr, constants::ydbdr_from_rgb, {}},
};

const Space& space_called(std::string_view parameter, const std::string& wanted) {
  std::string lower = wanted, known;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const Space& space : spaces) {
    if (space.name == lower) return space;
    known += core::text(known.empty() ? "'" : ", '", space.name, "'");
  }
  throw ValueError(core::text("`", parameter, "` has to be one of dict_keys([", known, "])"));
}

/// From any space to any other by way of RGB. The choice is the same for all pixels, so it is made at run time: a
/// kernel for each pair of spaces would be compiled for few callers.
template <class C>
struct Through {
  Way from, to;
  Linear<C> into_rgb, out_of_rgb;
  DecodeHsv<C> decode_hsv{};
  EncodeHsv<C> encode_hsv{};
  DecodeSrgb<C> decode_srgb{};
  EncodeSrgb<C> encode_srgb{};

  template <class V>
  HD void operator()(V (&c)[3]) const {
    if (from == Way::hsv) {
      decode_hsv(c);
    } else if (from != Way::none) {
      into_rgb(c);
      if (from == Way::xyz) encode_srgb(c);
    }
    if (to == Way::hsv) {
      encode_hsv(c);
    } else if (to != Way::none) {
      if (to == Way::xyz) decode_srgb(c);
      out_of_rgb(c);
    }
  }
};

}  // namespace

Array convert_colorspace(const Array& image, const std::string& fromspace, const std::string& tospace,
                         const constants::ConversionOptions& o) {
  const Space& from = space_called("fromspace", fromspace);
  const Space& to = space_called("tospace", tospace);
  if (from.way == Way::none && to.way == Way::none) return image;
  const bool wide = image.dtype() == DType::float32 || image.dtype() == DType::float64;
  if (from.offset[0] != 0 && !wide) {  // the offsets are subtracted before the image becomes float
    return constants::convert_colorspace(constants::ycbcr2rgb(image, o), "rgb", tospace, o);
  }
  const Conversion conversion("color.convert_colorspace", image, o.channel_axis);
  with_real(conversion.out.dtype(), [&]<class C>(Tag<C>) {
    convert<C>(conversion, Through<C>{from.way, to.way, Linear<C>(from.to_rgb, from.offset),
                                      Linear<C>(to.from_rgb, {}, to.offset)});
  });
  return conversion.out;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, convert_colorspace, Array, const Array&, const std::string&, const std::string&,
             const opsin::color::ConversionOptions&)
