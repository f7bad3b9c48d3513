// SPDX-License-Identifier: Apache-2.0
// CUDA side of the correlation engine. A block makes a tile of 64 x 32 outputs: for each plane of the kernel it loads
// the tile's surroundings into shared memory and adds the plane's elements, eight outputs a thread. Kernels of up to
// 128 elements travel with the launch, longer ones through global memory. Where the surroundings do not fit into shared
// memory, every output reads the image itself.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int correlate_columns = 64;
inline constexpr int correlate_rows = 32;
inline constexpr int correlate_threads = 256;
inline constexpr int most_small_elements = 128;
inline constexpr int most_small_planes = 27;

template <class C>
struct DeviceElement {
  C weight;
  int y, x;  // from the first row and column that the kernel reaches
};

struct DevicePlane {
  int offset[max_ndim - 2];
  int begin, end;
};

template <class C>
struct CorrelateParams {
  const void* image;
  void* out;
  DType image_dtype, out_dtype;
  int leading;
  std::int64_t shape[max_ndim - 2];
  std::int64_t outer, height, width;
  Border border;
  C cval;
  int above, left, halo_y, halo_x;
  int plane_count;
  const DeviceElement<C>* elements;  // null: the small ones
  const DevicePlane* planes;
  DeviceElement<C> small_elements[most_small_elements];
  DevicePlane small_planes[most_small_planes];
};

/// The plane of the image that a plane of the kernel shows at plane `outer`, or -1 for the constant beyond the edge.
template <class C>
__device__ __forceinline__ std::int64_t shown_plane(const CorrelateParams<C>& p, std::int64_t outer,
                                                    const DevicePlane& k) {
  std::int64_t index = 0;
  std::int64_t step = 1;
  for (int i = p.leading - 1; i >= 0; --i) {
    const std::int64_t n = p.shape[i];
    const std::int64_t at = border_index(outer % n + k.offset[i], n, p.border);
    if (at < 0) return -1;
    index += at * step;
    step *= n;
    outer /= n;
  }
  return index;
}

template <class C>
__device__ __forceinline__ C load_pixel(const CorrelateParams<C>& p, std::int64_t plane, std::int64_t y,
                                        std::int64_t x) {
  const std::int64_t index = (plane * p.height + y) * p.width + x;
  if (p.image_dtype == dtype_of<C>) return static_cast<const C*>(p.image)[index];
  const auto item = static_cast<std::int64_t>(itemsize(p.image_dtype));
  return load_one<C>(static_cast<const char*>(p.image) + index * item, p.image_dtype);
}

template <class C>
__device__ __forceinline__ void store_pixel(const CorrelateParams<C>& p, std::int64_t index, C value) {
  if (p.out_dtype == dtype_of<C>) {
    static_cast<C*>(p.out)[index] = value;
  } else {
    const auto item = static_cast<std::int64_t>(itemsize(p.out_dtype));
    store_one<C>(static_cast<char*>(p.out) + index * item, p.out_dtype, value);
  }
}

template <class C>
__device__ __forceinline__ C add_product(C acc, C weight, C value) {
  if constexpr (std::is_same_v<C, float>) return fmaf(weight, value, acc);
  return acc + weight * value;
}

template <class C>
__global__ void __launch_bounds__(correlate_threads) correlate_tiles(const __grid_constant__ CorrelateParams<C> p) {
  extern __shared__ __align__(16) unsigned char shared[];
  C* tile = reinterpret_cast<C*>(shared);
  constexpr int per_thread = correlate_columns * correlate_rows / correlate_threads;
  constexpr int row_step = correlate_threads / correlate_columns;
  const int columns = correlate_columns + p.halo_x;
  const int rows = correlate_rows + p.halo_y;
  const int column = threadIdx.x % correlate_columns;
  const int first_row = threadIdx.x / correlate_columns;
  const std::int64_t tiles_x = (p.width + correlate_columns - 1) / correlate_columns;
  const std::int64_t tiles_y = (p.height + correlate_rows - 1) / correlate_rows;
  const DeviceElement<C>* elements = p.elements ? p.elements : p.small_elements;
  const DevicePlane* planes = p.planes ? p.planes : p.small_planes;

  for (std::int64_t block = blockIdx.x; block < p.outer * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * correlate_columns;
    const std::int64_t y0 = block / tiles_x % tiles_y * correlate_rows;
    const std::int64_t outer = block / tiles_x / tiles_y;
    C acc[per_thread];
#pragma unroll
    for (int j = 0; j < per_thread; ++j) acc[j] = C(0);
    for (int k = 0; k < p.plane_count; ++k) {
      const DevicePlane& plane = planes[k];
      const std::int64_t source = shown_plane(p, outer, plane);
      __syncthreads();
      for (int r = threadIdx.x / 32; r < rows; r += correlate_threads / 32) {
        const std::int64_t y = source < 0 ? -1 : border_index(y0 - p.above + r, p.height, p.border);
        for (int c = threadIdx.x % 32; c < columns; c += 32) {
          const std::int64_t x = y < 0 ? -1 : border_index(x0 - p.left + c, p.width, p.border);
          tile[r * columns + c] = x < 0 ? p.cval : load_pixel(p, source, y, x);
        }
      }
      __syncthreads();
      for (int e = plane.begin; e < plane.end; ++e) {
        const DeviceElement<C> element = elements[e];
        const C* from = tile + (first_row + element.y) * columns + column + element.x;
#pragma unroll
        for (int j = 0; j < per_thread; ++j) acc[j] = add_product(acc[j], element.weight, from[j * row_step * columns]);
      }
    }
    const std::int64_t x = x0 + column;
    if (x < p.width) {
#pragma unroll
      for (int j = 0; j < per_thread; ++j) {
        const std::int64_t y = y0 + first_row + j * row_step;
        if (y < p.height) store_pixel(p, (outer * p.height + y) * p.width + x, acc[j]);
      }
    }
  }
}

