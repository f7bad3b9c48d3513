// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"

using opsin::Array;
using opsin::DType;
namespace filters = opsin::filters;

namespace {

/// A dark line along the rows' direction at column `at`, on white.
Array dark_line(int rows, int columns, int at) {
  std::vector<float> v(static_cast<std::size_t>(rows * columns), 1.0f);
  for (int y = 0; y < rows; ++y) v[static_cast<std::size_t>(y * columns + at)] = 0;
  return Array::from(std::span<const float>(v), {rows, columns});
}

}  // namespace

TEST_CASE("a dark line answers on the line and a bright one does not") {
  const Array image = dark_line(40, 41, 20);
  const Array dark = filters::sato(image, {.sigmas = {2}});
  const Array bright = filters::sato(image, {.sigmas = {2}, .black_ridges = false});
  const float* d = dark.data_as<float>();
  // The second derivative of a line of depth 1 smoothed by sigma is 1 / (sqrt(2 pi) sigma^3) at its centre; sato
  // weights it by sigma^2. Sampled derivatives come within a thousandth of it.
  CHECK(d[20 * 41 + 20] == doctest::Approx(1 / (std::sqrt(2 * M_PI) * 2)).epsilon(1e-3));
  CHECK(d[20 * 41 + 20] > d[20 * 41 + 23]);
  CHECK(bright.data_as<float>()[20 * 41 + 20] == 0);
}

TEST_CASE("meijering's greatest value is one, frangi stays within one") {
  const Array image = dark_line(30, 50, 11);
  const Array m = filters::meijering(image, {.sigmas = {{2}, {3}}});
  const Array f = filters::frangi(image, {.sigmas = {{2}, {3}}});
  float top_m = 0, top_f = 0;
  for (int i = 0; i < 30 * 50; ++i) {
    top_m = std::max(top_m, m.data_as<float>()[i]);
    top_f = std::max(top_f, f.data_as<float>()[i]);
  }
  CHECK(top_m == 1.0f);
  // On the ridge s is the maximum at the first sigma: 1 - exp(-2), with no blob and no plate term.
  CHECK(top_f == doctest::Approx(1 - std::exp(-2.0)).epsilon(1e-4));
}

TEST_CASE("a constant image has no ridges, whatever the rounding") {
  std::vector<float> v(24 * 25 * 26, 0.3f);
  for (const opsin::Extents& shape : {opsin::Extents{24, 25 * 26}, opsin::Extents{24, 25, 26}}) {
    const Array image = Array::from(std::span<const float>(v), shape);
    const Array results[] = {filters::meijering(image), filters::sato(image), filters::frangi(image)};
    for (const Array& r : results) {
      for (std::size_t i = 0; i < v.size(); ++i) REQUIRE(r.data_as<float>()[i] == 0);
    }
    const Array h = filters::hessian(image);
    for (std::size_t i = 0; i < v.size(); ++i) REQUIRE(h.data_as<float>()[i] == 1);
  }
}

TEST_CASE("sigmas add up to a maximum, in any order when gamma is given") {
  const Array image = dark_line(33, 34, 9);
  const Array both = filters::frangi(image, {.sigmas = {{1}, {3}}, .gamma = 0.2});
  const Array one = filters::frangi(image, {.sigmas = {{1}}, .gamma = 0.2});
  const Array three = filters::frangi(image, {.sigmas = {{3}}, .gamma = 0.2});
  for (int i = 0; i < 33 * 34; ++i) {
    CHECK(both.data_as<float>()[i] == std::max(one.data_as<float>()[i], three.data_as<float>()[i]));
  }
}

TEST_CASE("a volume of equal slices has the plane's tubes") {
  std::vector<double> plane(20 * 22), volume;
  for (std::size_t i = 0; i < plane.size(); ++i) plane[i] = static_cast<double>(i * 7919 % 101);
  for (int z = 0; z < 18; ++z) volume.insert(volume.end(), plane.begin(), plane.end());
  const Array flat =
      filters::meijering(Array::from(std::span<const double>(plane), {20, 22}), {.sigmas = {{2}}, .alpha = 0.0});
  const Array deep =
      filters::meijering(Array::from(std::span<const double>(volume), {18, 20, 22}), {.sigmas = {{2}}, .alpha = 0.0});
  for (std::size_t i = 0; i < volume.size(); ++i) {
    CHECK(deep.data_as<double>()[i] == doctest::Approx(flat.data_as<double>()[i % plane.size()]).epsilon(1e-9));
  }
}

TEST_CASE("ridge filters refuse what they cannot do") {
  CHECK_THROWS_AS(filters::sato(Array::zeros({4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::frangi(Array::zeros({2, 2, 2, 2}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::hessian(Array::zeros({0, 4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::meijering(Array::zeros({0, 4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(filters::meijering(Array::zeros({}, DType::float32)), opsin::IndexError);
  CHECK_THROWS_AS(filters::sato(Array::zeros({4, 4}, DType::complex64)), opsin::ValueError);
  CHECK_THROWS_AS(filters::frangi(Array::zeros({4, 4}, DType::uint8), {.sigmas = {{1, 2, 3}}}), opsin::RuntimeError);
  CHECK(filters::frangi(Array::zeros({4, 4}, DType::uint8), {.sigmas = {}}).data_as<double>()[5] == 0);
}
