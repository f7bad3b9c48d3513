// SPDX-License-Identifier: Apache-2.0
// CUDA side of the correlation engine. A block makes a tile of 128 x 32 outputs: for each plane of the kernel it loads
// the tile's surroundings into shared memory and adds the plane's elements. Kernels with long rows come in groups of
// four neighbours, which a thread adds to sixteen outputs from two vectors of each row. Few groups travel with the
// launch, more through global memory. Where the surroundings do not fit into shared memory, every output reads the
// image itself.
#pragma once

#include "engine/correlate_dense_cuda.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_small_groups = 64;
inline constexpr int most_small_planes = 27;

/// Neighbours in a row of the kernel whose columns differ in their last two bits alone, as a tile counts columns.
template <class C>
struct KernelGroup {
  int y, x;       // row from the kernel's first one, column of the tile that lane 0 begins to read at
  unsigned taps;  // those that there are, as bits
  bool follows;   // the group before ends where this one begins
  C weight[4];
};

template <class C>
struct CorrelateParams {
  CorrelateImage image;
  C cval;
  int plane_count;
  const KernelGroup<C>* groups;  // null: the small ones
  const DevicePlane* planes;     // of groups
  KernelGroup<C> small_groups[most_small_groups];
  DevicePlane small_planes[most_small_planes];
};

template <class C>
__device__ __forceinline__ C load_pixel(const CorrelateImage& p, std::int64_t plane, std::int64_t y, std::int64_t x) {
  const std::int64_t index = (plane * p.height + y) * p.width + x;
  const auto item = static_cast<std::int64_t>(itemsize(p.image_dtype));
  return load_one<C>(static_cast<const char*>(p.image) + index * item, p.image_dtype);
}

template <class C>
__global__ void __launch_bounds__(correlate_threads, sizeof(C) == 8 ? 2 : 3)
    correlate_grouped(const __grid_constant__ CorrelateParams<C> p) {
  extern __shared__ __align__(16) unsigned char shared[];
  C* const tile = reinterpret_cast<C*>(shared);
  const int pitch = p.image.pitch;
  const C* const own = tile + static_cast<int>(threadIdx.x / 32) * rows_of_warp * pitch + 4 * (threadIdx.x % 32);
  const KernelGroup<C>* groups = p.groups ? p.groups : p.small_groups;
  const DevicePlane* planes = p.planes ? p.planes : p.small_planes;
  const TilePlace place(p.image, blockIdx.x);
  const TileLoader<C> loader(p.image, p.cval, place.y0, place.x0);
  C sums[rows_of_warp][4] = {};
  for (int k = 0; k < p.plane_count; ++k) {
    const std::int64_t source = shown_plane(p.image, place.outer, planes[k]);
    __syncthreads();
    loader.start(tile, source);
    loader.finish(tile, source);
    __syncthreads();
    Pack<C, 4> left[rows_of_warp], right[rows_of_warp];
    for (int g = planes[k].begin; g < planes[k].end; ++g) {
      const KernelGroup<C>& group = groups[g];
      const C* const from = own + group.y * pitch + group.x;
      const bool follows = group.follows;
#pragma unroll
      for (int q = 0; q < rows_of_warp; ++q) {
        const auto* const four = reinterpret_cast<const Pack<C, 4>*>(from + q * pitch);
        left[q] = follows ? right[q] : four[0];
        right[q] = four[1];
      }
      const unsigned taps = group.taps;
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        if ((taps >> j & 1) != 0) {
          const C w = group.weight[j];
#pragma unroll
          for (int q = 0; q < rows_of_warp; ++q) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
              const C value = j + e < 4 ? left[q].value[(j + e) % 4] : right[q].value[(j + e) % 4];
              sums[q][e] = add_product(sums[q][e], w, value);
            }
          }
        }
      }
    }
  }
  store_tile(p.image, sums, place.outer, place.y0, place.x0);
}

template <class C>
__global__ void __launch_bounds__(correlate_threads) correlate_direct(const __grid_constant__ CorrelateParams<C> p) {
  const KernelGroup<C>* groups = p.groups ? p.groups : p.small_groups;
  const DevicePlane* planes = p.planes ? p.planes : p.small_planes;
  const CorrelateImage& image = p.image;
  const std::int64_t total = image.outer * image.height * image.width;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < total; i += step) {
    const std::int64_t x0 = i % image.width;
    const std::int64_t y0 = i / image.width % image.height;
    C acc = C(0);
    for (int k = 0; k < p.plane_count; ++k) {
      const DevicePlane& plane = planes[k];
      const std::int64_t source = shown_plane(image, i / image.width / image.height, plane);
      for (int g = plane.begin; g < plane.end; ++g) {
        const KernelGroup<C>& group = groups[g];
        const std::int64_t y = source < 0 ? -1 : border_index(y0 - image.above + group.y, image.height, image.border);
        for (int j = 0; j < 4; ++j) {
          if ((group.taps >> j & 1) == 0) continue;
          const std::int64_t x = y < 0 ? -1 : border_index(x0 - image.before + group.x + j, image.width, image.border);
          acc = add_product(acc, group.weight[j], x < 0 ? p.cval : load_pixel<C>(image, source, y, x));
        }
      }
    }
    const auto item = static_cast<std::int64_t>(itemsize(image.out_dtype));
    store_one<C>(static_cast<char*>(image.out) + i * item, image.out_dtype, acc);
  }
}

