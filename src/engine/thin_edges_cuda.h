// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/thin_edges.h. A block makes a tile of 64 x 16 outputs: the smooth image with two elements around
// it and the magnitudes with one lie in shared memory. Edges leave as the bits that engine/flood_cuda.h works on.
#pragma once

#include <limits>

#include "core/assign.h"
#include "engine/hysteresis.h"

namespace opsin::OPSIN_TARGET::engine {

/// The words that a flood starts from.
struct EdgeState {
  FloodPlan plan;
  Array memory;
  bool none;  // too small an image to hold an edge

  EdgeState(const Extents& shape, Device device)
      : plan(flood_plan(shape, neighbours(2, 2), hysteresis_sweeps)),
        memory(flood_memory(plan, device)),
        none(shape[0] < 3 || shape[1] < 3) {}
};

inline constexpr int edge_columns = 64;
inline constexpr int edge_rows = 16;
inline constexpr int edge_threads = 256;

inline constexpr int edge_strip = edge_rows * edge_columns / edge_threads;

template <class C>
struct EdgeParams {
  const C* smooth;
  const C* divisor;
  EdgeDivisor::Kind kind;
  std::int64_t table_rows, table_columns;
  const std::uint8_t* mask;
  double thresholds[2];
  const double* found;  // thresholds that the device has found, or null
  std::int64_t rows, columns;
  C* magnitude;                  // or
  std::uint32_t *weak, *strong;  // as FloodPlan has them
  int* changed;
  int sweeps;

  /// Tiles that begin from the first of these to the second lie in the image with two elements around them, and share
  /// the middle of a table.
  std::int64_t plain_rows[2], plain_columns[2];
  const C* middle;

  __device__ bool is_plain(std::int64_t y0, std::int64_t x0) const {
    return y0 >= plain_rows[0] && y0 <= plain_rows[1] && x0 >= plain_columns[0] && x0 <= plain_columns[1];
  }
  static __device__ C divided(C value, C by) { return value / (by + std::numeric_limits<C>::epsilon()); }

  __device__ bool whole(std::int64_t y, std::int64_t x) const {
    if (y == 0 || x == 0 || y == rows - 1 || x == columns - 1) return false;
    if (mask == nullptr) return true;
    bool all = true;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      const std::uint8_t* const p = mask + (y + dy) * columns + x;
      all = all && p[-1] != 0 && p[0] != 0 && p[1] != 0;
    }
    return all;
  }
};

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
    const C by = divides ? *p.middle : C(1);
    C value[loads];
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      const int i = threadIdx.x + k * edge_threads;
      if (i < count) value[k] = from[i / width * p.columns + i % width];
    }
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      const int i = threadIdx.x + k * edge_threads;
      if (i < count) smooth[i / width][i % width] = divides ? EdgeParams<C>::divided(value[k], by) : value[k];
    }
  }

  __device__ __forceinline__ void load(const EdgeParams<C>& p, std::int64_t y0, std::int64_t x0) {
#pragma unroll 1
    for (int i = threadIdx.x; i < count; i += edge_threads) {
      // Reflection about the edge is the edge's own element at distance one; what lies further is not used.
      std::int64_t y = y0 + i / width - 2, x = x0 + i % width - 2;
      y = y < 0 ? 0 : y < p.rows ? y : p.rows - 1;
      x = x < 0 ? 0 : x < p.columns ? x : p.columns - 1;
      std::int64_t at = y * p.columns + x;
      C value = p.smooth[at];
      if (p.kind == EdgeDivisor::Kind::table) {
        at = table_index(y, p.rows, p.table_rows) * p.table_columns + table_index(x, p.columns, p.table_columns);
      }
      if (p.kind != EdgeDivisor::Kind::none) value = EdgeParams<C>::divided(value, p.divisor[at]);
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
    const bool plain = p.is_plain(y0, x0);
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

template <class C>
EdgeParams<C> edge_params(const ThinEdges& e) {
  EdgeParams<C> p{};
  p.smooth = e.smoothed.data_as<C>();
  p.kind = e.divisor.kind;
  if (p.kind != EdgeDivisor::Kind::none) p.divisor = e.divisor.values.template data_as<C>();
  if (p.kind == EdgeDivisor::Kind::table) {
    p.table_rows = e.divisor.values.shape(0);
    p.table_columns = e.divisor.values.shape(1);
  }
  if (e.mask.defined()) p.mask = e.mask.template data_as<std::uint8_t>();
  std::copy_n(e.thresholds, 2, p.thresholds);
  if (e.on_device.defined()) p.found = e.on_device.template data_as<double>();
  p.rows = e.smoothed.shape(0);
  p.columns = e.smoothed.shape(1);
  const bool table = p.kind == EdgeDivisor::Kind::table;
  const std::int64_t above = table ? p.table_rows / 2 : 0, before = table ? p.table_columns / 2 : 0;
  p.plain_rows[0] = above + 2;
  p.plain_rows[1] = p.rows - above - 2 - edge_rows;
  p.plain_columns[0] = before + 2;
  p.plain_columns[1] = p.columns - before - 2 - edge_columns;
  if (table) p.middle = p.divisor + above * p.table_columns + before;
  // A divisor for each element is not the same for any tile.
  if (p.kind == EdgeDivisor::Kind::image) p.plain_rows[1] = -1;
  return p;
}

template <class C, bool Thin>
void launch_edges(const EdgeParams<C>& p) {
  const std::int64_t across = (p.columns + edge_columns - 1) / edge_columns;
  core::check(across < (std::int64_t{1} << 31), "edges", "rows of more than 2^37 elements are not supported");
  const dim3 grid(static_cast<unsigned>(across),
                  static_cast<unsigned>(std::min<std::int64_t>((p.rows + edge_rows - 1) / edge_rows, 65535)));
  cuda::launch(edge_kernel<C, Thin>, grid, dim3(edge_threads), 0, p);
}

template <class C>
void thin_edges(const EdgeState& state, const ThinEdges& e) {
  if (state.none) return;
  EdgeParams<C> p = edge_params<C>(e);
  p.weak = state.plan.weak;
  p.strong = state.plan.reached;
  p.changed = state.plan.changed;
  p.sweeps = state.plan.sweeps;
  launch_edges<C, true>(p);
}

template <class C>
void gradient_magnitude(const Array& out, const ThinEdges& e) {
  EdgeParams<C> p = edge_params<C>(e);
  p.magnitude = out.mutable_data_as<C>();
  launch_edges<C, false>(p);
}

inline void link_edges(const Array& out, const EdgeState& state) {
  if (state.none) {
    opsin::memory::assign(out, Array::zeros(out.shape(), out.dtype(), out.device()));
    return;
  }
  FloodPlan plan = state.plan;
  plan.wide = plan.columns % 16 == 0 && is_wide(out.data());
  flood_words(out, plan, 1);
}

}  // namespace opsin::OPSIN_TARGET::engine
