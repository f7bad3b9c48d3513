// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/any_negative.cpp.
#pragma once

#include <cooperative_groups.h>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "core/memory.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int negative_cluster = 8;  // blocks: the most that every device with clusters takes

/// Types that have negative values.
template <class T>
concept Signed = std::is_signed_v<T> || std::is_same_v<T, half>;

__device__ __forceinline__ bool is_negative(half x) { return half_to_float(x) < 0; }
template <class T>
__device__ __forceinline__ bool is_negative(T x) {
  return x < T(0);
}

/// Sixteen bytes of them.
template <class T, int N>
__device__ __forceinline__ bool any_negative(const Pack<T, N>& x) {
  if constexpr (std::is_integral_v<T>) {
    // Together: taken one by one, short integers would fill the registers.
    const uint4 word = reinterpret_cast<const uint4&>(x);
    const unsigned even = sizeof(T) == 8 ? 0 : word.x | word.z;
    constexpr unsigned signs = sizeof(T) == 1 ? 0x80808080u : sizeof(T) == 2 ? 0x80008000u : 0x80000000u;
    return ((even | word.y | word.w) & signs) != 0;
  } else {
    bool negative = false;
#pragma unroll
    for (int e = 0; e < N; ++e) negative |= is_negative(x.value[e]);
    return negative;
  }
}

/// Whether one of the elements that a thread meets on its way through the image is negative. Eight loads are on their
/// way at a time: with the few threads of a cluster each wait for one would count.
template <class T>
__device__ __forceinline__ bool meets_negative(const T* data, std::int64_t n, bool aligned) {
  constexpr int width = 16 / static_cast<int>(sizeof(T));
  constexpr int ahead = 8;
  using Wide = Pack<T, width>;
  const std::int64_t thread = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const std::int64_t packs = aligned ? n / width : 0;
  bool negative = false;
  for (std::int64_t first = thread; first < packs; first += ahead * step) {
    Wide x[ahead] = {};
#pragma unroll
    for (int j = 0; j < ahead; ++j) {
      if (first + j * step < packs) x[j] = reinterpret_cast<const Wide*>(data)[first + j * step];
    }
#pragma unroll
    for (int j = 0; j < ahead; ++j) negative |= any_negative(x[j]);
  }
  for (std::int64_t i = packs * width + thread; i < n; i += step) negative |= is_negative(data[i]);
  return negative;
}

/// *flag has to be 0 before.
template <class T>
__global__ void __launch_bounds__(256)
    find_negative_kernel(int* flag, const T* data, const std::int64_t n, const bool aligned) {
  if (meets_negative(data, n, aligned)) *flag = 1;
}

/// Whether blocks of the current device can form a cluster: from compute capability 9.0 on.
inline bool forms_clusters() {
  int device = 0, forms = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  cuda::check(cudaDeviceGetAttribute(&forms, cudaDevAttrClusterLaunch, device), "cudaDeviceGetAttribute");
  return forms != 0;
}

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
template <class T>
__global__ void find_negative_small_kernel(int*, const T*, const std::int64_t, const bool) {}  // never launched
#else
/// A single cluster: its blocks can ask each other, so that one of them writes the flag whatever it was.
template <class T>
__global__ void __cluster_dims__(negative_cluster) __launch_bounds__(1024, 1)
    find_negative_small_kernel(int* flag, const T* data, const std::int64_t n, const bool aligned) {
  namespace groups = cooperative_groups;
  __shared__ int found;
  const groups::cluster_group cluster = groups::this_cluster();
  const int negative = __syncthreads_or(meets_negative(data, n, aligned));
  if (threadIdx.x == 0) found = negative;
  cluster.sync();
  if (cluster.block_rank() == 0 && threadIdx.x < 32) {
    const bool other = threadIdx.x < negative_cluster && *cluster.map_shared_rank(&found, threadIdx.x) != 0;
    const bool any = __any_sync(0xffffffffu, other);
    if (threadIdx.x == 0) *flag = any;
  }
  cluster.sync();  // A block's memory has to stay while another one reads it.
}
#endif

/// Sets `flag` to 1 when an element is below zero, else to 0. The image is not empty.
inline void find_negative(const Array& flag, const Array& image) {
  int* const to = flag.mutable_data_as<int>();
  with_storage<double>(image.dtype(), [&]<class T>(Tag<T>) {
    if constexpr (Signed<T>) {
      const T* const data = image.data_as<T>();
      const bool aligned = reinterpret_cast<std::uintptr_t>(data) % 16 == 0;
      // Eight multiprocessors read a megabyte in less time than a launch takes, and this saves the one for clearing.
      if (image.nbytes() <= std::size_t{2} << 20 && forms_clusters()) {
        cuda::launch(find_negative_small_kernel<T>, dim3(negative_cluster), dim3(1024), 0, to, data, image.size(),
                     aligned);
        return;
      }
      core::fill_zero(flag);
      const dim3 grid = cuda::grid_for((image.size() * static_cast<std::int64_t>(sizeof(T)) + 127) / 128, 256, 132 * 8);
      cuda::launch(find_negative_kernel<T>, grid, dim3(256), 0, to, data, image.size(), aligned);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
