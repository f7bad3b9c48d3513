// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "opsin/error.h"
#include "opsin/morphology.h"

using opsin::Array;
using opsin::DType;
namespace morphology = opsin::morphology;
namespace ndimage = opsin::ndimage;

namespace {

Array noise(std::int64_t rows, std::int64_t columns) {
  std::vector<std::uint8_t> v(static_cast<std::size_t>(rows * columns));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<std::uint8_t>(i * 7919 % 251);
  return Array::from(std::span<const std::uint8_t>(v), {rows, columns});
}

std::int64_t reflected(std::int64_t i, std::int64_t n) { return i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i; }

/// By the definition, pixel by pixel.
int least(const Array& image, const ndimage::Footprint& f, std::int64_t y, std::int64_t x) {
  int result = 255;
  for (std::int64_t i = 0; i < f.shape[0]; ++i) {
    for (std::int64_t j = 0; j < f.shape[1]; ++j) {
      if (!f.inside[static_cast<std::size_t>(i * f.shape[1] + j)]) continue;
      const std::int64_t r = reflected(y + i - f.shape[0] / 2, image.shape(0));
      const std::int64_t c = reflected(x + j - f.shape[1] / 2, image.shape(1));
      result = std::min<int>(result, image.data_as<std::uint8_t>()[r * image.shape(1) + c]);
    }
  }
  return result;
}

bool equal(const Array& a, const Array& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::equal(a.data_as<std::uint8_t>(), a.data_as<std::uint8_t>() + a.nbytes(), b.data_as<std::uint8_t>());
}

}  // namespace

TEST_CASE("erosion by boxes, rows and scattered elements is the definition's") {
  const Array image = noise(67, 131);
  std::vector<std::uint8_t> scattered(7 * 11);
  for (std::size_t i = 0; i < scattered.size(); ++i) scattered[i] = i * 31 % 5 < 2;
  for (const ndimage::Footprint& f :
       {ndimage::Footprint({5, 9}, std::vector<std::uint8_t>(45, 1)), ndimage::Footprint({1, 1}, {1}),
        ndimage::Footprint({17, 3}, std::vector<std::uint8_t>(51, 1)), ndimage::Footprint({7, 11}, scattered)}) {
    const Array eroded = morphology::erosion(image, {{f, 1}});
    int wrong = 0;
    for (std::int64_t i = 0; i < image.size(); ++i) {
      wrong += eroded.data_as<std::uint8_t>()[i] != least(image, f, i / 131, i % 131);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("an opening is idempotent, and out may be the image") {
  const Array image = noise(40, 50);
  const morphology::Footprints cross = {{ndimage::generate_binary_structure(2, 1), 2}};
  const Array once = morphology::opening(image, cross);
  CHECK(equal(morphology::opening(once, cross), once));
  const Array in_place = image.copy();
  CHECK(morphology::opening(in_place, cross, {.out = in_place}).data() == in_place.data());
  CHECK(equal(in_place, once));
}

TEST_CASE("a sequence of lines is a box") {
  const Array image = noise(30, 44);
  const auto ones = [](std::int64_t rows, std::int64_t columns) {
    return ndimage::Footprint({rows, columns}, std::vector<std::uint8_t>(static_cast<std::size_t>(rows * columns), 1));
  };
  CHECK(equal(morphology::dilation(image, {{ones(5, 1), 1}, {ones(1, 7), 1}}),
              morphology::dilation(image, {{ones(5, 7), 1}})));
}

TEST_CASE("morphology refuses what has no meaning") {
  const Array image = noise(8, 9);
  CHECK_THROWS_AS(morphology::beyond_from_name("symmetric"), opsin::ValueError);
  CHECK_THROWS_AS(morphology::erosion(image, {{ndimage::Footprint({3, 3}, std::vector<std::uint8_t>(9, 0)), 1}}),
                  opsin::ValueError);
  CHECK_THROWS_AS(morphology::erosion(image, {{ndimage::generate_binary_structure(3, 1), 1}}), opsin::RuntimeError);
  CHECK_THROWS_AS(morphology::erosion(image.astype(DType::float16)), opsin::RuntimeError);
  CHECK_THROWS_AS(morphology::erosion(image.astype(DType::complex64)), opsin::TypeError);
  CHECK_THROWS_AS(ndimage::minimum_filter1d(image, 0), opsin::RuntimeError);
  CHECK_THROWS_AS(ndimage::minimum_filter(image, {.size = {3}}, {.origin = {2}}), opsin::ValueError);
  CHECK_THROWS_AS(ndimage::minimum_filter(image, {}), opsin::RuntimeError);
  CHECK_THROWS_AS(ndimage::binary_erosion(image, {}, {.mask = noise(3, 3)}), opsin::RuntimeError);
}
