// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> color_ops() {
  std::vector<EveryOp> ops;
  const auto conversion = [&](std::string name, Array (*f)(const Array&, const color::ConversionOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [=](const Array& a, Border) -> Results { return {f(colours(a), {.channel_axis = 0})}; }});
  };
  const auto by_white = [&](std::string name, Array (*f)(const Array&, const color::WhiteOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [=](const Array& a, Border) -> Results { return {f(colours(a), {.channel_axis = 0})}; }});
  };
  conversion("rgb2hsv", color::rgb2hsv);
  conversion("hsv2rgb", color::hsv2rgb);
  conversion("rgb2xyz", color::rgb2xyz);
  conversion("xyz2rgb", color::xyz2rgb);
  conversion("rgb2rgbcie", color::rgb2rgbcie);
  conversion("rgbcie2rgb", color::rgbcie2rgb);
  conversion("rgb2luv", color::rgb2luv);
  conversion("luv2rgb", color::luv2rgb);
  conversion("lab2lch", color::lab2lch);
  conversion("lch2lab", color::lch2lab);
  conversion("rgb2yuv", color::rgb2yuv);
  conversion("yuv2rgb", color::yuv2rgb);
  conversion("rgb2yiq", color::rgb2yiq);
  conversion("yiq2rgb", color::yiq2rgb);
  conversion("rgb2ypbpr", color::rgb2ypbpr);
  conversion("ypbpr2rgb", color::ypbpr2rgb);
  conversion("rgb2ycbcr", color::rgb2ycbcr);
  conversion("ycbcr2rgb", color::ycbcr2rgb);
  conversion("rgb2ydbdr", color::rgb2ydbdr);
  conversion("ydbdr2rgb", color::ydbdr2rgb);
  conversion("rgb2hed", color::rgb2hed);
  conversion("hed2rgb", color::hed2rgb);
  by_white("rgb2lab", color::rgb2lab);
  by_white("lab2rgb", color::lab2rgb);
  by_white("xyz2lab", color::xyz2lab);
  by_white("lab2xyz", color::lab2xyz);
  by_white("xyz2luv", color::xyz2luv);
  by_white("luv2xyz", color::luv2xyz);
  ops.push_back({"stains, spaces and differences", 1, 4, [=](const Array& a, Border) -> Results {
                   const Array rgb = colours(a), last = colours(a, a.ndim()), other = another(last, 3);
                   return {color::separate_stains(rgb, color::hdx_from_rgb, {.channel_axis = 0}),
                           color::combine_stains(last, color::rgb_from_hdx),
                           color::convert_colorspace(rgb, "hsv", "xyz", {.channel_axis = 0}),
                           color::deltaE_cie76(rgb, another(rgb, 3), {.channel_axis = 0}),
                           color::deltaE_ciede94(last, other),
                           color::deltaE_ciede2000(last, other),
                           color::deltaE_cmc(last, other),
                           color::gray2rgb(a),
                           color::gray2rgb(a, {.channel_axis = 0}),
                           color::gray2rgba(a, another(a))};
                 }});
  return ops;
}

}  // namespace

TEST_CASE("colours on images of every kind") { run_all(color_ops()); }

}  // namespace opsin::every_op
