// SPDX-License-Identifier: Apache-2.0
// Medians of squares of 3 x 3 on the CPU: a column of three is sorted once for the three windows that it is part of.
// The median of nine is that of three: the greatest of the least of the columns, the median of their medians, and the
// least of the greatest (Paeth, Median finding on a 3 x 3 grid, Graphics Gems, 1990). 18 minima and maxima a vector.
#pragma once

#include <array>
#include <limits>
#include <type_traits>

#include "engine/order_rows_cpu.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

template <class K>
class SquareMedianTask {
 public:
  explicit SquareMedianTask(const OrderImage<K>& image) : image_(image), keys_(image.key) {}

  void run() const {
    TileCut(image_.planes, image_.height, image_.width, 3, 3, sizeof(K))
        .each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
          for (std::int64_t x = x0; x < x1; x += strip) tile(plane, y0, y1, x, std::min(x1, x + strip));
        });
  }

 private:
  /// What is compared. AVX2 has no least of 64 bits, but compares signed ones.
  using W = std::conditional_t<sizeof(K) == 8, std::int64_t, K>;
  using V = Vec<W>;
  /// So that the six lines of a row of windows stay in the L1 cache.
  static constexpr std::int64_t strip = 4096 / static_cast<std::int64_t>(sizeof(K));

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0, length = order_line<K>(count + 2);
    W* const lines = reinterpret_cast<W*>(thread_scratch(static_cast<std::size_t>(6 * length) * sizeof(K)));
    W* const least = lines + 3 * length;
    W* const middle = least + length;
    W* const greatest = middle + length;
    std::array<W*, 3> row{lines, lines + length, lines + 2 * length};
    std::int64_t y = y0 - 2;
    image_.each_row(plane, y0, y1 - y0 + 2, [&](const K* from) {
      W* const newest = row[0];
      row = {row[1], row[2], newest};
      image_.load_row(reinterpret_cast<K*>(newest), from, x0, count + 2);
      if constexpr (sizeof(K) == 8) {
        for (std::int64_t x = 0; x < count + 2; x += V::lanes) flipped(V::load(newest + x)).store(newest + x);
      }
      if (y >= y0) {
        sort_columns(row, count + 2, least, middle, greatest);
        medians(least, middle, greatest, count, image_.out_row(plane, y) + x0);
      }
      ++y;
    });
  }

  HD static V flipped(V v) { return v ^ V(std::numeric_limits<W>::min()); }

  [[gnu::flatten]] static void sort_columns(const std::array<W*, 3>& row, std::int64_t n, W* least, W* middle,
                                            W* greatest) {
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      const V a = V::load(row[0] + x), b = V::load(row[1] + x), c = V::load(row[2] + x);
      const V low = min(a, b), high = max(a, b), rest = max(low, c);
      min(low, c).store(least + x);
      min(high, rest).store(middle + x);
      max(high, rest).store(greatest + x);
    }
  }

  HD static V median(V a, V b, V c) { return max(min(a, b), min(max(a, b), c)); }

  /// Of the windows whose left columns are x, x + 1, ...
  HD static V medians_at(const W* least, const W* middle, const W* greatest, std::int64_t x) {
    const auto three = [x](const W* line) {
      return std::array<V, 3>{V::load(line + x), V::load(line + x + 1), V::load(line + x + 2)};
    };
    const auto low = three(least), mid = three(middle), high = three(greatest);
    return median(max(max(low[0], low[1]), low[2]), median(mid[0], mid[1], mid[2]),
                  min(min(high[0], high[1]), high[2]));
  }

  HD Vec<K> elements(V v) const {
    if constexpr (sizeof(K) == 8) v = flipped(v);
    const Vec<K> key(hn::BitCast(hn::ScalableTag<K>(), v.v));
    return keys_.same() ? key : keys_.elements(key);
  }

  [[gnu::flatten]] void medians(const W* least, const W* middle, const W* greatest, std::int64_t n, K* to) const {
    std::int64_t x = 0;
    for (; x + V::lanes <= n; x += V::lanes) elements(medians_at(least, middle, greatest, x)).store(to + x);
    if (x < n) elements(medians_at(least, middle, greatest, x)).store(to + x, n - x);
  }

  const OrderImage<K>& image_;
  VectorKeys<K> keys_;
};

}  // namespace opsin::OPSIN_TARGET::engine
