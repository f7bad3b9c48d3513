// SPDX-License-Identifier: Apache-2.0
// Histograms, thresholds and integral images from C++: option structs and errors.
#include "opsin/exposure.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"
#include "opsin/transform_integral.h"

using opsin::Array;
using opsin::DType;
namespace exposure = opsin::exposure;
namespace filters = opsin::filters;
namespace transform = opsin::transform;

namespace {

Array doubles(const std::vector<double>& values) {
  return Array::from(std::span<const double>(values), {static_cast<std::int64_t>(values.size())});
}

}  // namespace

TEST_CASE("a histogram holds its edges: the last bin both") {
  const exposure::Histogram h = exposure::histogram(doubles({0, 0.5, 1, 1.5, 2, 2}), {.nbins = 4});
  const std::vector<std::int64_t> expected = {1, 1, 1, 3};
  REQUIRE(h.counts.dtype() == DType::int64);
  REQUIRE(h.counts.shape() == opsin::Extents{4});
  for (int i = 0; i < 4; ++i) CHECK(h.counts.data_as<std::int64_t>()[i] == expected[static_cast<std::size_t>(i)]);
  CHECK(h.bin_centers.data_as<double>()[0] == 0.25);
  CHECK_THROWS_AS(exposure::histogram(doubles({0, NAN}), {}), opsin::ValueError);
  CHECK_THROWS_AS(exposure::histogram(doubles({0, 1}), {.nbins = 0}), opsin::ValueError);
  CHECK_THROWS_AS(exposure::histogram(doubles({0, 1}), {.channel_axis = 1}), opsin::IndexError);
}

TEST_CASE("thresholds are 0-d arrays, and levels take them") {
  const Array image = doubles({0, 0.1, 0.2, 5, 5.1, 5.2, 0.25, 9});
  const Array otsu = filters::threshold_otsu(image);
  REQUIRE(otsu.ndim() == 0);
  CHECK(otsu.item() > 0.25);
  CHECK(otsu.item() < 5);
  const Array mask = filters::apply_hysteresis_threshold(image, otsu, 5.15);
  const std::vector<int> expected = {0, 0, 0, 1, 1, 1, 0, 1};
  for (int i = 0; i < 8; ++i) CHECK(mask.data_as<bool>()[i] == (expected[static_cast<std::size_t>(i)] != 0));
  CHECK_THROWS_AS(filters::apply_hysteresis_threshold(image, image, 1.0), opsin::ValueError);
  CHECK_THROWS_AS(filters::threshold_minimum(doubles({1, 1, 1})), opsin::RuntimeError);
  CHECK_THROWS_AS(filters::threshold_li(image, {.initial_guess = 100.0}), opsin::ValueError);
}

TEST_CASE("a float image's own range stays finite through rescaling, equalising and adapting") {
  const Array image = doubles({0, 0.25, 0.5, 1});
  const Array byte = exposure::rescale_intensity(image, {.out_range = {{0, 255}}, .dtype = DType::uint8});
  CHECK(byte.data_as<std::uint8_t>()[3] == 255);
  CHECK(exposure::equalize_hist(image).data_as<double>()[3] == 1);
  CHECK(exposure::equalize_adapthist(image, {.kernel_size = {2}}).shape() == image.shape());
  CHECK_THROWS_AS(exposure::adjust_gamma(doubles({-1}), {}), opsin::ValueError);
  CHECK_THROWS_AS(exposure::equalize_adapthist(doubles({2}), {}), opsin::ValueError);
}

TEST_CASE("boxes of an integral image") {
  const std::vector<double> ones(12, 1.0);
  const Array sums = transform::integral_image(Array::from(std::span<const double>(ones), {3, 4}));
  const Array boxes = transform::integrate(sums, {{0, 0}, {1, 1}}, {{2, 3}, {-1, 2}});
  CHECK(boxes.data_as<double>()[0] == 12);
  CHECK(boxes.data_as<double>()[1] == 4);
  CHECK_THROWS_AS(transform::integrate(sums, {{2, 0}}, {{1, 3}}), opsin::IndexError);
}
