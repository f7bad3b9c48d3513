// SPDX-License-Identifier: Apache-2.0
// gray2rgb and rgba2rgb.
#include <doctest/doctest.h>

#include <vector>

#include "opsin/color.h"
#include "opsin/error.h"

using opsin::Array;
using opsin::DType;
namespace color = opsin::color;

TEST_CASE("gray2rgb repeats the image along any axis of the result") {
  std::vector<std::uint8_t> gray(3 * 700);  // longer than a block of the engine
  for (std::size_t i = 0; i < gray.size(); ++i) gray[i] = static_cast<std::uint8_t>(i * 31);
  const Array image = Array::from(std::span<const std::uint8_t>(gray), {3, 700});
  const Array last = color::gray2rgb(image);
  const Array first = color::gray2rgb(image, {.channel_axis = 0});
  REQUIRE(last.shape() == opsin::Extents{3, 700, 3});
  REQUIRE(first.shape() == opsin::Extents{3, 3, 700});
  for (std::size_t i = 0; i < gray.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(last.data_as<std::uint8_t>()[i * 3 + c] == gray[i]);
      CHECK(first.data_as<std::uint8_t>()[c * gray.size() + i] == gray[i]);
    }
  }
  CHECK_THROWS_AS(color::gray2rgb(image, {.channel_axis = 3}), opsin::IndexError);
}

TEST_CASE("rgba2rgb lays the image over its background") {
  const std::vector<double> rgba = {0.2, 0.4, 0.6, 1, 0.2, 0.4, 0.6, 0, 0.5, 2, -1, 0.5};
  const Array image = Array::from(std::span<const double>(rgba), {3, 4});
  const Array out = color::rgba2rgb(image, {.background = {1, 0, 0.5}});
  REQUIRE(out.shape() == opsin::Extents{3, 3});
  const std::vector<double> expected = {0.2, 0.4, 0.6, 1, 0, 0.5, 0.75, 1, 0};
  for (int i = 0; i < 9; ++i) CHECK(out.data_as<double>()[i] == doctest::Approx(expected[static_cast<std::size_t>(i)]));
  CHECK_THROWS_AS(color::rgba2rgb(image, {.background = {1, 0, 1.5}}), opsin::ValueError);
  CHECK_THROWS_AS(color::rgba2rgb(image, {.channel_axis = 0}), opsin::ValueError);
  CHECK_THROWS_AS(color::rgba2rgb(image, {.channel_axis = 2}), opsin::IndexError);
}
