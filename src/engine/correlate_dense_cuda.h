// SPDX-License-Identifier: Apache-2.0
// Correlation on CUDA with kernels whose rows hold at most seven elements, all weights of which travel with the launch.
// A thread makes four columns of four rows. It goes down the kernel's rows with the four rows of the tile that its
// outputs meet in registers, so that an element leaves shared memory three times at most and a weight is read for
// sixteen products.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/correlate_image_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_dense_weights = 343;
inline constexpr int most_dense_rows = 81;
inline constexpr int most_dense_planes = 27;
/// Beyond this many rows a tile is mostly what lies beside its outputs.
inline constexpr int most_dense_reach = 16;

template <class C>
struct DenseKernel {
  CorrelateImage image;
  C cval;
  int planes, rows;                      // of the kernel
  DevicePlane plane[most_dense_planes];  // `begin` is its first row
  std::uint8_t taps[most_dense_rows];    // the elements of a row that there are, as bits
  C weight[most_dense_weights];          // K in a row
};

/// Adds a plane of the kernel. `rows` are the kernel's from its first in that plane on.
template <int K, class C>
__device__ __forceinline__ void add_rows(C (&sums)[rows_of_warp][4], const C* tile, const DenseKernel<C>& p,
                                         int first) {
  static_assert(rows_of_warp == 4 && K <= 9);
  const int pitch = p.image.pitch;
  const C* from = tile + static_cast<int>(threadIdx.x / 32) * rows_of_warp * pitch + 4 * (threadIdx.x % 32);
  // Row r of the tile is window[r % 4]; the outputs' own columns begin at 4.
  C window[4][12];
  const auto read = [&](C(&to)[12]) {
#pragma unroll
    for (int v = 0; v < 3; ++v) {
      const auto four = *reinterpret_cast<const Pack<C, 4>*>(from + 4 * v);
#pragma unroll
      for (int e = 0; e < 4; ++e) to[4 * v + e] = four.value[e];
    }
    from += pitch;
  };
#pragma unroll
  for (int q = 0; q < 3; ++q) read(window[q]);
  for (int y = 0; y < p.rows; y += 4) {
#pragma unroll
    for (int u = 0; u < 4; ++u) {
      if (y + u < p.rows) {
        read(window[(u + 3) % 4]);
        const unsigned taps = p.taps[first + y + u];
        const C* const weight = p.weight + (first + y + u) * K;
#pragma unroll
        for (int j = 0; j < K; ++j) {
          if ((taps >> j & 1) != 0) {
            const C w = weight[j];
#pragma unroll
            for (int q = 0; q < rows_of_warp; ++q) {
#pragma unroll
              for (int e = 0; e < 4; ++e) {
                sums[q][e] = add_product(sums[q][e], w, window[(u + q) % 4][4 - K / 2 + j + e]);
              }
            }
          }
        }
      }
    }
  }
}

template <class C, int K>
__global__ void __launch_bounds__(correlate_threads, sizeof(C) == 8 ? 2 : 3)
    correlate_dense(const __grid_constant__ DenseKernel<C> p) {
  extern __shared__ __align__(16) unsigned char shared[];
  C* const tile = reinterpret_cast<C*>(shared);
  const TilePlace place(p.image, blockIdx.x);
  C sums[rows_of_warp][4] = {};
  for (int k = 0; k < p.planes; ++k) {
    const std::int64_t source = shown_plane(p.image, place.outer, p.plane[k]);
    __syncthreads();
    load_tile(tile, p.image, p.cval, source, place.y0, place.x0);
    __syncthreads();
    add_rows<K>(sums, tile, p, p.plane[k].begin);
  }
  store_tile(p.image, sums, place.outer, place.y0, place.x0);
}

/// False where the kernel is too large.
template <class C>
bool run_dense(const CorrelateImage& image, const std::vector<KernelElement>& elements,
               const std::vector<KernelPlane>& planes, C cval) {
  const int side = std::max(image.left, image.right);
  const int K = side <= 1 ? 3 : side <= 2 ? 5 : 7;
  const int rows = image.halo_y + 1;
  const auto leading = static_cast<std::size_t>(image.leading);
  const auto all_rows = static_cast<std::int64_t>(planes.size()) * rows;
  if (side > 3 || image.halo_y > most_dense_reach || planes.size() > most_dense_planes || all_rows > most_dense_rows ||
      all_rows * K > most_dense_weights) {
    return false;
  }
  DenseKernel<C> p{};
  p.image = image;
  p.image.before = 4;
  p.image.pitch = correlate_columns + 8;
  p.cval = cval;
  p.planes = static_cast<int>(planes.size());
  p.rows = rows;
  for (std::size_t k = 0; k < planes.size(); ++k) {
    DevicePlane& plane = p.plane[k];
    plane.begin = static_cast<int>(k) * rows;
    plane.end = plane.begin + rows;
    for (std::size_t i = 0; i < leading; ++i) plane.offset[i] = static_cast<int>(planes[k].offset[i]);
    for (std::size_t e = planes[k].begin; e < planes[k].end; ++e) {
      const int row = plane.begin + image.above + static_cast<int>(elements[e].offset[leading]);
      const int column = K / 2 + static_cast<int>(elements[e].offset[leading + 1]);
      p.taps[row] = static_cast<std::uint8_t>(p.taps[row] | 1 << column);
      p.weight[row * K + column] = static_cast<C>(elements[e].weight);
    }
  }
  const auto shared = static_cast<std::size_t>(correlate_rows + image.halo_y) * p.image.pitch * sizeof(C);
  const auto launch = [&](void (*kernel)(DenseKernel<C>)) {
    cuda::launch(kernel, dim3(static_cast<unsigned>(correlate_tiles(image))), dim3(correlate_threads), shared, p);
  };
  launch(K == 3 ? correlate_dense<C, 3> : K == 5 ? correlate_dense<C, 5> : correlate_dense<C, 7>);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
