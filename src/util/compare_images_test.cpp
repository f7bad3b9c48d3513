// SPDX-License-Identifier: Apache-2.0
// compare_images, invert, crop and dtype_limits.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/util.h"

using opsin::Array;
using opsin::DType;
namespace util = opsin::util;

namespace {

Array matrix(int rows, int columns, double first, double step) {
  std::vector<double> v;
  for (int i = 0; i < rows * columns; ++i) v.push_back(first + step * i);
  return Array::from(std::span<const double>(v), {rows, columns});
}

std::vector<double> values(const Array& a) {
  const Array wide = a.astype(DType::float64);
  return {wide.data_as<double>(), wide.data_as<double>() + wide.size()};
}

}  // namespace

TEST_CASE("compare_images: difference, mean and checkerboard") {
  using Method = util::CompareImagesOptions::Method;
  const Array zeros = Array::zeros({5, 5}, DType::float64);
  const Array image = matrix(5, 5, -3, 1);
  const auto diff = values(util::compare_images(zeros, image));
  const auto blend = values(util::compare_images(zeros, image, {.method = Method::blend}));
  // Tiles of 2 x 2, the fifth row and column are left over and show the second image.
  const auto board = values(util::compare_images(zeros, image, {.method = Method::checkerboard, .n_tiles = {2, 2}}));
  for (int i = 0; i < 25; ++i) {
    CHECK(diff[static_cast<std::size_t>(i)] == std::abs(i - 3.0));
    CHECK(blend[static_cast<std::size_t>(i)] == (i - 3.0) / 2);
    const int y = i / 5;
    const int x = i % 5;
    const bool first = y < 4 && x < 4 && (y / 2 + x / 2) % 2 == 0;
    CHECK(board[static_cast<std::size_t>(i)] == (first ? 0 : i - 3.0));
  }
  CHECK_THROWS_AS(util::compare_images(zeros, Array::zeros({5, 4}, DType::float64)), opsin::ValueError);
  const Array cube = Array::zeros({2, 2, 2}, DType::float64);
  CHECK_THROWS_AS(util::compare_images(cube, cube, {.method = Method::checkerboard}), opsin::ValueError);
  CHECK_THROWS_AS(util::compare_images(zeros, zeros, {.method = Method::checkerboard, .n_tiles = {0, 2}}),
                  opsin::ValueError);
}

TEST_CASE("invert turns the range of each dtype round") {
  const Array image = matrix(1, 3, 0, 1);
  CHECK(values(util::invert(image.astype(DType::uint8))) == std::vector<double>{255, 254, 253});
  CHECK(values(util::invert(image.astype(DType::int16))) == std::vector<double>{-1, -2, -3});
  CHECK(values(util::invert(image.astype(DType::boolean))) == std::vector<double>{1, 0, 0});
  CHECK(values(util::invert(image)) == std::vector<double>{1, 0, -1});
  CHECK(values(util::invert(image, {.signed_float = true})) == std::vector<double>{0, -1, -2});
}

TEST_CASE("crop is a view unless a copy is asked for") {
  const Array image = matrix(4, 5, 0, 1);
  const std::vector<std::array<std::int64_t, 2>> widths = {{1, 1}, {0, 3}};
  const Array view = util::crop(image, widths);
  CHECK(view.buffer() == image.buffer());
  CHECK(values(view) == std::vector<double>{5, 6, 10, 11});
  const Array copy = util::crop(image, widths, {.copy = true, .order = util::MemoryOrder::f});
  CHECK(copy.buffer() != image.buffer());
  CHECK(copy.strides() == opsin::Extents{8, 16});
  CHECK(values(copy) == values(view));
  const std::vector<std::array<std::int64_t, 2>> all = {{9, 9}};
  CHECK(util::crop(image, all).size() == 0);
  const std::vector<std::array<std::int64_t, 2>> three = {{1, 1}, {1, 1}, {1, 1}};
  CHECK_THROWS_AS(util::crop(image, three), opsin::ValueError);
}

TEST_CASE("dtype_limits") {
  CHECK(util::dtype_limits(DType::boolean).high == 1);
  CHECK(util::dtype_limits(DType::uint64).high == UINT64_MAX);
  CHECK(util::dtype_limits(DType::int64).low == INT64_MIN);
  CHECK(util::dtype_limits(DType::int8).low == -128);
  CHECK(util::dtype_limits(DType::int8, true).low == 0);
  CHECK(util::dtype_limits(DType::float16).low == -1);
  CHECK_THROWS_AS(util::dtype_limits(DType::complex64), opsin::ValueError);
}
