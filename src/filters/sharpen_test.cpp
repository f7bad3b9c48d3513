// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"

using opsin::Array;
using opsin::DType;
namespace filters = opsin::filters;

namespace {

Array noise(const opsin::Extents& shape, double least) {
  std::vector<double> v(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = least + static_cast<double>(i * 7919 % 101) / 101;
  return Array::from(std::span<const double>(v), shape);
}

}  // namespace

TEST_CASE("unsharp_mask adds what the Gaussian took, and clips by the image's sign") {
  for (const opsin::Extents& shape : {opsin::Extents{40}, {20, 33}, {6, 9, 11}, {3, 4, 5, 6}}) {
    for (const double least : {0.0, -0.5}) {
      const Array image = noise(shape, least);
      const Array blurred = filters::gaussian(image, {.sigma = {1.5}, .mode = opsin::Border::reflect});
      const Array clipped = filters::unsharp_mask(image, {.radius = {1.5}, .amount = 2});
      const Array free = filters::unsharp_mask(image, {.radius = {1.5}, .amount = 2, .preserve_range = true});
      for (std::int64_t i = 0; i < image.size(); ++i) {
        const double x = image.data_as<double>()[i];
        const double sharp = x + (x - blurred.data_as<double>()[i]) * 2;
        CHECK(free.data_as<double>()[i] == sharp);
        CHECK(clipped.data_as<double>()[i] == std::min(std::max(sharp, least < 0 ? -1.0 : 0.0), 1.0));
      }
    }
  }
}

TEST_CASE("difference_of_gaussians is the difference of two calls, channels apart") {
  const Array image = noise({17, 19, 3}, 0);
  for (const int channel : {0, 1, 2, -1}) {
    const auto blur = [&](double s) { return filters::gaussian(image, {.sigma = {s}, .channel_axis = channel}); };
    const Array low = blur(1);
    const Array high = blur(1.6);
    const Array out = filters::difference_of_gaussians(image, {1}, {.channel_axis = channel});
    for (std::int64_t i = 0; i < image.size(); ++i) {
      CHECK(out.data_as<double>()[i] == low.data_as<double>()[i] - high.data_as<double>()[i]);
    }
  }
}

TEST_CASE("sharpening filters refuse what they cannot do") {
  const Array image = noise({4, 4}, 0);
  CHECK_THROWS_AS(filters::unsharp_mask(image, {.radius = {-1}}), opsin::ValueError);
  CHECK_THROWS_AS(filters::unsharp_mask(image, {.radius = {1, 2, 3}}), opsin::RuntimeError);
  CHECK_THROWS_AS(filters::unsharp_mask(image, {.channel_axis = 2}), opsin::IndexError);
  CHECK_THROWS_AS(filters::difference_of_gaussians(image, {2}, {.high_sigma = std::vector<double>{1}}),
                  opsin::ValueError);
  CHECK_THROWS_AS(filters::difference_of_gaussians(image, {1, 2, 3}), opsin::ValueError);
}
