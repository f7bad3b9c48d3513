// SPDX-License-Identifier: Apache-2.0
// The kernel of order_least_cuda.h.
#pragma once

#include "engine/order_least_cuda.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

/// Blocks on a multiprocessor, by the registers that the lists take.
template <class K, int Shape>
HD constexpr int least_blocks() {
  constexpr LeastShape s = least_shapes[Shape];
  constexpr int words = sizeof(K) == 8 ? 2 : 1;
  constexpr int registers = 32 + words * (s.core + s.row + s.window + least_group(s.core));
  return registers <= 64 ? 4 : registers <= 85 ? 3 : registers <= 128 ? 2 : 1;
}

template <class K, int Shape>
__global__ void __launch_bounds__(least_threads, least_blocks<K, Shape>())
    least_kernel(const __grid_constant__ LeastParams<K> p) {
  using Lane = OrderLane<K>;
  constexpr LeastShape shape = least_shapes[Shape];
  constexpr int width = least_columns * Lane::keys;
  // Constants that loops read take longer than what lies in shared memory.
  extern __shared__ __align__(16) int least_memory[];
  Lane* const keys = reinterpret_cast<Lane*>(least_memory + p.listed);
  const OrderView<K>& v = p.v;
  const std::int64_t tiles_x = (v.width + width - 1) / width;
  const std::int64_t tiles_y = (v.height + least_height - 1) / least_height;
  const int lane = static_cast<int>(threadIdx.x) % 32, row = static_cast<int>(threadIdx.x) / 32 * 2;
  const auto corner = reinterpret_cast<const unsigned char*>(keys + row * p.line + lane);
  const auto at_corner = [&](int bytes) { return *reinterpret_cast<const Lane*>(corner + bytes); };
  for (int i = static_cast<int>(threadIdx.x); i < p.listed; i += least_threads) least_memory[i] = p.at[i];
  for (std::int64_t block = blockIdx.x; block < v.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * width;
    const std::int64_t y0 = block / tiles_x % tiles_y * least_height;
    const std::int64_t plane = block / tiles_x / tiles_y;
    __syncthreads();
    load_order_tile(
        v, plane, y0 + v.top, x0 + v.left, p.rows, p.columns, p.columns + width - least_columns,
        [&](int column, const auto& key) {
          return Lane::of([&](int c) { return static_cast<K>(key(c) ^ p.flip); }, column, least_columns);
        },
        [&](int r, int column, Lane element) { keys[r * p.line + p.place(column)] = element; });
    __syncthreads();
    if (y0 + row >= v.height) continue;
    K* const to = v.out + (plane * v.height + y0 + row) * v.width;
    least_of_windows<shape.core, shape.row, shape.window, Lane>(
        p.lists,
        [&]<class Count>(Count, int from) {
          constexpr int count = Count::value;
          if constexpr (count == 1) {
            return List<Lane, 1>{{at_corner(least_memory[from])}};
          } else {
            const auto fours =
                list_of<(count + 3) / 4>([&](auto q) { return reinterpret_cast<const int4*>(least_memory + from)[q]; });
            return list_of<count>([&](auto i) {
              const int4 four = fours.v[i / 4];
              return at_corner(i % 4 == 0 ? four.x : i % 4 == 1 ? four.y : i % 4 == 2 ? four.z : four.w);
            });
          }
        },
        [&](int y, const List<Lane, 2>& result) {
          if (y0 + row + y >= v.height) return;
          store_windows<2>(v, to + y * v.width, x0 + 2 * lane, least_columns, result.v, p.flip, p.packed);
        });
  }
}

template <class K, int Group>
void launch_least(int shape, const LeastParams<K>& p, std::size_t shared) {
  constexpr int width = least_columns * OrderLane<K>::keys;
  const std::int64_t tiles_x = (p.v.width + width - 1) / width;
  const std::int64_t tiles_y = (p.v.height + least_height - 1) / least_height;
  const dim3 grid = cuda::grid_for(p.v.planes * tiles_y * tiles_x, 1, std::int64_t{1} << 30);
  unrolled<(least_shape_count - Group + least_groups - 1) / least_groups>([&](auto i) {
    constexpr int of_group = least_groups * i + Group;
    if constexpr (has_least<K>(of_group)) {
      if (shape == of_group) cuda::launch(least_kernel<K, of_group>, grid, dim3(least_threads), shared, p);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
