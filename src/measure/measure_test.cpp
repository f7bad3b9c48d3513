// SPDX-License-Identifier: Apache-2.0
// Option structs, errors and layouts of measurements; their numbers are the conformance table's business.
#include "opsin/measure.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"

using namespace opsin;

namespace {

Array image_of(const std::vector<double>& values, const Extents& shape) {
  return Array::from(std::span<const double>(values), shape);
}

double at(const Array& a, std::int64_t i) { return a.data_as<double>()[i]; }

}  // namespace

TEST_CASE("moments about a centre, in numbers and as an array") {
  const Array image = image_of({0, 1, 2, 3, 4, 5}, {2, 3});
  const Array raw = measure::moments(image, {.order = 1});
  CHECK(at(raw, 0) == 15);
  CHECK(at(raw, 1) == 19);
  CHECK(at(raw, 2) == 12);
  const Array centre = measure::centroid(image);
  const Array by_array = measure::moments_central(image, {.center = centre, .order = 2});
  const Array by_numbers =
      measure::moments_central(image, {.center = std::vector<double>{at(centre, 0), at(centre, 1)}, .order = 2});
  for (int i = 0; i < 9; ++i) CHECK(at(by_array, i) == at(by_numbers, i));
  CHECK(std::fabs(at(by_array, 1)) < 1e-12);
  CHECK_THROWS_AS(measure::moments(image, {.spacing = {1}}), IndexError);
  CHECK_THROWS_AS(measure::moments(Array::zeros({2}, DType::complex64)), ValueError);
}

TEST_CASE("moments of strided images and of one long line") {
  const Array image = image_of({1, 9, 2, 9, 3, 9}, {3, 2}).slice(1, 0, 1);
  CHECK(at(measure::moments(image, {.order = 1}), 2) == 8);
  const std::vector<double> ones(100001, 1.0);
  const Array line = measure::moments(image_of(ones, {100001}), {.order = 2});
  CHECK(at(line, 0) == 100001);
  CHECK(at(line, 1) == 100000.0 * 100001 / 2);
  CHECK(at(line, 2) == 100000.0 * 100001 * 200001 / 6);
}

TEST_CASE("blocks at the edges take the constant") {
  const Array image = image_of({1, 2, 3}, {3});
  const Array sums = measure::block_reduce(image, {.block_size = {2}, .cval = 10});
  CHECK(at(sums, 0) == 3);
  CHECK(at(sums, 1) == 13);
  const Array cut = measure::blocks(image, {2}, 10);
  CHECK(cut.shape() == Extents{2, 2});
  CHECK(at(cut, 3) == 10);
  CHECK_THROWS_AS(measure::block_reduce(image, {.block_size = {0}}), ValueError);
  CHECK_THROWS_AS(measure::block_reduce(image, {.block_size = {1, 1}}), ValueError);
  CHECK_THROWS_AS(measure::block_reduce(image, {.block_size = {std::int64_t{1} << 41}}), MemoryError);
  const Array large = image_of({1.2e308, 1.2e308, 1.2e308}, {3});
  CHECK(at(measure::block_reduce(large, {.block_size = {3}, .func = measure::Reduction::median}), 0) == 1.2e308);
}

TEST_CASE("colocalisation without a mask, with one, and refusals") {
  const Array a = image_of({1, 2, 3, 4}, {4}), b = image_of({2, 4, 6, 8}, {4});
  const Array mask = image_of({1, 1, 1, 0}, {4});
  CHECK(measure::pearson_corr_coeff(a, b)[0].item() == doctest::Approx(1));
  CHECK(measure::manders_overlap_coeff(a, b, mask).item() == doctest::Approx(1));
  CHECK(measure::manders_coloc_coeff(a, mask).item() == doctest::Approx(0.6));
  CHECK(measure::intersection_coeff(mask, mask).item() == 1);
  CHECK_THROWS_AS(measure::manders_coloc_coeff(a, b), ValueError);
  CHECK_THROWS_AS(measure::intersection_coeff(mask, image_of({1, 0}, {2})), ValueError);
}
