// SPDX-License-Identifier: Apache-2.0
// Selection networks on the CPU: a vector holds the same element of neighbouring windows.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include "engine/order_network.h"
#include "engine/order_square_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Medians of boxes of C columns of L elements. Windows go in pairs, so keys lie in two halves: columns 0, 2, 4, ...
/// and columns 1, 3, 5, ... of a row. Each column is sorted once, and each pair of columns merged once.
template <int L, int C, class K>
class BoxMedianTask {
 public:
  explicit BoxMedianTask(const OrderImage<K>& image) : image_(image), keys_(image.key) {}

  void run() const {
    const Reach& reach = image_.reach;
    TileCut(image_.planes, image_.height, image_.width, reach.rows, C,
            static_cast<std::int64_t>(sizeof(K)) * reach.plane_count())
        .each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
          for (std::int64_t x = x0; x < x1; x += strip) tile(plane, y0, y1, x, std::min(x1, x + strip));
        });
  }

 private:
  /// What the network compares. AVX2 has no least of 64 bits, but compares signed ones.
  using W = std::conditional_t<sizeof(K) == 8, std::int64_t, K>;
  using V = Vec<W>;
  using Median = BoxMedian<L, C>;
  /// So that the lines of a row of windows stay in the L1 cache.
  static constexpr std::int64_t strip = 32768 / (4 * L * static_cast<std::int64_t>(sizeof(K))) / 64 * 64 + 64;

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0, windows = (count + 1) / 2;
    const std::int64_t half = order_line<K>(windows + C / 2);
    const std::int64_t rows = y1 - y0 + image_.reach.rows - 1;
    const std::int64_t planes = image_.reach.plane_count();
    W* keys = reinterpret_cast<W*>(
        thread_scratch(static_cast<std::size_t>((planes * rows * 2 + 4 * L + 4) * half) * sizeof(K)));
    W* sorted = keys + planes * rows * 2 * half;  // L lines of even columns, L of odd ones
    W* pairs = sorted + 2 * L * half;             // 2 L lines
    K* line = reinterpret_cast<K*>(pairs + 2 * L * half);
    W* to = keys;
    image_.each_row(plane, y0, rows, [&](const K* row) {
      image_.load_row(line, row, x0, count + C);
      split(line, to, half);
      to += 2 * half;
    });
    for (std::int64_t y = y0; y < y1; ++y) {
      const W* from[L];
      int n = 0;
      for (std::int64_t p = 0; p < planes; ++p) {
        for (std::int64_t r = 0; r < image_.reach.rows; ++r) from[n++] = keys + 2 * half * (p * rows + y - y0 + r);
      }
      for (std::int64_t x = 0; x < windows + C / 2; x += V::lanes) sort_columns(from, x, half, sorted);
      if constexpr (Median::pairs > 1) {
        for (std::int64_t x = 0; x < windows + Median::pairs - 1; x += V::lanes)
          store(pair_at(sorted, x, half), pairs, x, half);
      }
      K* result = image_.out_row(plane, y) + x0;
      std::int64_t x = 0;
      for (; 2 * (x + V::lanes) <= count; x += V::lanes) medians(sorted, pairs, x, half, result + 2 * x);
      for (; x < windows; x += V::lanes) {
        medians(sorted, pairs, x, half, line);
        std::copy_n(line, std::min<std::int64_t>(2 * V::lanes, count - 2 * x), result + 2 * x);
      }
    }
  }

  static V flipped(hn::Vec<hn::ScalableTag<W>> v) {
    if constexpr (sizeof(K) == 8) return V(v) ^ V(std::numeric_limits<std::int64_t>::min());
    return v;
  }

  /// Even columns first.
  static void split(const K* row, W* to, std::int64_t half) {
    const typename V::Tag tag;
    for (std::int64_t x = 0; x + V::lanes <= half; x += V::lanes) {
      hn::Vec<typename V::Tag> even, odd;
      hn::LoadInterleaved2(tag, reinterpret_cast<const W*>(row) + 2 * x, even, odd);
      flipped(even).store(to + x);
      flipped(odd).store(to + half + x);
    }
  }

  template <int N>
  HD static void store(const List<V, N>& list, W* to, std::int64_t x, std::int64_t half) {
    unrolled<N>([&](auto i) { list.v[i].store(to + i * half + x); });
  }

  template <int N>
  HD static List<V, N> load(const W* from, std::int64_t x, std::int64_t half) {
    return list_of<N>([&](auto i) { return V::load(from + i * half + x); });
  }

  [[gnu::flatten]] static void sort_columns(const W* const (&from)[L], std::int64_t x, std::int64_t half, W* sorted) {
    for (int odd = 0; odd < 2; ++odd) {
      store(sort(list_of<L>([&](auto i) { return V::load(from[i] + odd * half + x); })), sorted + odd * L * half, x,
            half);
    }
  }

  /// Columns 2 x + 1 and 2 x + 2.
  HD static List<V, 2 * L> pair_at(const W* sorted, std::int64_t x, std::int64_t half) {
    return merge(load<L>(sorted + L * half, x, half), load<L>(sorted, x + 1, half));
  }

  [[gnu::flatten]] void medians(const W* sorted, const W* pairs, std::int64_t x, std::int64_t half, K* result) const {
    const auto core = Median::core([&](auto i) {
      if constexpr (Median::pairs == 1) {
        return pair_at(sorted, x, half);
      } else {
        return load<2 * L>(pairs, x + i, half);
      }
    });
    const V even = flipped(Median::finish(core, load<L>(sorted, x, half)).v);
    const V odd = flipped(Median::finish(core, load<L>(sorted + L * half, x + C / 2, half)).v);
    const hn::ScalableTag<K> tag;
    const Vec<K> low(hn::BitCast(tag, even.v)), high(hn::BitCast(tag, odd.v));
    if (keys_.same()) {
      hn::StoreInterleaved2(low.v, high.v, tag, result);
    } else {
      hn::StoreInterleaved2(keys_.elements(low).v, keys_.elements(high).v, tag, result);
    }
  }

  const OrderImage<K>& image_;
  VectorKeys<K> keys_;
};

template <int L, int C, int Planes, class K>
bool box_median(const OrderJob<K>& job) {
  const Reach& reach = job.reach;
  if (!reach.full || job.rank != L * C / 2 || reach.columns != C || reach.plane_count() != Planes ||
      reach.rows != L / Planes) {
    return false;
  }
  using Task = std::conditional_t<L == 3, SquareMedianTask<K>, BoxMedianTask<L, C, K>>;
  Task(OrderImage<K>(job)).run();
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
