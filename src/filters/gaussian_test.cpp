// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"

using opsin::Array;
using opsin::Border;
using opsin::DType;

TEST_CASE("gaussian of an impulse is the product of its taps") {
  std::vector<float> image(15 * 15, 0.0f);
  image[7 * 15 + 7] = 1;
  const Array out = opsin::filters::gaussian(Array::from(std::span<const float>(image), {15, 15}), {.sigma = {1.0}});
  REQUIRE(out.dtype() == DType::float32);
  double total = 0;
  for (int i = -4; i <= 4; ++i) total += std::exp(-0.5 * i * i);
  for (int y = -5; y <= 5; ++y) {
    for (int x = -5; x <= 5; ++x) {
      const bool inside = std::abs(y) <= 4 && std::abs(x) <= 4;
      const double expected = inside ? std::exp(-0.5 * (x * x + y * y)) / (total * total) : 0;
      CHECK(out.data_as<float>()[(7 + y) * 15 + 7 + x] == doctest::Approx(expected).epsilon(1e-6));
    }
  }
}

TEST_CASE("gaussian keeps an infinity inside its window") {
  std::vector<float> image(64 * 64, 1.0f);
  image[32 * 64 + 32] = INFINITY;
  const Array out = opsin::filters::gaussian(Array::from(std::span<const float>(image), {64, 64}), {.sigma = {2.0}});
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const float v = out.data_as<float>()[y * 64 + x];
      if (std::abs(y - 32) <= 8 && std::abs(x - 32) <= 8) {
        CHECK(std::isinf(v));
      } else {
        CHECK(v == doctest::Approx(1.0f));
      }
    }
  }
}

TEST_CASE("gaussian refuses what it cannot do and leaves out untouched") {
  const Array image = Array::zeros({4, 4}, DType::float32);
  CHECK_THROWS_AS(opsin::filters::gaussian(image, {.sigma = {-1.0}}), opsin::ValueError);
  CHECK_THROWS_AS(opsin::filters::gaussian(image, {.sigma = {1.0, 2.0, 3.0}}), opsin::RuntimeError);
  CHECK_THROWS_AS(opsin::filters::gaussian(Array::zeros({4, 4}, DType::complex64)), opsin::ValueError);
  const Array wrong = Array::zeros({4, 5}, DType::float32);
  CHECK_THROWS_AS(opsin::filters::gaussian(image, {.out = wrong}), opsin::RuntimeError);
  CHECK(wrong.data_as<float>()[0] == 0);
}

TEST_CASE("gaussian counts the channel axis modulo the number of axes") {
  const Array image = Array::from(std::span<const double>(std::vector<double>{1, 0, 0, 0, 0, 8}), {2, 3});
  const Array expected = opsin::filters::gaussian(image, {.sigma = {1.0}, .channel_axis = 1});
  for (const int axis : {-1, 7, -3}) {
    const Array result = opsin::filters::gaussian(image, {.sigma = {1.0}, .channel_axis = axis});
    for (int i = 0; i < 6; ++i) CHECK(result.data_as<double>()[i] == expected.data_as<double>()[i]);
  }
  CHECK(opsin::filters::gaussian(Array::zeros({}, DType::float64), {.channel_axis = 0}).ndim() == 0);
}

TEST_CASE("gaussian into its own input equals the separate call") {
  std::vector<double> values(33 * 17);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7919 % 101);
  const Array image = Array::from(std::span<const double>(values), {33, 17});
  const Array expected = opsin::filters::gaussian(image, {.sigma = {1.5}, .mode = Border::mirror});
  opsin::filters::gaussian(image, {.sigma = {1.5}, .mode = Border::mirror, .out = image});
  for (int i = 0; i < 33 * 17; ++i) CHECK(image.data_as<double>()[i] == expected.data_as<double>()[i]);
}
