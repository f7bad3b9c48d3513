// SPDX-License-Identifier: Apache-2.0
// Correlation on CUDA with kernels whose rows hold at most seven elements, all weights of which travel with the launch.
// A thread makes four columns of four rows. It goes down the kernel's rows with the four rows of the tile that its
// outputs meet in registers, so that a warp reads a row of the tile once, and a weight is read for sixteen products.
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

/// What a thread sums for one plane of the outputs.
template <class C>
struct Sums {
  C value[rows_of_warp][4] = {};
};

/// Adds a plane of the image to the sums of Z planes of outputs: the kernel's plane whose first row is `first` to the
/// first of them, and so on.
template <int K, int Z, class C>
__device__ __forceinline__ void add_rows(Sums<C> (&sums)[Z], const C* tile, const DenseKernel<C>& p, int first) {
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
#pragma unroll
        for (int z = 0; z < Z; ++z) {
          const int row = first + z * p.rows + y + u;
          const unsigned taps = p.taps[row];
          const C* const weight = p.weight + row * K;
#pragma unroll
          for (int j = 0; j < K; ++j) {
            if ((taps >> j & 1) != 0) {
              const C w = weight[j];
#pragma unroll
              for (int q = 0; q < rows_of_warp; ++q) {
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                  C& sum = sums[z].value[q][e];
                  sum = add_product(sum, w, window[(u + q) % 4][4 - K / 2 + j + e]);
                }
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
  const TilePlace place(p.image, blockIdx.x);
  const TileLoader<C> loader(p.image, p.cval, place.y0, place.x0);
  // A plane is loaded while the one before it is added.
  C* tile = reinterpret_cast<C*>(shared);
  C* next = tile + (correlate_rows + p.image.halo_y) * p.image.pitch;
  Sums<C> sums[1];
  std::int64_t source = p.planes > 0 ? shown_plane(p.image, place.outer, p.plane[0]) : -1;
  loader.start(tile, source);
  for (int k = 0; k < p.planes; ++k) {
    loader.finish(tile, source);
    __syncthreads();
    if (k + 1 < p.planes) {
      source = shown_plane(p.image, place.outer, p.plane[k + 1]);
      loader.start(next, source);
    }
    add_rows<K>(sums, tile, p, p.plane[k].begin);
    C* const done = tile;
    tile = next;
    next = done;
  }
  store_tile(p.image, sums[0].value, place.outer, place.y0, place.x0);
}

/// Volumes with kernels of up to three planes: a block goes through `depth` planes of outputs, and each plane that it
/// loads meets all planes of the kernel. Sums move on by one plane of the kernel from plane to plane of the image.
template <class C, int K>
__global__ void __launch_bounds__(correlate_threads, sizeof(C) == 8 ? 1 : 2)
    correlate_deep(const __grid_constant__ DenseKernel<C> p, const int depth) {
  extern __shared__ __align__(16) unsigned char shared[];
  constexpr int Z = 3;
  const TilePlace place(p.image, blockIdx.x);
  const TileLoader<C> loader(p.image, p.cval, place.y0, place.x0);
  const std::int64_t begin = place.outer * depth;
  const std::int64_t end = begin + depth < p.image.outer ? begin + depth : p.image.outer;
  C* tile = reinterpret_cast<C*>(shared);
  C* next = tile + (correlate_rows + p.image.halo_y) * p.image.pitch;
  Sums<C> sums[Z];
  std::int64_t source = shown_plane(p.image, begin, p.plane[0]);
  loader.start(tile, source);
  // Plane z of the image, as the kernel's first plane shows it.
  for (std::int64_t z = begin; z < end + Z - 1; ++z) {
    loader.finish(tile, source);
    __syncthreads();
    if (z + 1 < end + Z - 1) {
      source = shown_plane(p.image, z + 1, p.plane[0]);
      loader.start(next, source);
    }
    add_rows<K>(sums, tile, p, 0);
    if (z - (Z - 1) >= begin) store_tile(p.image, sums[Z - 1].value, z - (Z - 1), place.y0, place.x0);
    sums[2] = sums[1];
    sums[1] = sums[0];
    sums[0] = Sums<C>{};
    C* const done = tile;
    tile = next;
    next = done;
  }
}

/// How many planes of outputs a block of correlate_deep goes through, so that the device is full once; 0 where the
/// kernel is none of a volume's, or where there are too few planes.
template <class C>
int deep_planes(const CorrelateImage& image, const std::vector<KernelPlane>& planes) {
  if (image.leading != 1 || planes.size() < 2 || planes.back().offset[0] - planes.front().offset[0] > 2) return 0;
  const std::int64_t room = cuda::multiprocessors() * (sizeof(C) == 8 ? 1 : 2);
  const std::int64_t depth = (correlate_tiles(image) + room - 1) / room;
  return depth < 6 ? 0 : static_cast<int>(std::min<std::int64_t>(depth, 32));
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
  const int depth = K == 3 && rows <= 5 ? deep_planes<C>(image, planes) : 0;
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
    // Where planes are met by their distances, those that the kernel lacks have their place.
    const std::int64_t at = depth > 0 ? planes[k].offset[0] - planes[0].offset[0] : static_cast<std::int64_t>(k);
    DevicePlane& plane = p.plane[k];
    plane.begin = static_cast<int>(at) * rows;
    plane.end = plane.begin + rows;
    for (std::size_t i = 0; i < leading; ++i) plane.offset[i] = static_cast<int>(planes[k].offset[i]);
    for (std::size_t e = planes[k].begin; e < planes[k].end; ++e) {
      const int row = plane.begin + image.above + static_cast<int>(elements[e].offset[leading]);
      const int column = K / 2 + static_cast<int>(elements[e].offset[leading + 1]);
      p.taps[row] = static_cast<std::uint8_t>(p.taps[row] | 1 << column);
      p.weight[row * K + column] = static_cast<C>(elements[e].weight);
    }
  }
  const std::size_t tile = static_cast<std::size_t>(correlate_rows + image.halo_y) * p.image.pitch * sizeof(C);
  const dim3 threads(correlate_threads);
  if (depth > 0) {
    const std::int64_t blocks = (image.outer + depth - 1) / depth * image.down * image.across;
    cuda::launch(correlate_deep<C, 3>, dim3(static_cast<unsigned>(blocks)), threads, 2 * tile, p, depth);
    return true;
  }
  const auto launch = [&](void (*kernel)(DenseKernel<C>)) {
    cuda::launch(kernel, dim3(static_cast<unsigned>(correlate_tiles(image))), threads,
                 planes.size() > 1 ? 2 * tile : tile, p);
  };
  launch(K == 3 ? correlate_dense<C, 3> : K == 5 ? correlate_dense<C, 5> : correlate_dense<C, 7>);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
