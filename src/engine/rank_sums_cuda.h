// SPDX-License-Identifier: Apache-2.0
// Totals of windows on CUDA. A block keeps the running sums of a tile's rows in shared memory, so that a run of the
// footprint's elements costs two reads, however long it is; what lies outside the image or the mask adds nothing.
#pragma once

#include <optional>

#include "core/cuda/launch.h"
#include "engine/rank_pixels_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int sums_warps = 8;    // of a block
inline constexpr int sums_columns = 4;  // results of a lane, 32 columns apart
inline constexpr unsigned sums_lanes = 0xffffffffu;

/// A sum below 2^Bits with a count above it. The running sums wrap around, their differences are right.
template <class Word, int Bits>
struct PackedSums {
  using Sum = Word;
  static constexpr std::int64_t bytes = sizeof(Word);

  Word* words;
  __device__ PackedSums(void* memory, int) : words(static_cast<Word*>(memory)) {}
  __device__ static Sum element(std::int64_t weight) { return (Word(1) << Bits) + static_cast<Word>(weight); }
  __device__ static Sum shift_up(Sum x, int step) { return __shfl_up_sync(sums_lanes, x, step); }
  __device__ static Sum of_last(Sum x) { return __shfl_sync(sums_lanes, x, 31); }
  __device__ Sum load(int i) const { return words[i]; }
  __device__ void store(int i, const Sum (&x)[4]) const {
    if constexpr (sizeof(Word) == 4) {
      *reinterpret_cast<uint4*>(words + i) = {x[0], x[1], x[2], x[3]};
    } else {
      *reinterpret_cast<ulonglong2*>(words + i) = {x[0], x[1]};
      *reinterpret_cast<ulonglong2*>(words + i + 2) = {x[2], x[3]};
    }
  }
  __device__ static WindowTotals totals(Sum x) {
    return {static_cast<std::int64_t>(x >> Bits), static_cast<std::int64_t>(x & ((Word(1) << Bits) - 1))};
  }
};

/// A sum of 64 bits and a count of its own.
struct SeparateSums {
  struct Sum {
    unsigned long long sum;
    unsigned count;
    __device__ Sum operator+(const Sum& o) const { return {sum + o.sum, count + o.count}; }
    __device__ Sum operator-(const Sum& o) const { return {sum - o.sum, count - o.count}; }
  };
  static constexpr std::int64_t bytes = 12;

  PackedSums<unsigned long long, 63> sums;
  PackedSums<unsigned, 31> counts;
  __device__ SeparateSums(void* memory, int cells)
      : sums(memory, cells), counts(static_cast<unsigned long long*>(memory) + cells, cells) {}
  __device__ static Sum element(std::int64_t weight) { return {static_cast<unsigned long long>(weight), 1}; }
  __device__ static Sum shift_up(const Sum& x, int step) {
    return {__shfl_up_sync(sums_lanes, x.sum, step), __shfl_up_sync(sums_lanes, x.count, step)};
  }
  __device__ static Sum of_last(const Sum& x) {
    return {__shfl_sync(sums_lanes, x.sum, 31), __shfl_sync(sums_lanes, x.count, 31)};
  }
  __device__ Sum load(int i) const { return {sums.load(i), counts.load(i)}; }
  __device__ void store(int i, const Sum (&x)[4]) const {
    sums.store(i, {x[0].sum, x[1].sum, x[2].sum, x[3].sum});
    counts.store(i, {x[0].count, x[1].count, x[2].count, x[3].count});
  }
  __device__ static WindowTotals totals(const Sum& x) {
    return {static_cast<std::int64_t>(x.count), static_cast<std::int64_t>(x.sum)};
  }
};

/// A window whose totals are known.
struct RankKnown {
  WindowTotals known;

  __device__ bool writes() const { return true; }
  template <class F>
  __device__ WindowTotals totals(const F&) const {
    return known;
  }
};

/// A row's running sums, by a warp: cell i holds those of the elements before i.
template <class Sums, class F>
__device__ void run_up(const Sums& sums, int first_cell, int pitch, const RankRow& row, int lane, const F& f) {
  using Sum = typename Sums::Sum;
  Sum before{};
  for (int group = 0; group < pitch; group += 128) {
    const int i = group + 4 * lane;
    int v[4] = {-1, -1, -1, -1};
    if (i < pitch) row.four(i, v);
    Sum upto[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const Sum own = v[k] >= 0 ? Sums::element(f.weight(v[k])) : Sum{};
      upto[k] = k == 0 ? own : upto[k - 1] + own;
    }
    Sum lanes = upto[3];
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
      const Sum other = Sums::shift_up(lanes, step);
      if (lane >= step) lanes = lanes + other;
    }
    const Sum first = before + (lanes - upto[3]);
    if (i < pitch) sums.store(first_cell + i, {first, first + upto[0], first + upto[1], first + upto[2]});
    before = before + Sums::of_last(lanes);
  }
}

