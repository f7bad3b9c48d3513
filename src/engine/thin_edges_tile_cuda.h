// SPDX-License-Identifier: Apache-2.0
// Edges on CUDA, as a block makes them of a tile of 64 x 16 outputs: the smooth image with two elements around it and
// the magnitudes with one lie in shared memory.
#pragma once

#include "engine/thin_edges_params_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int edge_columns = 64;
inline constexpr int edge_rows = 16;
inline constexpr int edge_threads = 256;

inline constexpr int edge_strip = edge_rows * edge_columns / edge_threads;

template <class C>
struct EdgeTile {
  C smooth[edge_rows + 4][edge_columns + 4];
  C magnitude[edge_rows + 2][edge_columns + 2];

  static constexpr int width = edge_columns + 4, count = (edge_rows + 4) * width;

  /// All of a thread's elements are on their way before the first is divided.
  __device__ __forceinline__ void load_plain(const EdgeParams<C>& p, std::int64_t y0, std::int64_t x0) {
    constexpr int loads = (count + edge_threads - 1) / edge_threads;
    const C* const from = p.smooth + (y0 - 2) * p.columns + x0 - 2;
    const bool divides = p.kind == EdgeDivisor::Kind::table;
    const C by = divides ? EdgeParams<C>::divisor_of(*p.middle) : C(1);
    C value[loads];
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      const int i = threadIdx.x + k * edge_threads;
      if (i < count) value[k] = from[i / width * p.columns + i % width];
    }
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      const int i = threadIdx.x + k * edge_threads;
      if (i < count) smooth[i / width][i % width] = divides ? value[k] / by : value[k];
    }
  }

  __device__ __forceinline__ void load(const EdgeParams<C>& p, std::int64_t y0, std::int64_t x0) {
#pragma unroll 1
    for (int i = threadIdx.x; i < count; i += edge_threads) {
      const std::int64_t y = p.inside(y0 + i / width - 2, p.rows), x = p.inside(x0 + i % width - 2, p.columns);
      C value = p.smooth[y * p.columns + x];
      if (p.kind != EdgeDivisor::Kind::none) value /= p.divisor_of(p.divisor[p.divisor_index(y, x)]);
      smooth[i / width][i % width] = value;
    }
  }

  /// The magnitude of element i of the frame around the tile: its first row, its last, its sides.
  __device__ __forceinline__ void frame(int i) {
    constexpr int row = edge_columns + 2;
    const int side = i - 2 * row;
    const int r = i < row ? 0 : i < 2 * row ? edge_rows + 1 : side / 2 + 1;
    const int c = i < row ? i : i < 2 * row ? i - row : side % 2 * (row - 1);
    const auto down = [&](int k) { return smooth[r + 2][k] - smooth[r][k]; };
    const auto across = [&](int k) { return smooth[k][c + 2] - smooth[k][c]; };
    magnitude[r][c] = edge_magnitude(sobel_sum(down(c), down(c + 1), down(c + 2)),
                                     sobel_sum(across(r), across(r + 1), across(r + 2)));
  }
};

