// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "opsin/device.h"
#include "opsin/error.h"
#include "opsin/metrics.h"

using namespace opsin;

namespace {

Array noise(const Extents& shape, int seed) {
  std::vector<float> v(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>((i + 13) * (7919 + seed) % 101) / 101;
  return Array::from(std::span<const float>(v), shape);
}

std::vector<double> all_of(const Array& a, const Array& b) {
  std::vector<double> found;
  for (const bool gaussian : {false, true}) {
    const metrics::StructuralSimilarity s = metrics::structural_similarity(
        a, b, {.gradient = gaussian, .data_range = 1, .gaussian_weights = gaussian, .full = true});
    found.push_back(s.mean.item());
    CHECK(s.full->shape() == a.shape());
    CHECK(s.gradient.has_value() == gaussian);
  }
  found.push_back(metrics::mean_squared_error(a, b).item());
  for (const auto norm :
       {metrics::Normalization::euclidean, metrics::Normalization::min_max, metrics::Normalization::mean}) {
    found.push_back(metrics::normalized_root_mse(a, b, {.normalization = norm}).item());
  }
  found.push_back(metrics::peak_signal_noise_ratio(a, b).item());
  found.push_back(metrics::peak_signal_noise_ratio(a, b, {.data_range = 2}).item());
  found.push_back(metrics::normalized_mutual_information(a, b).item());
  found.push_back(metrics::normalized_mutual_information(a, b, {.bins = {7, 200}}).item());
  return found;
}

}  // namespace

TEST_CASE("metrics of views equal those of copies, bit for bit") {
  for (const Extents& shape : {Extents{61, 47}, Extents{300, 513}, Extents{13, 14, 15}}) {
    const Array a = noise(shape, 0), b = noise(shape, 5);
    const Array view = a.slice(0, a.shape(0) - 1, a.shape(0), -1).copy().slice(0, a.shape(0) - 1, a.shape(0), -1);
    CHECK(all_of(view, b) == all_of(a, b));
  }
}

TEST_CASE("equal images have a similarity of exactly 1, and no error") {
  const Array a = noise({90, 150}, 0);
  CHECK(metrics::structural_similarity(a, a, {.data_range = 1}).mean.item() == 1);
  CHECK(metrics::mean_squared_error(a, a).item() == 0);
  CHECK(metrics::peak_signal_noise_ratio(a, a).item() == std::numeric_limits<double>::infinity());
  CHECK(metrics::normalized_mutual_information(a, a).item() == doctest::Approx(2));
}

TEST_CASE("one pass over the plane and one axis after the other give the same") {
  const Array a = noise({80, 140}, 0), b = noise({80, 140}, 9);
  const auto full = [](const Array& x, const Array& y, bool gradient) {
    return metrics::structural_similarity(x, y, {.gradient = gradient, .data_range = 1, .full = true});
  };
  const metrics::StructuralSimilarity tile = full(a, b, false), axes = full(a, b, true);
  CHECK(tile.mean.item() == doctest::Approx(axes.mean.item()).epsilon(1e-6));
  for (std::int64_t i = 0; i < a.size(); ++i) {
    CHECK(std::abs(tile.full->data_as<float>()[i] - axes.full->data_as<float>()[i]) < 1e-4f);
  }
}

TEST_CASE("metrics refuse what they cannot compare") {
  const Array a = noise({20, 30}, 0), b = noise({30, 20}, 0);
  CHECK_THROWS_AS(metrics::structural_similarity(a, b, {.data_range = 1}), ValueError);
  CHECK_THROWS_AS(metrics::structural_similarity(a, a), ValueError);
  CHECK_THROWS_AS(metrics::structural_similarity(a, a, {.win_size = 4, .data_range = 1}), ValueError);
  CHECK_THROWS_AS(metrics::structural_similarity(a, a, {.data_range = 1, .channel_axis = 2}), IndexError);
  CHECK_THROWS_AS(metrics::mean_squared_error(a, b), ValueError);
  CHECK_THROWS_AS(metrics::normalized_mutual_information(a, a.reshape({600})), ValueError);
  CHECK_THROWS_AS(metrics::normalized_mutual_information(a, a, {.bins = {0}}), ValueError);
}

TEST_CASE("two images of different devices are refused") {
  const Array image = noise({3, 4}, 0);
  // Called a GPU's memory, which nothing may look at.
  const Array other = Array::view_of(image.mutable_data(), image.shape(), image.strides(), image.dtype(),
                                     {DeviceKind::cuda, 0}, image.buffer());
  CHECK_THROWS_WITH_AS(metrics::mean_squared_error(image, other),
                       "metrics.mean_squared_error: arrays lie on different devices (cpu and cuda:0)", ValueError);
  CHECK_THROWS_AS(metrics::structural_similarity(image, other, {.win_size = 3, .data_range = 1}), ValueError);
  CHECK_THROWS_AS(metrics::normalized_mutual_information(image, other), ValueError);
}

TEST_CASE("cuda: metrics equal the CPU's") {
  if (cuda_device_count() == 0) {
    MESSAGE("no CUDA device");
    return;
  }
  const Device device{DeviceKind::cuda, 0};
  for (const Extents& shape : {Extents{61, 47}, Extents{300, 513}, Extents{13, 14, 15}}) {
    const Array a = noise(shape, 0), b = noise(shape, 5);
    const std::vector<double> want = all_of(a, b), got = all_of(a.to(device), b.to(device));
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-5));
  }
}