inline CorrelateImage correlate_image(const Array& out, const Array& image, const KernelReach& reach, Border border) {
  CorrelateImage p{};
  p.image = image.data();
  p.out = out.mutable_data();
  p.image_dtype = image.dtype();
  p.out_dtype = out.dtype();
  p.leading = image.ndim() - 2;
  p.outer = 1;
  for (int i = 0; i < p.leading; ++i) p.outer *= p.shape[i] = image.shape(i);
  p.height = image.shape(p.leading);
  p.width = image.shape(p.leading + 1);
  const auto parts = [](std::int64_t n, std::int64_t part) {
    return static_cast<unsigned>(std::min<std::int64_t>((n + part - 1) / part, 1 << 30));
  };
  p.down = parts(p.height, correlate_rows);
  p.across = parts(p.width, correlate_columns);
  p.border = border;
  const auto is_wide = [&](const Array& a) {
    const std::size_t step = std::min<std::size_t>(16, 4 * itemsize(a.dtype()));
    return p.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(a.data()) % step == 0;
  };
  p.image_wide = is_wide(image);
  p.out_wide = is_wide(out);
  p.above = static_cast<int>(reach.above);
  p.halo_y = static_cast<int>(reach.above + reach.below);
  p.left = static_cast<int>(reach.left);
  p.right = static_cast<int>(reach.right);
  p.before = (p.left + 3) / 4 * 4;
  // A thread reads a vector beyond the one with its last output's last neighbour.
  p.pitch = p.before + correlate_columns + p.right / 4 * 4 + 4;
  return p;
}

template <class C>
void run_correlate(const Array& out, const Array& given, const std::vector<KernelElement>& elements, Border border,
                   double cval) {
  const KernelReach reach = kernel_reach(elements, given.ndim());
  core::check(reach.above + reach.below < (1 << 29) && reach.left + reach.right < (1 << 29), "correlate",
              "the weights are too large");
  const CorrelateImage image = correlate_image(out, given, reach, border);
  const auto leading = static_cast<std::size_t>(image.leading);
  const std::vector<KernelPlane> planes = kernel_planes(elements, image.leading);
  // Tiles are worth it where they are not mostly beyond the image; positions in them and their number are ints.
  const std::int64_t tiles = correlate_tiles(image);
  const bool tiled = image.height < (1 << 29) && image.width < (1 << 29) && tiles <= INT32_MAX &&
                     tiles * correlate_rows * correlate_columns <= 16 * out.size();
  if (tiled && run_dense(image, elements, planes, static_cast<C>(cval))) return;
  CorrelateParams<C> p{};
  p.image = image;
  p.cval = static_cast<C>(cval);
  p.plane_count = static_cast<int>(planes.size());
  std::vector<KernelGroup<C>> groups;
  std::vector<DevicePlane> device_planes;
  for (const KernelPlane& k : planes) {
    DevicePlane d{{}, static_cast<int>(groups.size()), 0};
    for (std::size_t i = 0; i < leading; ++i) d.offset[i] = static_cast<int>(k.offset[i]);
    for (std::size_t e = k.begin; e < k.end; ++e) {
      const int y = image.above + static_cast<int>(elements[e].offset[leading]);
      const int column = image.before + static_cast<int>(elements[e].offset[leading + 1]);
      const int x = column / 4 * 4;
      const bool fresh = static_cast<int>(groups.size()) == d.begin;
      if (fresh || groups.back().y != y || groups.back().x != x) {
        const bool follows = !fresh && groups.back().y == y && groups.back().x + 4 == x;
        groups.push_back({y, x, 0, follows, {}});
      }
      groups.back().taps |= 1u << (column - x);
      groups.back().weight[column - x] = static_cast<C>(elements[e].weight);
    }
    d.end = static_cast<int>(groups.size());
    device_planes.push_back(d);
  }
  Array group_memory;
  Array plane_memory;
  if (groups.size() > most_small_groups) {
    group_memory = on_device(groups, given.device());
    p.groups = static_cast<const KernelGroup<C>*>(group_memory.data());
  } else {
    std::copy(groups.begin(), groups.end(), p.small_groups);
  }
  if (device_planes.size() > most_small_planes) {
    plane_memory = on_device(device_planes, given.device());
    p.planes = static_cast<const DevicePlane*>(plane_memory.data());
  } else {
    std::copy(device_planes.begin(), device_planes.end(), p.small_planes);
  }
  const std::int64_t shared =
      std::int64_t{image.pitch} * (correlate_rows + image.halo_y) * static_cast<std::int64_t>(sizeof(C));
  if (!tiled || shared > 220 * 1024) {
    cuda::launch(correlate_direct<C>, cuda::grid_for(out.size(), correlate_threads), dim3(correlate_threads), 0, p);
    return;
  }
  cuda::launch(correlate_grouped<C>, dim3(static_cast<unsigned>(tiles)), dim3(correlate_threads),
               static_cast<std::size_t>(shared), p);
}

}  // namespace opsin::OPSIN_TARGET::engine
