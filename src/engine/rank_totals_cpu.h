// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/rank_window.h, windowed_totals: the footprint as runs along the last axis, each the difference of
// two running sums of its row.
#pragma once

#include "core/lines_cpu.h"
#include "engine/rank_tile_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// to[x] = sum over the runs of from[row][x + end] - from[row][x + begin]: running sums, so modulo 2^bits.
template <class T>
void sum_runs(T* to, const T* from, std::int64_t height, std::int64_t width, std::int64_t y, std::int64_t columns,
              const std::vector<RankRun>& runs) {
  using V = Vec<T>;
  for (std::int64_t x = 0; x < columns; x += V::lanes) {
    V sum;
    for (const RankRun& run : runs) {
      const T* row = from + (run.plane * height + run.row + y) * width + x;
      sum += V::load(row + run.end) - V::load(row + run.begin);
    }
    sum.store(to + x);
  }
}

template <class Sum, class F>
void totals_tiles(const Array& out, const RankWindow& w, const F& f) {
  constexpr std::int64_t slack = 64;
  const RankTiles tiles(w);
  const Extents& shape = tiles.shape;
  const std::vector<RankRun> runs = rank_runs(w);
  const std::int64_t height = tiles.rows + w.span(1) - 1;
  const std::int64_t reached = tiles.columns + w.span(2) - 1;
  const std::int64_t width = (reached + 1 + slack + 15) / 16 * 16;
  const auto cells = static_cast<std::size_t>(w.span(0) * height * width);
  const auto line = static_cast<std::size_t>(width);
  const std::int64_t item = static_cast<std::int64_t>(itemsize(out.dtype()));
  tiles.each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
    const std::size_t bytes = (cells + line) * (sizeof(Sum) + sizeof(std::uint32_t)) + line * (8 + sizeof(int));
    auto* results = reinterpret_cast<double*>(thread_scratch(bytes + 4 * 64));
    auto* sums = reinterpret_cast<Sum*>(results + line);
    auto* running_sums = sums + line;
    auto* counts = reinterpret_cast<std::uint32_t*>(running_sums + cells);
    auto* running_counts = counts + line;
    auto* values = reinterpret_cast<int*>(running_counts + cells);
    const std::int64_t count = x1 - x0;
    for (std::int64_t p = 0; p < w.span(0); ++p) {
      for (std::int64_t r = 0; r < y1 - y0 + w.span(1) - 1; ++r) {
        const std::int64_t span = count + w.span(2) - 1;
        load_rank_row(values, w, plane + p + w.least[0], y0 + r + w.least[1], x0 + w.least[2], span, -1);
        Sum* sum = running_sums + (p * height + r) * width;
        std::uint32_t* number = running_counts + (p * height + r) * width;
        sum[0] = 0;
        number[0] = 0;
        for (std::int64_t i = 0; i < span; ++i) {
          const bool inside = values[i] >= 0;
          sum[i + 1] = sum[i] + (inside ? static_cast<Sum>(f.weight(values[i])) : Sum(0));
          number[i + 1] = number[i] + (inside ? 1u : 0u);
        }
      }
    }
    for (std::int64_t y = y0; y < y1; ++y) {
      sum_runs(sums, running_sums, height, width, y - y0, count, runs);
      sum_runs(counts, running_counts, height, width, y - y0, count, runs);
      const std::int64_t index = (plane * shape[1] + y) * shape[2] + x0;
      const auto finish = [&]<class T>(const T* image) {
        for (std::int64_t x = 0; x < count; ++x) {
          results[x] =
              f(WindowTotals{static_cast<std::int64_t>(counts[x]), static_cast<std::int64_t>(sums[x])}, int{image[x]});
        }
      };
      if (w.image.dtype() == DType::uint8) {
        finish(w.image.data_as<std::uint8_t>() + index);
      } else {
        finish(w.image.data_as<std::uint16_t>() + index);
      }
      store_line(static_cast<std::byte*>(out.mutable_data()) + index * item, results, out.dtype(), item, count);
    }
  });
}

template <class F>
void windowed_totals(const Array& out, const RankWindow& w, const F& f) {
  // 32 bits hold the sum of most windows, at half the memory.
  if (F::narrow && w.size() * (w.bins - 1) <= std::int64_t{0xffffffff}) {
    totals_tiles<std::uint32_t>(out, w, f);
  } else {
    totals_tiles<std::uint64_t>(out, w, f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
