// SPDX-License-Identifier: Apache-2.0
// Medians of small boxes on CUDA: selection networks in registers. A thread makes neighbouring windows of a row, which
// share their sorted columns and merged pairs.
#pragma once

#include "engine/order_lane_cuda.h"
#include "engine/order_network.h"

namespace opsin::OPSIN_TARGET::engine {

/// A block's tile: 32 lanes of neighbouring windows, `rows` rows of them.
template <int L, int C, int Planes, class K>
struct MedianTile {
  using Lane = OrderLane<K>;
  using Median = BoxMedian<L, C>;
  static constexpr int threads = 256;
  static constexpr int window_pairs = sizeof(K) == 8 ? 1 : 2;  // of a thread
  static constexpr int windows = 2 * window_pairs;
  static constexpr int columns = 32 * windows;
  static constexpr int width = columns * Lane::keys;
  static constexpr int height = 16;
  static constexpr int rows = height + L / Planes - 1;  // of one plane of the footprint
  /// Columns lie by their number modulo `windows`, so that what the lanes read lies side by side. The distance of the
  /// groups keeps the writes of a warp in different banks.
  static constexpr int group = 40;
  static constexpr int line = windows * group;
  static_assert(group * windows >= columns + C - 1);
  static constexpr int shared = Planes * rows * line * static_cast<int>(sizeof(Lane));
  static_assert(shared <= 48 * 1024);

  __device__ static int place(int column) { return column % windows * group + column / windows; }
};

template <int L, int C, int Planes, class K>
__global__ void __launch_bounds__(256, sizeof(K) == 8 ? 1 : 2)
    box_median_kernel(const __grid_constant__ OrderView<K> v, const bool packed) {
  using Tile = MedianTile<L, C, Planes, K>;
  using Lane = typename Tile::Lane;
  using Median = typename Tile::Median;
  __shared__ Lane keys[Planes * Tile::rows * Tile::line];
  const std::int64_t tiles_x = (v.width + Tile::width - 1) / Tile::width;
  const std::int64_t tiles_y = (v.height + Tile::height - 1) / Tile::height;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  for (std::int64_t block = blockIdx.x; block < v.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * Tile::width;
    const std::int64_t y0 = block / tiles_x % tiles_y * Tile::height;
    const std::int64_t plane = block / tiles_x / tiles_y;
    __syncthreads();
    load_order_tile(
        v, plane, y0 + v.top, x0 + v.left, Tile::rows, Tile::columns + C - 1, Tile::width + C - 1,
        [](int column, const auto& key) { return Lane::of(key, column, Tile::columns); },
        [&](int row, int column, Lane element) { keys[row * Tile::line + Tile::place(column)] = element; });
    __syncthreads();
    for (int r = static_cast<int>(threadIdx.x) / 32; r < Tile::height; r += Tile::threads / 32) {
      if (y0 + r >= v.height) break;
      const Lane* from = keys + r * Tile::line + lane;
      List<Lane, L> column[Tile::windows + C - 1];
      unrolled<Tile::windows + C - 1>([&](auto i) {
        unrolled<L>([&](auto e) {
          constexpr int row = e / (L / Planes) * Tile::rows + e % (L / Planes);
          column[i].v[e] = from[row * Tile::line + i % Tile::windows * Tile::group + i / Tile::windows];
        });
        column[i] = sort(column[i]);
      });
      List<Lane, 2 * L> pair[Tile::window_pairs - 1 + Median::pairs];
      unrolled<Tile::window_pairs - 1 + Median::pairs>(
          [&](auto i) { pair[i] = merge(column[2 * i + 1], column[2 * i + 2]); });
      Lane result[Tile::windows];
      unrolled<Tile::window_pairs>([&](auto t) {
        const auto core = Median::core([&](auto i) { return pair[t + i]; });
        result[2 * t] = Median::finish(core, column[2 * t]);
        result[2 * t + 1] = Median::finish(core, column[2 * t + C]);
      });
      K* const to = v.out + (plane * v.height + y0 + r) * v.width;
      store_windows<Tile::windows>(v, to, x0 + lane * Tile::windows, Tile::columns, result, K(0), packed);
    }
  }
}

/// Compiled in order_stream_per_compared.cpp; false for boxes that are not around their middle, images smaller than
/// the box, and integers of 32 bits.
template <class K>
bool order_by_stream(const OrderJob<K>& job);

/// The median of a box that has a kernel of its own; false for any other.
template <int L, int C, int Planes, class K>
bool box_median(const OrderJob<K>& job) {
  using Tile = MedianTile<L, C, Planes, K>;
  const Reach& reach = job.reach;
  if (!reach.full || job.rank != L * C / 2 || reach.columns != C || reach.plane_count() != Planes ||
      reach.rows != L / Planes) {
    return false;
  }
  if constexpr (L / Planes == 3 && sizeof(K) <= 4) {
    if (order_by_stream(job)) return true;
  }
  Array memory;
  const OrderView<K> v = order_view(job, memory);
  const std::int64_t tiles_x = (v.width + Tile::width - 1) / Tile::width;
  const std::int64_t tiles_y = (v.height + Tile::height - 1) / Tile::height;
  cuda::launch(box_median_kernel<L, C, Planes, K>,
               cuda::grid_for(v.planes * tiles_y * tiles_x, 1, std::int64_t{1} << 30), dim3(Tile::threads), 0, v,
               stores_packed<Tile::windows>(v));
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
