// SPDX-License-Identifier: Apache-2.0
// Conversions, stains and differences: what the conformance table cannot say.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "opsin/color.h"
#include "opsin/color_difference.h"
#include "opsin/color_names.h"
#include "opsin/error.h"

using opsin::Array;
using opsin::DType;
namespace color = opsin::color;

namespace {

Array image_of(const std::vector<double>& values, const opsin::Extents& shape) {
  return Array::from(std::span<const double>(values), shape);
}

/// RGB over the cube, in an order without structure.
Array colors(std::int64_t n, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(3 * n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>((i * i * 31 + 7 * i) % 1009) / 1008;
  return image_of(values, {n, 3}).astype(dtype);
}

double largest_difference(const Array& a, const Array& b) {
  const Array x = a.astype(DType::float64), y = b.astype(DType::float64);
  double worst = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    worst = std::max(worst, std::abs(x.data_as<double>()[i] - y.data_as<double>()[i]));
  }
  return worst;
}

}  // namespace

TEST_CASE("conversions there and back give the image") {
  using Convert = Array (*)(const Array&, const color::ConversionOptions&);
  const std::vector<std::pair<Convert, Convert>> ways = {
      {color::rgb2hsv, color::hsv2rgb},     {color::rgb2xyz, color::xyz2rgb},
      {color::rgb2luv, color::luv2rgb},     {color::rgb2yuv, color::yuv2rgb},
      {color::rgb2yiq, color::yiq2rgb},     {color::rgb2ypbpr, color::ypbpr2rgb},
      {color::rgb2ycbcr, color::ycbcr2rgb}, {color::rgb2ydbdr, color::ydbdr2rgb},
      {color::lab2lch, color::lch2lab},     {color::rgb2rgbcie, color::rgbcie2rgb},
  };
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Array rgb = colors(1100, dtype);  // longer than two blocks of the engine
    for (const auto& [there, back] : ways) {
      const Array image = back(there(rgb, {}), {});
      CHECK(image.dtype() == dtype);
      CHECK(largest_difference(image, rgb) < (dtype == DType::float32 ? 1e-4 : 1e-12));
    }
    CHECK(largest_difference(color::lab2rgb(color::rgb2lab(rgb)), rgb) < (dtype == DType::float32 ? 1e-4 : 1e-10));
  }
}

TEST_CASE("matrices are the inverse of each other") {
  const color::Matrix unit = color::detail::product(color::rgb_from_xyz, color::xyz_from_rgb);
  for (unsigned i = 0; i < 3; ++i) {
    for (unsigned k = 0; k < 3; ++k) CHECK(unit[i][k] == doctest::Approx(i == k ? 1 : 0));
  }
}

TEST_CASE("lab2xyz says how many values it clipped") {
  std::vector<double> lab(3 * 70000, 50);
  for (std::size_t i = 0; i < 70000; ++i) lab[3 * i + 2] = i % 7 == 0 ? 900 : 0;
  color::lab2xyz(image_of(lab, {70000, 3}));
  const auto warnings = opsin::take_warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(
      warnings[0].text ==
      "Conversion from CIE-LAB to XYZ color space resulted in 10000 negative Z values that have been clipped to zero");
  lab.assign(lab.size(), 50);
  color::lab2rgb(image_of(lab, {70000, 3}));
  CHECK(opsin::take_warnings().empty());
}

TEST_CASE("stain matrices of other shapes give as many channels as they have columns") {
  const Array rgb = colors(20, DType::float64);
  const color::StainMatrix four({1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1}, 4);
  const Array stains = color::separate_stains(rgb, four);
  REQUIRE(stains.shape() == opsin::Extents{20, 4});
  const Array three = color::separate_stains(rgb, color::Matrix{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
  for (std::int64_t i = 0; i < 20; ++i) {
    const double* a = stains.data_as<double>() + 4 * i;
    const double* b = three.data_as<double>() + 3 * i;
    for (int k = 0; k < 3; ++k) CHECK(a[k] == b[k]);
    CHECK(a[3] == doctest::Approx(b[0] + b[1] + b[2]));
  }
  CHECK_THROWS_AS(color::StainMatrix({1, 2, 3, 4}, 2), opsin::ValueError);
  CHECK_THROWS_AS(color::separate_stains(rgb, color::StainMatrix({}, 0)), opsin::ValueError);
}

TEST_CASE("differences of colours: the pairs of Sharma, Wu and Dalal, and equal colours") {
  const Array first = image_of({50, 2.6772, -79.7751, 50, -1, 2, 50, 2.5, 0, 90.8027, -2.0831, 1.441}, {4, 3});
  const Array second = image_of({50, 0, -82.7485, 50, 0, 0, 73, 25, -18, 91.1528, -1.6435, 0.0447}, {4, 3});
  const Array difference = color::deltaE_ciede2000(first, second);
  const double expected[] = {2.0425, 2.3669, 27.1492, 1.4441};
  for (int i = 0; i < 4; ++i) CHECK(difference.data_as<double>()[i] == doctest::Approx(expected[i]).epsilon(1e-4));
  for (const Array& none : {color::deltaE_cie76(first, first), color::deltaE_ciede94(first, first),
                            color::deltaE_cmc(first, first), color::deltaE_ciede2000(first, first)}) {
    for (int i = 0; i < 4; ++i) CHECK(none.data_as<double>()[i] == 0);
  }
  const Array one = image_of({50, 0, 0}, {3});
  CHECK(color::deltaE_cie76(first, one).shape() == opsin::Extents{4});
  CHECK(color::deltaE_cie76(one, one).ndim() == 0);
  CHECK_THROWS_AS(color::deltaE_cie76(first, image_of({1, 2}, {2})), opsin::ValueError);
  CHECK_THROWS_AS(color::deltaE_cmc(first, colors(5, DType::float64)), opsin::ValueError);
}

TEST_CASE("gray2rgba takes alpha of other shapes and dtypes") {
  const Array gray = colors(6, DType::float32);
  const Array rgba = color::gray2rgba(gray, image_of({0.25, 0.5, 1}, {3}));
  REQUIRE(rgba.shape() == opsin::Extents{6, 3, 4});
  CHECK(rgba.data_as<float>()[7] == 0.5f);
  CHECK(opsin::take_warnings().empty());
  color::gray2rgba(gray, image_of({0.1}, {1}));
  CHECK(opsin::take_warnings().size() == 1);
  CHECK_THROWS_AS(color::gray2rgba(gray, image_of({1, 2}, {2})), opsin::ValueError);
}

TEST_CASE("spaces, white points and colours by name") {
  const Array rgb = colors(9, DType::float64);
  CHECK(color::convert_colorspace(rgb, "RGB", "rgb").data() == rgb.data());
  CHECK(largest_difference(color::convert_colorspace(rgb, "rgb", "XYZ"), color::rgb2xyz(rgb)) == 0);
  CHECK_THROWS_AS(color::convert_colorspace(rgb, "rgb", "lab"), opsin::ValueError);
  CHECK(color::xyz_tristimulus_values("d65", "2") == color::Triple{0.95047, 1, 1.08883});
  CHECK_THROWS_AS(color::xyz_tristimulus_values("D66", "2"), opsin::ValueError);
  CHECK(color::named_color("crimson") == color::Triple{0.863, 0.0784, 0.235});
  CHECK(!color::named_color("octarine"));
}