/// A thread makes a strip of a column: it keeps the derivatives of its elements, and reads each row once for all.
template <class C, bool Thin>
__global__ void __launch_bounds__(edge_threads, sizeof(C) == 4 ? 4 : 2)
    edge_kernel(const __grid_constant__ EdgeParams<C> p) {
  __shared__ EdgeTile<C> tile;
  const std::int64_t x0 = static_cast<std::int64_t>(blockIdx.x) * edge_columns;
  const int c = threadIdx.x % edge_columns, r0 = static_cast<int>(threadIdx.x) / edge_columns * edge_strip;
  EdgeThresholds<C> thresholds{};
  if constexpr (Thin) {
    thresholds = EdgeThresholds<C>::of(p.found != nullptr ? p.found : p.thresholds);
    if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x < p.sweeps) p.changed[threadIdx.x] = 0;
  }
  const std::int64_t tiles = (p.rows + edge_rows - 1) / edge_rows;
  for (std::int64_t at = blockIdx.y; at < tiles; at += gridDim.y) {
    const std::int64_t y0 = at * edge_rows;
    const bool plain = p.is_plain(y0 - 2, y0 + edge_rows + 2, x0 - 2, x0 + edge_columns + 2);
    if (plain) {
      tile.load_plain(p, y0, x0);
    } else {
      tile.load(p, y0, x0);
    }
    __syncthreads();
    C row[edge_strip + 2][3], down[edge_strip], across[edge_strip], made[edge_strip + 2][3];
#pragma unroll
    for (int r = 0; r < edge_strip + 2; ++r) {
#pragma unroll
      for (int k = 0; k < 3; ++k) row[r][k] = tile.smooth[r0 + r + 1][c + k + 1];
    }
#pragma unroll
    for (int r = 0; r < edge_strip; ++r) {
      const auto down_at = [&](int k) { return row[r + 2][k] - row[r][k]; };
      const auto across_at = [&](int k) { return row[r + k][2] - row[r + k][0]; };
      down[r] = sobel_sum(down_at(0), down_at(1), down_at(2));
      across[r] = sobel_sum(across_at(0), across_at(1), across_at(2));
      made[r + 1][1] = edge_magnitude(down[r], across[r]);
      if constexpr (Thin) tile.magnitude[r0 + r + 1][c + 1] = made[r + 1][1];
    }
    const std::int64_t x = x0 + c, y = y0 + r0;
    const int rows = x < p.columns ? static_cast<int>(p.rows - y < edge_strip ? p.rows - y : edge_strip) : 0;
    if constexpr (Thin) {
      const bool all = plain && p.mask == nullptr;
      if (threadIdx.x < 2 * (edge_columns + 2) + 2 * edge_rows) tile.frame(static_cast<int>(threadIdx.x));
      __syncthreads();
#pragma unroll
      for (int r = 0; r < edge_strip + 2; ++r) {
#pragma unroll
        for (int k = 0; k < 3; ++k) made[r][k] = tile.magnitude[r0 + r][c + k];
      }
      // Lane r keeps row r's words.
      const int lane = threadIdx.x % 32;
      std::uint32_t weak_word = 0, strong_word = 0;
#pragma unroll
      for (int r = 0; r < edge_strip; ++r) {
        C level = C(0);
        if (r < rows && (all || p.whole(y + r, x))) {
          level = edge_level(down[r], across[r], [&](int dy, int dx) { return made[r + 1 + dy][1 + dx]; }, thresholds);
        }
        const std::uint32_t weak_bits = __ballot_sync(all_lanes, level > C(0));
        const std::uint32_t strong_bits = __ballot_sync(all_lanes, level > C(weak));
        if (lane == r) {
          weak_word = weak_bits;
          strong_word = strong_bits;
        }
      }
      if (lane < edge_strip && y + lane < p.rows && x - lane < p.columns) {
        const std::int64_t to = x / 32 * p.rows + y + lane;
        p.weak[to] = weak_word;
        p.strong[to] = strong_word;
      }
    } else {
#pragma unroll
      for (int r = 0; r < edge_strip; ++r) {
        if (r < rows) p.magnitude[(y + r) * p.columns + x] = made[r + 1][1];
      }
    }
    __syncthreads();
  }
}

template <class C, bool Thin>
void launch_edges(const EdgeParams<C>& p) {
  const std::int64_t across = (p.columns + edge_columns - 1) / edge_columns;
  core::check(across < (std::int64_t{1} << 31), "edges", "rows of more than 2^37 elements are not supported");
  const dim3 grid(static_cast<unsigned>(across),
                  static_cast<unsigned>(std::min<std::int64_t>((p.rows + edge_rows - 1) / edge_rows, 65535)));
  cuda::launch(edge_kernel<C, Thin>, grid, dim3(edge_threads), 0, p);
}

}  // namespace opsin::OPSIN_TARGET::engine
