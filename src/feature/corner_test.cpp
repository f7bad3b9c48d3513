// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/feature.h"

using namespace opsin;

namespace {

/// A bright square of side `side` in the middle of a dark one of side `size`.
Array square(std::int64_t size, std::int64_t side) {
  std::vector<double> values(static_cast<std::size_t>(size * size), 0.0);
  const std::int64_t first = (size - side) / 2;
  for (std::int64_t y = first; y < first + side; ++y) {
    for (std::int64_t x = first; x < first + side; ++x) values[static_cast<std::size_t>(y * size + x)] = 1;
  }
  return Array::from(std::span<const double>(values), {size, size});
}

}  // namespace

TEST_CASE("the corners of a square") {
  const Array image = square(20, 10);
  const Array measure = feature::corner_harris(image);
  const Array corners = feature::corner_peaks(measure, {.peaks = {.min_distance = 2}});
  CHECK(corners.shape() == Extents{4, 2});
  // The edges lie half a pixel beyond the outermost bright ones; a window of 5 is too small to tell a corner from a
  // dot.
  const Array finer = feature::corner_subpix(image, corners, {.window_size = 7});
  const Array unsure = feature::corner_subpix(image, corners, {.window_size = 5});
  for (int i = 0; i < 8; ++i) {
    const bool low = corners.data_as<std::int64_t>()[i] < 10;
    CHECK(finer.data_as<double>()[i] == doctest::Approx(low ? 4.530303 : 14.469697));
    CHECK(std::isnan(unsure.data_as<double>()[i]));
  }
  const std::vector<std::uint8_t> all(25, 1);
  CHECK(feature::corner_orientations(image, corners, ndimage::Footprint({5, 5}, all)).size() == 4);
  CHECK_THROWS_AS(feature::corner_orientations(image, corners, ndimage::Footprint({1, 2}, {1, 1})), ValueError);
  CHECK_THROWS_AS(feature::corner_harris(Array::zeros({4, 4, 4}, DType::float32)), ValueError);
}

TEST_CASE("edges of a square close around it") {
  const Array edges = feature::canny(square(30, 12), {.mode = Border::reflect});
  int count = 0;
  for (std::int64_t i = 0; i < edges.size(); ++i) count += edges.data_as<std::uint8_t>()[i];
  CHECK(count > 40);
  CHECK(count < 120);
  CHECK_THROWS_AS(feature::canny(square(4, 2), {.low_threshold = 1, .high_threshold = 0.5}), ValueError);
  CHECK_THROWS_AS(feature::canny(Array::zeros({4, 4}, DType::int64)), ValueError);
  CHECK_THROWS_AS(feature::canny(square(4, 2), {.mask = square(6, 2)}), IndexError);
}

TEST_CASE("peaks keep their distance and their labels") {
  const std::vector<double> values{0, 1, 0, 2, 0, 3, 0, 2, 0, 0, 1, 0};
  const Array image = Array::from(std::span<const double>(values), {12});
  const Array near = feature::peak_local_max(image, {.exclude_border = {0}});
  CHECK(near.shape(0) == 5);
  CHECK(near.data_as<std::int64_t>()[0] == 5);
  CHECK(feature::peak_local_max(image, {.min_distance = 3, .exclude_border = {0}}).shape(0) == 1);
  CHECK(feature::peak_local_max(image, {.exclude_border = {0}, .num_peaks = 2}).shape(0) == 2);
  std::vector<std::uint8_t> objects(12, 1);
  std::fill(objects.begin() + 6, objects.end(), std::uint8_t{2});
  const Array labels = Array::from(std::span<const std::uint8_t>(objects), {12});
  const Array each =
      feature::peak_local_max(image, {.exclude_border = {0}, .labels = labels, .num_peaks_per_label = 1});
  CHECK(each.shape(0) == 2);
  CHECK(each.data_as<std::int64_t>()[1] == 7);
  CHECK_THROWS_AS(feature::peak_local_max(Array::zeros({3}, DType::boolean)), TypeError);
}
