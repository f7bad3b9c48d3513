// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "opsin/device.h"
#include "opsin/filters.h"
#include "opsin/util.h"

using namespace opsin;
namespace rank = opsin::filters::rank;

namespace {

/// Values below `bins` without a pattern.
Array pattern(const Extents& shape, std::uint32_t bins, DType dtype) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape.product()));
  std::uint32_t state = 1;
  for (std::int64_t& v : values) {
    state = state * 1664525u + 1013904223u;
    v = (state >> 8) % bins;
  }
  return Array::from(std::span<const std::int64_t>(values), shape).astype(dtype);
}

ndimage::Footprint box(const Extents& shape) {
  return {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.product()), 1)};
}

/// A disk without its middle, and so of two runs in some rows.
ndimage::Footprint ring(std::int64_t size) {
  ndimage::Footprint result = box({size, size});
  for (std::int64_t i = 0; i < size * size; ++i) {
    const std::int64_t y = i / size - size / 2, x = i % size - size / 2, from = y * y + x * x;
    result.inside[static_cast<std::size_t>(i)] = from <= size * size / 4 && from > 2 ? 1 : 0;
  }
  return result;
}

bool equal(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.nbytes()) == 0;
}

using Bilateral = Array (*)(const Array&, const ndimage::Footprint&, const rank::BilateralOptions&);
using Generic = Array (*)(const Array&, const ndimage::Footprint&, const rank::RankOptions&);

}  // namespace

TEST_CASE("words with few values give what bytes give") {
  const Array bytes = pattern({19, 33}, 256, DType::uint8);
  const Array words = bytes.astype(DType::uint16);
  for (const Generic f : {Generic(rank::mean), Generic(rank::gradient), Generic(rank::modal), Generic(rank::otsu),
                          Generic(rank::entropy), Generic(rank::noise_filter)}) {
    const Array of_bytes = f(bytes, box({5, 3}), {}), of_words = f(words, box({5, 3}), {});
    CHECK(equal(of_bytes.astype(DType::float64), of_words.astype(DType::float64)));
  }
}

TEST_CASE("a plane is a volume of one plane, with its shifts in another order") {
  const Array plane = pattern({12, 17}, 256, DType::uint8);
  const Array volume = plane.reshape({1, 12, 17});
  for (const Generic f :
       {Generic(rank::sum), Generic(rank::minimum), Generic(rank::equalize), Generic(rank::majority)}) {
    const Array flat = f(plane, box({3, 5}), {.shift_x = 2, .shift_y = -1});
    const Array deep = f(volume, box({1, 3, 5}), {.shift_y = -1, .shift_z = 2});
    CHECK(equal(flat, deep.reshape({12, 17})));
  }
}

TEST_CASE("the median of one percentile is the percentile of one half") {
  const Array image = pattern({21, 18}, 700, DType::uint16);
  CHECK(equal(rank::median(image, box({5, 5})), rank::percentile(image, box({5, 5}), {.p0 = 0.5})));
  CHECK(equal(rank::maximum(image, box({5, 5})), rank::percentile(image, box({5, 5}), {.p0 = 1})));
}

TEST_CASE("rank filters refuse what has no meaning") {
  const Array image = pattern({8, 9}, 256, DType::uint8);
  CHECK_THROWS_AS(rank::mean(image, box({3})), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(image, box({3, 3}), {.shift_x = 2}), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(image, box({0, 3})), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(Array::empty({0, 3}, DType::uint8), box({3, 3})), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(image.astype(DType::boolean), box({3, 3})), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(image, box({3, 3}), {.mask = Array::zeros({3, 3}, DType::boolean)}), opsin::ValueError);
  CHECK_THROWS_AS(rank::mean(image, box({3, 3}), {.out = Array::zeros({8, 9}, DType::int32)}), opsin::TypeError);
  CHECK_THROWS_AS(rank::mean(image, box({3, 3}), {.out = Array::zeros({9, 8}, DType::uint8)}), opsin::RuntimeError);
  CHECK_THROWS_AS(rank::noise_filter(image, box({3, 3}), {.shift_x = 7}), opsin::IndexError);
  CHECK_THROWS_AS(rank::percentile(image.reshape({2, 4, 9}), box({1, 3, 3})), opsin::ValueError);
  CHECK_THROWS_AS(rank::windowed_histogram(image, box({3, 3}), {.n_bins = -1}), opsin::ValueError);
  opsin::take_warnings();
}