template <class C>
__global__ void __launch_bounds__(correlate_threads) correlate_direct(const __grid_constant__ CorrelateParams<C> p) {
  const DeviceElement<C>* elements = p.elements ? p.elements : p.small_elements;
  const DevicePlane* planes = p.planes ? p.planes : p.small_planes;
  const std::int64_t total = p.outer * p.height * p.width;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < total; i += step) {
    const std::int64_t x0 = i % p.width;
    const std::int64_t y0 = i / p.width % p.height;
    C acc = C(0);
    for (int k = 0; k < p.plane_count; ++k) {
      const DevicePlane& plane = planes[k];
      const std::int64_t source = shown_plane(p, i / p.width / p.height, plane);
      for (int e = plane.begin; e < plane.end; ++e) {
        const DeviceElement<C> element = elements[e];
        const std::int64_t y = source < 0 ? -1 : border_index(y0 - p.above + element.y, p.height, p.border);
        const std::int64_t x = y < 0 ? -1 : border_index(x0 - p.left + element.x, p.width, p.border);
        acc = add_product(acc, element.weight, x < 0 ? p.cval : load_pixel(p, source, y, x));
      }
    }
    store_pixel(p, i, acc);
  }
}

template <class C>
void run_correlate(const Array& out, const Array& image, const std::vector<KernelElement>& elements, Border border,
                   double cval) {
  const int leading = image.ndim() - 2;
  const KernelReach reach = kernel_reach(elements, image.ndim());
  const std::vector<KernelPlane> planes = kernel_planes(elements, leading);
  core::check(reach.above + reach.below < (1 << 30) && reach.left + reach.right < (1 << 30), "correlate",
              "the weights are too large");
  CorrelateParams<C> p{};
  p.image = image.data();
  p.out = out.mutable_data();
  p.image_dtype = image.dtype();
  p.out_dtype = out.dtype();
  p.leading = leading;
  p.outer = 1;
  for (int i = 0; i < leading; ++i) p.outer *= p.shape[i] = image.shape(i);
  p.height = image.shape(leading);
  p.width = image.shape(leading + 1);
  p.border = border;
  p.cval = static_cast<C>(cval);
  p.above = static_cast<int>(reach.above);
  p.left = static_cast<int>(reach.left);
  p.halo_y = static_cast<int>(reach.above + reach.below);
  p.halo_x = static_cast<int>(reach.left + reach.right);
  p.plane_count = static_cast<int>(planes.size());
  std::vector<DeviceElement<C>> device_elements;
  for (const KernelElement& e : elements) {
    device_elements.push_back({static_cast<C>(e.weight),
                               static_cast<int>(e.offset[static_cast<std::size_t>(leading)]) + p.above,
                               static_cast<int>(e.offset[static_cast<std::size_t>(leading) + 1]) + p.left});
  }
  std::vector<DevicePlane> device_planes;
  for (const KernelPlane& k : planes) {
    DevicePlane d{{}, static_cast<int>(k.begin), static_cast<int>(k.end)};
    for (int i = 0; i < leading; ++i) d.offset[i] = static_cast<int>(k.offset[static_cast<std::size_t>(i)]);
    device_planes.push_back(d);
  }
  Array element_memory;
  Array plane_memory;
  if (device_elements.size() > most_small_elements) {
    element_memory = on_device(device_elements, image.device());
    p.elements = static_cast<const DeviceElement<C>*>(element_memory.data());
  } else {
    std::copy(device_elements.begin(), device_elements.end(), p.small_elements);
  }
  if (device_planes.size() > most_small_planes) {
    plane_memory = on_device(device_planes, image.device());
    p.planes = static_cast<const DevicePlane*>(plane_memory.data());
  } else {
    std::copy(device_planes.begin(), device_planes.end(), p.small_planes);
  }
  const std::int64_t shared =
      std::int64_t{correlate_columns + p.halo_x} * (correlate_rows + p.halo_y) * static_cast<std::int64_t>(sizeof(C));
  if (shared > 220 * 1024) {
    cuda::launch(correlate_direct<C>, cuda::grid_for(out.size(), correlate_threads), dim3(correlate_threads), 0, p);
    return;
  }
  const std::int64_t tiles = p.outer * ((p.height + correlate_rows - 1) / correlate_rows) *
                             ((p.width + correlate_columns - 1) / correlate_columns);
  cuda::launch(correlate_tiles<C>, cuda::grid_for(tiles, 1, std::int64_t{1} << 30), dim3(correlate_threads),
               static_cast<std::size_t>(shared), p);
}

}  // namespace opsin::OPSIN_TARGET::engine
