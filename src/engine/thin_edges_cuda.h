// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/thin_edges.h. A block makes a tile of 64 x 16 outputs: the smooth image with two elements around
// it and the magnitudes with one lie in shared memory.
#pragma once

#include <limits>

#include "core/cuda/launch.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int edge_columns = 64;
inline constexpr int edge_rows = 16;
inline constexpr int edge_threads = 256;

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

  __device__ __forceinline__ C load(std::int64_t y, std::int64_t x) const {
    const std::int64_t at = y * columns + x;
    const C value = smooth[at];
    if (kind == EdgeDivisor::Kind::none) return value;
    const C by =
        kind == EdgeDivisor::Kind::image
            ? divisor[at]
            : divisor[table_index(y, rows, table_rows) * table_columns + table_index(x, columns, table_columns)];
    return value / (by + std::numeric_limits<C>::epsilon());
  }

  __device__ __forceinline__ bool whole(std::int64_t y, std::int64_t x) const {
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

template <class C, bool Thin>
__global__ void __launch_bounds__(edge_threads)
    edge_kernel(void* __restrict__ out, const __grid_constant__ EdgeParams<C> p) {
  __shared__ C smooth[edge_rows + 4][edge_columns + 4];
  __shared__ C magnitude[edge_rows + 2][edge_columns + 2];
  const std::int64_t x0 = static_cast<std::int64_t>(blockIdx.x) * edge_columns;
  const int thread = threadIdx.x;
  EdgeThresholds<C> thresholds{};
  if constexpr (Thin) thresholds = EdgeThresholds<C>::of(p.found != nullptr ? p.found : p.thresholds);
  const std::int64_t tiles = (p.rows + edge_rows - 1) / edge_rows;
  for (std::int64_t tile = blockIdx.y; tile < tiles; tile += gridDim.y) {
    const std::int64_t y0 = tile * edge_rows;
    for (int i = thread; i < (edge_rows + 4) * (edge_columns + 4); i += edge_threads) {
      const int r = i / (edge_columns + 4), c = i % (edge_columns + 4);
      // Reflection about the edge is the edge's own element at distance one; what lies further is not used.
      std::int64_t y = y0 + r - 2, x = x0 + c - 2;
      y = y < 0 ? 0 : y < p.rows ? y : p.rows - 1;
      x = x < 0 ? 0 : x < p.columns ? x : p.columns - 1;
      smooth[r][c] = p.load(y, x);
    }
    __syncthreads();
    // About the element (r, c) of the tile with one element around it.
    const auto down_at = [&](int r, int c) {
      const auto difference = [&](int k) { return smooth[r + 2][k] - smooth[r][k]; };
      return sobel_sum(difference(c), difference(c + 1), difference(c + 2));
    };
    const auto across_at = [&](int r, int c) {
      const auto difference = [&](int k) { return smooth[k][c + 2] - smooth[k][c]; };
      return sobel_sum(difference(r), difference(r + 1), difference(r + 2));
    };
    for (int i = thread; i < (edge_rows + 2) * (edge_columns + 2); i += edge_threads) {
      const int r = i / (edge_columns + 2), c = i % (edge_columns + 2);
      magnitude[r][c] = edge_magnitude(down_at(r, c), across_at(r, c));
    }
    __syncthreads();
    const int c = thread % edge_columns;
    const std::int64_t x = x0 + c;
    for (int r = thread / edge_columns; r < edge_rows; r += edge_threads / edge_columns) {
      const std::int64_t y = y0 + r;
      if (y >= p.rows || x >= p.columns) continue;
      if constexpr (Thin) {
        C level = C(0);
        if (p.whole(y, x)) {
          level = edge_level(
              down_at(r + 1, c + 1), across_at(r + 1, c + 1),
              [&](int dy, int dx) { return magnitude[r + 1 + dy][c + 1 + dx]; }, thresholds);
        }
        static_cast<std::uint8_t*>(out)[y * p.columns + x] = static_cast<std::uint8_t>(level);
      } else {
        static_cast<C*>(out)[y * p.columns + x] = magnitude[r + 1][c + 1];
      }
    }
    __syncthreads();
  }
}

template <class C, bool Thin>
void run_edges(const Array& out, const ThinEdges& e) {
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
  p.rows = out.shape(0);
  p.columns = out.shape(1);
  const std::int64_t across = (p.columns + edge_columns - 1) / edge_columns;
  core::check(across < (std::int64_t{1} << 31), "edges", "rows of more than 2^37 elements are not supported");
  const dim3 grid(static_cast<unsigned>(across),
                  static_cast<unsigned>(std::min<std::int64_t>((p.rows + edge_rows - 1) / edge_rows, 65535)));
  cuda::launch(edge_kernel<C, Thin>, grid, dim3(edge_threads), 0, out.mutable_data(), p);
}

}  // namespace opsin::OPSIN_TARGET::engine