/// sink(window, value, index) for every element. `runs`: the cells where a run of the first window begins and ends.
template <class Sums, class Sink, class F>
__global__ void __launch_bounds__(32 * sums_warps)
    rank_sums_kernel(const __grid_constant__ RankTile tile, const __grid_constant__ RankPixels pixels,
                     const int2* __restrict__ runs, const int count, const Sink sink, const F f) {
  extern __shared__ uint4 rank_memory[];
  using Sum = typename Sums::Sum;
  const int cells = tile.deep * tile.tall * tile.pitch;
  const Sums sums(rank_memory, cells);
  auto* near_runs = reinterpret_cast<int2*>(reinterpret_cast<char*>(rank_memory) + Sums::bytes * cells);
  const int lane = static_cast<int>(threadIdx.x % 32);
  const std::int64_t plane0 = tile.plane(blockIdx.x), row0 = tile.row(blockIdx.x), column0 = tile.column(blockIdx.x);
  for (int i = static_cast<int>(threadIdx.x); i < count; i += 32 * sums_warps) near_runs[i] = runs[i];
  RankTile::each_row<sums_warps>(tile.deep, tile.tall, [&](int r, int p, int y) {
    const RankRow row = pixels.row(plane0 + tile.least[0] + p, row0 + tile.least[1] + y, column0 + tile.least[2]);
    run_up(sums, r * tile.pitch, tile.pitch, row, lane, f);
  });
  __syncthreads();
  RankTile::each_row<sums_warps>(tile.planes, tile.rows, [&](int, int p, int y) {
    const RankRow own = pixels.row(plane0 + p, row0 + y, column0);
    if (own.end == 0) return;
    const int corner = (p * tile.tall + y) * tile.pitch + lane;
    Sum total[sums_columns]{};
    for (int i = 0; i < count; ++i) {
      const int2 run = near_runs[i];
#pragma unroll
      for (int k = 0; k < sums_columns; ++k) {
        total[k] = total[k] + (sums.load(corner + run.y + 32 * k) - sums.load(corner + run.x + 32 * k));
      }
    }
    const std::int64_t line = ((plane0 + p) * pixels.shape[1] + row0 + y) * pixels.shape[2] + column0;
#pragma unroll
    for (int k = 0; k < sums_columns; ++k) {
      const int x = lane + 32 * k;
      if (x < own.end) sink(RankKnown{Sums::totals(total[k])}, own.value(x), line + x);
    }
  });
}

/// The tile that costs least for a result, of those that fit.
template <class Sums>
std::optional<RankTile> sums_tile(const RankWindow& w, std::int64_t runs) {
  constexpr int columns = 32 * sums_columns;
  // Rows begin at a column that four divides, as the image's words do, and hold a sum more than elements.
  const std::int64_t least = w.least[2], before = ((least % 4) + 4) % 4;
  const std::int64_t pitch = (before + columns + w.span(2) + 3) / 4 * 4;
  std::optional<RankTile> best;
  double best_cost = 0;
  for (int planes = 1; planes <= 8 && planes < 2 * w.image.shape(0); planes *= 2) {
    for (int rows = 1; rows <= 32; rows *= 2) {
      RankTile tile(w, planes, rows, columns, pitch);
      tile.least[2] = least - before;
      const std::int64_t bytes = tile.cells() * Sums::bytes + runs * 8;
      if (bytes > rank_shared) continue;
      // Instructions of a warp: 85 a row and 80 for 128 of its running sums, 4.5 a run and 45 beside for 32 results.
      // Few blocks wait more, and fewer than processors leave some idle.
      const double summed = (85.0 + 80.0 * static_cast<double>((pitch + 127) / 128)) * tile.deep * tile.tall;
      const double made = planes * rows, asked = (4.5 * static_cast<double>(runs) + 45) * sums_columns;
      const double waits = bytes <= 55 * 1024 ? 1.0 : bytes <= 110 * 1024 ? 1.3 : 2.0;
      const double idle = std::max(1.0, static_cast<double>(cuda::multiprocessors()) / tile.count);
      const double cost = (summed / made + asked) * waits * idle;
      if (best && best_cost <= cost) continue;
      best = tile;
      best_cost = cost;
    }
  }
  return best;
}

/// False: no tile fits.
template <class Sums, class Sink, class F>
bool sum_windows(const RankWindow& w, const Sink& sink, const F& f) {
  const std::vector<RankRun> runs = rank_runs(w);
  const std::optional<RankTile> tile = sums_tile<Sums>(w, static_cast<std::int64_t>(runs.size()));
  if (!tile) return false;
  std::vector<int2> cells;
  for (const RankRun& run : runs) {
    const std::int64_t row = tile->row_of(run) + w.least[2] - tile->least[2];
    cells.push_back({static_cast<int>(row + run.begin), static_cast<int>(row + run.end)});
  }
  const Array memory = on_device(cells, w.image.device());
  const auto shared = static_cast<std::size_t>(tile->cells() * Sums::bytes) + cells.size() * sizeof(int2);
  cuda::launch(rank_sums_kernel<Sums, Sink, F>, dim3(tile->count), dim3(32 * sums_warps), shared, *tile, RankPixels(w),
               static_cast<const int2*>(memory.data()), static_cast<int>(cells.size()), sink, f);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
