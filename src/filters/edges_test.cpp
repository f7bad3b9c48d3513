// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"

using opsin::Array;
using opsin::Border;
using opsin::DType;
namespace filters = opsin::filters;

namespace {

/// A ramp a y + b x, or a z + b y + c x.
Array ramp(const opsin::Extents& shape, std::vector<double> slopes) {
  std::vector<double> v(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < v.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    for (int d = shape.size() - 1; d >= 0; --d) {
      v[i] += slopes[static_cast<std::size_t>(d)] * static_cast<double>(rest % shape[d]);
      rest /= shape[d];
    }
  }
  return Array::from(std::span<const double>(v), shape);
}

double at(const Array& a, std::initializer_list<std::int64_t> position) {
  std::int64_t i = 0;
  int d = 0;
  for (const std::int64_t p : position) i = i * a.shape(d++) + p;
  return a.dtype() == DType::float32 ? a.data_as<float>()[i] : a.data_as<double>()[i];
}

}  // namespace

TEST_CASE("edge filters of a ramp give twice its slope, and their magnitude the root of the mean square") {
  const Array image = ramp({9, 12}, {3, 4});
  using Op = std::function<Array(const Array&, const filters::EdgeOptions&)>;
  const auto run = [&](const Op& op, double gain) {
    for (const Array& a : {image, image.astype(DType::float32)}) {
      CHECK(at(op(a, {.axis = std::vector<int>{0}}), {4, 5}) == doctest::Approx(3 * gain));
      CHECK(at(op(a, {.axis = std::vector<int>{1}}), {4, 5}) == doctest::Approx(4 * gain));
      CHECK(at(op(a, {}), {4, 5}) == doctest::Approx(gain * 5 / std::sqrt(2.0)));
    }
  };
  run(filters::sobel, 2);
  run(filters::scharr, 2);
  run(filters::prewitt, 2);
  run(filters::farid, 2 * (0.276690988455557 + 2 * 0.109603762960254));
}

TEST_CASE("sobel of a volume: magnitude in any place, borders and strips of vectors included") {
  const Array volume = ramp({7, 5, 37}, {1, 2, 2});
  const Array out = filters::sobel(volume.astype(DType::float32), {.mode = Border::mirror});
  CHECK(at(out, {3, 2, 17}) == doctest::Approx(2 * 3 / std::sqrt(3.0)));
  // mirror makes the slope across an edge zero there.
  CHECK(at(out, {0, 2, 17}) == doctest::Approx(2 * std::sqrt(8.0) / std::sqrt(3.0)));
  CHECK(at(out, {3, 2, 36}) == doctest::Approx(2 * std::sqrt(5.0) / std::sqrt(3.0)));
  CHECK(at(out, {0, 0, 0}) == 0);
}

TEST_CASE("a negative axis smooths along the edge too, and four axes go through the general engine") {
  const Array image = ramp({9, 12}, {3, 4});
  CHECK(at(filters::sobel(image, {.axis = std::vector<int>{-2}}), {4, 5}) == doctest::Approx(2 * 3 * 0.25));
  const Array four = ramp({4, 5, 6, 7}, {1, 1, 1, 1});
  CHECK(at(filters::sobel(four), {2, 2, 3, 3}) == doctest::Approx(2.0));
  CHECK(at(filters::laplace(four), {2, 2, 3, 3}) == doctest::Approx(0.0));
}

TEST_CASE("roberts takes the square below and to the right") {
  const std::vector<double> v{1, 2, 5, 11};
  const Array image = Array::from(std::span<const double>(v), {2, 2});
  CHECK(at(filters::roberts_pos_diag(image), {0, 0}) == 10);
  CHECK(at(filters::roberts_neg_diag(image), {0, 0}) == 3);
  CHECK(at(filters::roberts(image), {0, 0}) == doctest::Approx(std::sqrt(109.0) / std::sqrt(2.0)));
}

TEST_CASE("laplace is positive on a peak") {
  std::vector<float> v(25, 0.0f);
  v[12] = 1;
  const Array out = filters::laplace(Array::from(std::span<const float>(v), {5, 5}));
  CHECK(at(out, {2, 2}) == 4);
  CHECK(at(out, {1, 2}) == -1);
  CHECK(at(out, {1, 1}) == 0);
}

TEST_CASE("a mask takes one element more than its zeros, and the image's edges") {
  const Array image = ramp({9, 9}, {1, 1});
  std::vector<std::uint8_t> set(81, 7);
  set[4 * 9 + 4] = 0;
  const Array mask = Array::from(std::span<const std::uint8_t>(set), {9, 9});
  const Array out = filters::sobel(image, {.mask = mask});
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 9; ++x) {
      const bool off = y == 0 || x == 0 || y == 8 || x == 8 || (std::abs(y - 4) <= 1 && std::abs(x - 4) <= 1);
      CHECK((at(out, {y, x}) == 0) == off);
    }
  }
}

TEST_CASE("edge filters refuse what they cannot do") {
  const Array image = Array::zeros({4, 4}, DType::float32);
  CHECK_THROWS_AS(filters::sobel(image, {.axis = std::vector<int>{2}}), opsin::IndexError);
  CHECK_THROWS_AS(filters::sobel(image, {.mask = Array::zeros({4, 5}, DType::boolean)}), opsin::ValueError);
  CHECK_THROWS_AS(filters::sobel(Array::zeros({4, 4}, DType::complex64)), opsin::ValueError);
  CHECK_THROWS_AS(filters::sobel_h(Array::zeros({4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::roberts(Array::zeros({0, 4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::laplace(image, {.ksize = 2}), opsin::ValueError);
  CHECK(filters::sobel(Array::zeros({0, 4}, DType::uint8)).dtype() == DType::float64);
}
