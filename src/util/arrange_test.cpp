// SPDX-License-Identifier: Apache-2.0
// Views, mosaics, grids, marks and noise: from C++.
#include <doctest/doctest.h>

#include <limits>

#include <vector>

#include "opsin/data.h"
#include "opsin/error.h"
#include "opsin/random.h"
#include "opsin/segmentation.h"
#include "opsin/util_arrange.h"
#include "opsin/util_noise.h"

using opsin::Array;
using opsin::DType;
namespace util = opsin::util;

namespace {

Array counting(const opsin::Extents& shape) {
  std::vector<double> values(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  return Array::from(std::span<const double>(values), shape);
}

}  // namespace

TEST_CASE("blocks and windows are views") {
  const Array image = counting({4, 6});
  const std::int64_t block[] = {2, 3};
  const Array blocks = util::view_as_blocks(image, block);
  REQUIRE(blocks.shape() == opsin::Extents{2, 2, 2, 3});
  CHECK(blocks.data() == image.data());
  CHECK(blocks.copy().data_as<double>()[6] == 3);  // the first element of the second block
  const std::int64_t step[] = {2};
  const Array windows = util::view_as_windows(image, block, step);
  REQUIRE(windows.shape() == opsin::Extents{2, 2, 2, 3});
  CHECK(windows.copy().data_as<double>()[6] == 2);
  const std::int64_t none[] = {0, 3}, odd[] = {3, 3}, large[] = {5, 3};
  CHECK_THROWS_AS(util::view_as_blocks(image, none), opsin::ValueError);
  CHECK_THROWS_AS(util::view_as_blocks(image, odd), opsin::ValueError);
  CHECK_THROWS_AS(util::view_as_windows(image, large), opsin::ValueError);
}

TEST_CASE("slices along axes") {
  const Array image = counting({4, 6});
  const std::array<std::int64_t, 2> slices[] = {{1, -1}};
  CHECK(util::slice_along_axes(image, slices, {.axes = {{1}}}).shape() == opsin::Extents{4, 4});
  const Array copy = util::slice_along_axes(image, slices, {.copy = true});
  CHECK(copy.shape() == opsin::Extents{2, 6});
  CHECK(copy.data() != image.data());
  const std::array<std::int64_t, 2> wrong[] = {{3, 1}};
  CHECK_THROWS_AS(util::slice_along_axes(image, wrong), opsin::ValueError);
}

TEST_CASE("a montage writes images, padding and empty places") {
  const Array images = counting({3, 2, 2});
  const Array mosaic = util::montage(images, {.fill = {{-1.0}}, .padding_width = 1});
  REQUIRE(mosaic.shape() == opsin::Extents{7, 7});
  const double expected[7][7] = {{-1, -1, -1, -1, -1, -1, -1}, {-1, 0, 1, -1, 4, 5, -1},   {-1, 2, 3, -1, 6, 7, -1},
                                 {-1, -1, -1, -1, -1, -1, -1}, {-1, 8, 9, -1, -1, -1, -1}, {-1, 10, 11, -1, -1, -1, -1},
                                 {-1, -1, -1, -1, -1, -1, -1}};
  for (int i = 0; i < 49; ++i) CHECK(mosaic.data_as<double>()[i] == expected[i / 7][i % 7]);
  CHECK(util::montage(images).data_as<double>()[15] == 5.5);  // the mean
  CHECK_THROWS_AS(util::montage(images, {.grid_shape = {{1, 2}}}), opsin::IndexError);
  CHECK_THROWS_AS(util::montage(counting({3, 2})), opsin::ValueError);
}

TEST_CASE("points and grids") {
  const double coords[] = {0, 0, 1.5, 2.4, 1.6, 2};
  const Array labels = util::label_points(Array::from(std::span<const double>(coords), {3, 2}), {3, 4});
  CHECK(labels.data_as<std::uint64_t>()[0] == 1);
  CHECK(labels.data_as<std::uint64_t>()[2 * 4 + 2] == 3);  // the second and the third
  CHECK_THROWS_AS(util::label_points(Array::from(std::span<const double>(coords), {3, 2}), {2, 2}), opsin::IndexError);
  const std::int64_t shape[] = {20, 40};
  const auto grid = util::regular_grid(shape, 8);
  CHECK(grid[0].start == 5);
  CHECK(grid[1].step == 10);
  CHECK(util::regular_seeds({20, 40}, 8, DType::uint8).data_as<std::uint8_t>()[5 * 40 + 15] == 2);
}

TEST_CASE("random streams are NumPy's") {
  opsin::random::Generator rng(42);  // numpy.random.default_rng(42)
  CHECK(rng.uniform() == 0.7739560485559633);
  opsin::random::Generator normal(42);
  CHECK(normal.normal() == 0.30471707975443135);
  opsin::random::Generator poisson(42);
  CHECK(poisson.poisson(100.0) == 109);
  opsin::random::Generator copy(rng.state());
  CHECK(copy.next() == rng.next());
}

TEST_CASE("Poisson numbers of no mean are refused, and the stream goes on") {
  opsin::random::Generator rng(42);
  for (const double mean : {-1.0, -1e-300, 9.3e18, 1e300, std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(rng.poisson(mean), opsin::ValueError);
  }
  CHECK(rng.poisson(100.0) == 109);
  CHECK(rng.poisson(9.2e18) > 9'100'000'000'000'000'000);
  const std::vector<double> values{0.25, std::numeric_limits<double>::quiet_NaN(), 0.5, 0.75};
  const Array image = Array::from(std::span<const double>(values), {2, 2});
  CHECK_THROWS_AS(util::random_noise(image, rng, {.mode = util::Noise::poisson}), opsin::ValueError);
}

TEST_CASE("noise of every kind") {
  const Array image = Array::zeros({30, 40}, DType::float32);
  opsin::random::Generator rng(1);
  for (const util::Noise mode :
       {util::Noise::gaussian, util::Noise::localvar, util::Noise::poisson, util::Noise::speckle}) {
    CHECK(util::random_noise(image, rng, {.mode = mode}).dtype() == DType::float64);
  }
  const Array salted = util::random_noise(image, rng, {.mode = util::Noise::salt_and_pepper, .amount = 1});
  CHECK(salted.dtype() == DType::float32);
  double sum = 0;
  for (int i = 0; i < 1200; ++i) sum += static_cast<double>(salted.data_as<float>()[i]);
  CHECK(sum > 500);
  CHECK(sum < 700);
  CHECK_THROWS_AS(util::random_noise(Array::zeros({0}, DType::float32), rng), opsin::ValueError);
}

TEST_CASE("blobs cover the wanted share; level sets") {
  opsin::random::Generator rng(3);
  const Array blobs = opsin::data::binary_blobs(rng, {.length = 60, .n_dim = 2, .volume_fraction = 0.3});
  int inside = 0;
  for (int i = 0; i < 3600; ++i) inside += static_cast<const std::uint8_t*>(blobs.data())[i];
  CHECK(inside == doctest::Approx(1080).epsilon(0.02));
  const Array disk = opsin::segmentation::disk_level_set({9, 9});
  CHECK(static_cast<const std::int8_t*>(disk.data())[4 * 9 + 4] == 1);
  CHECK(static_cast<const std::int8_t*>(disk.data())[0] == 0);
  const Array board = opsin::segmentation::checkerboard_level_set({6, 6}, 3);
  CHECK(static_cast<const std::int8_t*>(board.data())[3] == 1);
}
