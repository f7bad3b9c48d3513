// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/joint_histogram.h: each block counts in shared memory where a table fits there.
#pragma once

#include <algorithm>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t most_shared_bins = 48 * 1024 / 4;

/// Integers of any order of addition: the counts are the same in every run.
template <class C, bool Shared>
__global__ void __launch_bounds__(512)
    joint_histogram_kernel(unsigned long long* count, const void* a, const DType a_dtype, const void* b,
                           const DType b_dtype, const std::int64_t n, const Bins<C> first, const Bins<C> second) {
  extern __shared__ unsigned int own[];
  const int all = static_cast<int>(first.count * second.count);
  if constexpr (Shared) {
    for (int k = static_cast<int>(threadIdx.x); k < all; k += static_cast<int>(blockDim.x)) own[k] = 0;
    __syncthreads();
  }
  constexpr int width = 4;
  const C per_first = first.per_value(), per_second = second.per_value();
  const auto a_item = static_cast<std::int64_t>(itemsize(a_dtype));
  const auto b_item = static_cast<std::int64_t>(itemsize(b_dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x * width;
  for (std::int64_t i = (blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x) * width; i < n; i += step) {
    const int m = static_cast<int>(n - i < width ? n - i : width);
    C x[width], y[width];
    load_group<C, width>(x, static_cast<const char*>(a) + i * a_item, a_dtype, a_item, m, Scaling{});
    load_group<C, width>(y, static_cast<const char*>(b) + i * b_item, b_dtype, b_item, m, Scaling{});
#pragma unroll
    for (int e = 0; e < width; ++e) {
      if (e >= m) break;
      const std::int64_t k = first.find(x[e], per_first) * second.count + second.find(y[e], per_second);
      if constexpr (Shared) {
        atomicAdd(own + k, 1u);
      } else {
        atomicAdd(count + k, 1ull);
      }
    }
  }
  if constexpr (Shared) {
    __syncthreads();
    for (int k = static_cast<int>(threadIdx.x); k < all; k += static_cast<int>(blockDim.x)) {
      if (own[k] > 0) atomicAdd(count + k, static_cast<unsigned long long>(own[k]));
    }
  }
}

template <class C>
void run_joint_histogram(std::uint64_t* count, const Array& a, const Array& b, const Bins<C>& first,
                         const Bins<C>& second) {
  const std::int64_t all = first.count * second.count;
  auto* to = reinterpret_cast<unsigned long long*>(count);
  const std::int64_t groups = (a.size() + 3) / 4;
  if (all <= most_shared_bins) {
    // A block's counters have 32 bits: none meets as many elements as one of them holds.
    const std::int64_t most_blocks = std::max<std::int64_t>(cuda::multiprocessors() * 4, groups >> 29);
    const dim3 grid = cuda::grid_for(groups, 512, most_blocks);
    cuda::launch(joint_histogram_kernel<C, true>, grid, dim3(512), static_cast<std::size_t>(all) * 4, to, a.data(),
                 a.dtype(), b.data(), b.dtype(), a.size(), first, second);
  } else {
    cuda::launch(joint_histogram_kernel<C, false>, cuda::grid_for(groups, 512), dim3(512), 0, to, a.data(), a.dtype(),
                 b.data(), b.dtype(), a.size(), first, second);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
