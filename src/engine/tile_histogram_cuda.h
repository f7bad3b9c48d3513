// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/tile_histogram.h: several blocks for a large tile, each with counts in shared memory where they
// fit.
#pragma once

#include "core/cuda/launch.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int tile_histogram_block = 256;

/// I holds every index of the image and of a tile.
template <class I>
__global__ void __launch_bounds__(tile_histogram_block)
    count_tiles_kernel(std::int32_t* counts, const int bins, const std::uint16_t* __restrict__ image,
                       const __grid_constant__ Tiling t, const int parts, const bool shared) {
  extern __shared__ std::int32_t own[];
  const std::int64_t tile = blockIdx.x / parts;
  const I part = static_cast<I>(blockIdx.x % parts);
  std::int32_t* const all = counts + tile * bins;
  std::int32_t* const to = shared ? own : all;
  if (shared) {
    for (int i = threadIdx.x; i < bins; i += blockDim.x) own[i] = 0;
    __syncthreads();
  }
  // A warp takes a stretch of a line at a time: the division that finds it serves many elements.
  constexpr I stretch = 1024;
  constexpr int ahead = 4, warp = 32, warps = tile_histogram_block / warp;
  const int last = t.ndim - 1, lane = static_cast<int>(threadIdx.x) % warp;
  const I width = static_cast<I>(t.tile[last]), length = static_cast<I>(t.shape[last]);
  const I origin = static_cast<I>(tile % t.count[last]) * width;
  const I stretches = (width + stretch - 1) / stretch;
  const I items = static_cast<I>(t.elements()) / width * stretches;
  const I step = static_cast<I>(parts) * warps;
  for (I item = part * warps + static_cast<I>(threadIdx.x) / warp; item < items; item += step) {
    I line = item / stretches, at = 0, stride = length;
    std::int64_t place = tile / t.count[last];
    for (int a = last - 1; a >= 0; --a) {
      const I size = static_cast<I>(t.tile[a]), extent = static_cast<I>(t.shape[a]);
      const I x = static_cast<I>(place % t.count[a]) * size + line % size;
      at += (x < extent ? x : border_index(x, extent, Border::mirror)) * stride;
      place /= t.count[a];
      line /= size;
      stride *= extent;
    }
    const I begin = item % stretches * stretch;
    const I end = begin + stretch < width ? begin + stretch : width;
    for (I first = begin + lane; first < end; first += ahead * warp) {
      int bin[ahead];
#pragma unroll
      for (int k = 0; k < ahead; ++k) {
        const I x = origin + first + k * warp;
        bin[k] = first + k * warp < end ? image[at + (x < length ? x : border_index(x, length, Border::mirror))] : -1;
      }
#pragma unroll
      for (int k = 0; k < ahead; ++k) {
        if (bin[k] >= 0) atomicAdd(to + bin[k], 1);
      }
    }
  }
  if (!shared) return;
  __syncthreads();
  for (int i = threadIdx.x; i < bins; i += blockDim.x) {
    if (own[i] > 0) atomicAdd(all + i, own[i]);
  }
}

inline void count_tiles(std::int32_t* counts, std::int64_t bins, const Array& image, const Tiling& tiling) {
  const std::int64_t tiles = tiling.tiles(), elements = tiling.elements();
  constexpr std::int64_t most = (std::int64_t{1} << 31) - 1;
  core::check(elements <= most, "histogram", "a tile of more than 2^31 elements");
  // Blocks enough to fill the device, each with something to do.
  const std::int64_t wanted = (std::int64_t{cuda::multiprocessors()} * 8 + tiles - 1) / tiles;
  const std::int64_t parts = std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, elements / 2048));
  core::check(tiles * parts <= most, "histogram", "too many tiles");
  const std::int64_t bytes = bins * static_cast<std::int64_t>(sizeof(std::int32_t));
  const bool shared = bytes <= 48 * 1024 && elements / parts >= bins / 4;
  const dim3 grid(static_cast<unsigned>(tiles * parts));
  const auto launch = [&](auto kernel) {
    cuda::launch(kernel, grid, dim3(tile_histogram_block), shared ? static_cast<std::size_t>(bytes) : 0, counts,
                 static_cast<int>(bins), image.data_as<std::uint16_t>(), tiling, static_cast<int>(parts), shared);
  };
  if (image.size() < most / 4 && elements < most / 4) {
    launch(count_tiles_kernel<std::int32_t>);
  } else {
    launch(count_tiles_kernel<std::int64_t>);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