TEST_CASE("ranks lead back to the image") {
  const Array image = pattern({70, 90}, 5000, DType::int16);
  const std::vector<Array> result = filters::rank_order(image);
  REQUIRE(result[0].dtype() == DType::uint16);
  const auto* values = result[1].data_as<std::int16_t>();
  CHECK(std::is_sorted(values, values + result[1].size()));
  for (std::int64_t i = 0; i < image.size(); ++i) {
    REQUIRE(values[result[0].data_as<std::uint16_t>()[i]] == image.data_as<std::int16_t>()[i]);
  }
  CHECK_THROWS_AS(filters::rank_order(Array::empty({0}, DType::uint8)), opsin::IndexError);
}

TEST_CASE("cuda counts windows as the CPU does") {
  if (cuda_device_count() == 0) {
    MESSAGE("no CUDA device");
    return;
  }
  const Device device{DeviceKind::cuda, 0};
  for (const Array& image : {pattern({70, 41}, 256, DType::uint8), pattern({35, 38}, 3000, DType::uint16),
                             pattern({4, 9, 13}, 40, DType::uint8), pattern({37, 301}, 256, DType::uint8),
                             pattern({9, 20, 140}, 256, DType::uint8), pattern({34, 134}, 65536, DType::uint16)}) {
    const bool flat = image.ndim() == 2;
    const Array mask = util::img_as_bool(pattern(image.shape(), 256, DType::uint8));
    for (const ndimage::Footprint& footprint :
         flat ? std::vector{box({4, 5}), ring(11)} : std::vector{box({3, 2, 3}), box({5, 5, 5})}) {
      for (const Generic f :
           {Generic(rank::mean), Generic(rank::sum), Generic(rank::pop), Generic(rank::subtract_mean),
            Generic(rank::threshold), Generic(rank::geometric_mean), Generic(rank::autolevel), Generic(rank::equalize),
            Generic(rank::noise_filter), Generic(rank::modal), Generic(rank::otsu), Generic(rank::entropy)}) {
        CHECK(equal(f(image.to(device), footprint, {}).to({}), f(image, footprint, {})));
        CHECK(equal(f(image.to(device), footprint, {.mask = mask.to(device)}).to({}),
                    f(image, footprint, {.mask = mask})));
      }
      if (!flat) continue;
      for (const rank::BilateralOptions& near :
           {rank::BilateralOptions{.s0 = 10, .s1 = 10}, rank::BilateralOptions{.s0 = 90, .s1 = 201},
            rank::BilateralOptions{.s0 = -2, .s1 = 40}, rank::BilateralOptions{.s0 = 0, .s1 = 0},
            rank::BilateralOptions{.s0 = 70000, .s1 = 300}}) {
        for (const Bilateral f : {rank::mean_bilateral, rank::sum_bilateral, rank::pop_bilateral}) {
          CHECK(equal(f(image.to(device), footprint, near).to({}), f(image, footprint, near)));
        }
      }
      CHECK(equal(rank::threshold_percentile(image.to(device), footprint, {.p0 = 0.4}).to({}),
                  rank::threshold_percentile(image, footprint, {.p0 = 0.4})));
    }
    const ndimage::Footprint footprint = flat ? box({4, 5}) : box({3, 2, 3});
    CHECK(equal(filters::rank_order(image.to(device))[0].to({}), filters::rank_order(image)[0]));
    if (!flat) continue;
    CHECK(equal(rank::sum_percentile(image.to(device), footprint, {.p0 = 0.1, .p1 = 0.8}).to({}),
                rank::sum_percentile(image, footprint, {.p0 = 0.1, .p1 = 0.8})));
    CHECK(equal(rank::windowed_histogram(image.to(device), footprint, {.n_bins = 30}).to({}),
                rank::windowed_histogram(image, footprint, {.n_bins = 30})));
    CHECK(equal(util::unique_rows(image.to(device)).to({}), util::unique_rows(image)));
  }
  opsin::take_warnings();
}
