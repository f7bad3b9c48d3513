// SPDX-License-Identifier: Apache-2.0
// Selection networks on the CPU: a vector holds the same element of neighbouring windows.
#pragma once

#include "engine/order_network.h"
#include "engine/order_rows_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Medians of boxes of C columns of L elements. Windows go in pairs, so keys lie in two halves: columns 0, 2, 4, ...
/// and columns 1, 3, 5, ... of a row. Each column is sorted once, and each pair of columns merged once.
template <int L, int C, class K>
class BoxMedianTask {
 public:
  explicit BoxMedianTask(const OrderImage<K>& image) : image_(image) {}

  void run() const {
    const Reach& reach = image_.reach;
    TileCut(image_.planes, image_.height, image_.width, reach.rows, C,
            static_cast<std::int64_t>(sizeof(K)) * reach.plane_count())
        .each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
          for (std::int64_t x = x0; x < x1; x += strip) tile(plane, y0, y1, x, std::min(x1, x + strip));
        });
  }

 private:
  using V = Vec<K>;
  using Median = BoxMedian<L, C>;
  /// So that the lines of a row of windows stay in the L1 cache.
  static constexpr std::int64_t strip = 32768 / (4 * L * static_cast<std::int64_t>(sizeof(K))) / 64 * 64 + 64;

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0, windows = (count + 1) / 2;
    const std::int64_t half = order_line<K>(windows + C / 2);
    const std::int64_t rows = y1 - y0 + image_.reach.rows - 1;
    const std::int64_t planes = image_.reach.plane_count();
    K* keys = reinterpret_cast<K*>(
        thread_scratch(static_cast<std::size_t>((planes * rows * 2 + 4 * L + 4) * half) * sizeof(K)));
    K* sorted = keys + planes * rows * 2 * half;  // L lines of even columns, L of odd ones
    K* pairs = sorted + 2 * L * half;             // 2 L lines
    K* result = pairs + 2 * L * half;
    image_.load(keys, 2 * half, plane, y0, x0, rows, count + C);
    for (std::int64_t r = 0; r < planes * rows; ++r) split(keys + 2 * half * r, result, half);
    for (std::int64_t y = y0; y < y1; ++y) {
      const K* from[L];
      int n = 0;
      for (std::int64_t p = 0; p < planes; ++p) {
        for (std::int64_t r = 0; r < image_.reach.rows; ++r) from[n++] = keys + 2 * half * (p * rows + y - y0 + r);
      }
      for (std::int64_t x = 0; x < windows + C / 2; x += V::lanes) sort_columns(from, x, half, sorted);
      if constexpr (Median::pairs > 1) {
        for (std::int64_t x = 0; x < windows + Median::pairs - 1; x += V::lanes)
          pair_at(sorted, x, half).store(pairs, x, half);
      }
      for (std::int64_t x = 0; x < windows; x += V::lanes) medians(sorted, pairs, x, half, result);
      store_order_keys(image_.out_row(plane, y) + x0, result, count, image_.key);
    }
  }

  /// Even columns first.
  static void split(K* row, K* spare, std::int64_t half) {
    std::copy_n(row, 2 * half, spare);
    const typename V::Tag tag;
    for (std::int64_t x = 0; x + V::lanes <= half; x += V::lanes) {
      hn::Vec<typename V::Tag> even, odd;
      hn::LoadInterleaved2(tag, spare + 2 * x, even, odd);
      V(even).store(row + x);
      V(odd).store(row + half + x);
    }
  }

  template <int N>
  struct Loaded : List<V, N> {
    HD void store(K* to, std::int64_t x, std::int64_t half) const {
      unrolled<N>([&](auto i) { this->v[i].store(to + i * half + x); });
    }
  };

  template <int N>
  HD static List<V, N> load(const K* from, std::int64_t x, std::int64_t half) {
    List<V, N> list;
    unrolled<N>([&](auto i) { list.v[i] = V::load(from + i * half + x); });
    return list;
  }

  static void sort_columns(const K* const (&from)[L], std::int64_t x, std::int64_t half, K* sorted) {
    for (int odd = 0; odd < 2; ++odd) {
      List<V, L> column;
      unrolled<L>([&](auto i) { column.v[i] = V::load(from[i] + odd * half + x); });
      Loaded<L>{sort(column)}.store(sorted + odd * L * half, x, half);
    }
  }

  /// Columns 2 x + 1 and 2 x + 2.
  HD static Loaded<2 * L> pair_at(const K* sorted, std::int64_t x, std::int64_t half) {
    return {merge(load<L>(sorted + L * half, x, half), load<L>(sorted, x + 1, half))};
  }

  static void medians(const K* sorted, const K* pairs, std::int64_t x, std::int64_t half, K* result) {
    List<V, 2 * L> p[Median::pairs];
    if constexpr (Median::pairs == 1) {
      p[0] = pair_at(sorted, x, half);
    } else {
      unrolled<Median::pairs>([&](auto i) { p[i] = load<2 * L>(pairs, x + i, half); });
    }
    const auto core = Median::core(p);
    const V even = Median::finish(core, load<L>(sorted, x, half));
    const V odd = Median::finish(core, load<L>(sorted + L * half, x + C / 2, half));
    hn::StoreInterleaved2(even.v, odd.v, typename V::Tag(), result + 2 * x);
  }

  const OrderImage<K>& image_;
};

template <int L, int C, int Planes, class K>
bool box_median(const OrderJob<K>& job) {
  const Reach& reach = job.reach;
  if (!reach.full || job.rank != L * C / 2 || reach.columns != C || reach.plane_count() != Planes ||
      reach.rows != L / Planes) {
    return false;
  }
  BoxMedianTask<L, C, K>(OrderImage<K>(job)).run();
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
