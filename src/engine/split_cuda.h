// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/split.h: a kernel a pass. The last of its blocks to finish adds up what all of them left.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int split_block = 256;

/// The sum over a block, on its first thread; all threads call this.
__device__ inline SplitSums split_block_sum(SplitSums s) {
  __shared__ SplitSums warps[split_block / 32];
  const auto along_warp = [](SplitSums x) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
      x += SplitSums{__shfl_down_sync(0xffffffffu, x.above, step), __shfl_down_sync(0xffffffffu, x.below, step),
                     __shfl_down_sync(0xffffffffu, x.count_above, step),
                     __shfl_down_sync(0xffffffffu, x.count_below, step)};
    }
    return x;
  };
  s = along_warp(s);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = s;
  __syncthreads();
  SplitSums all{};
  if (threadIdx.x < 32) {
    if (threadIdx.x < split_block / 32) all = warps[threadIdx.x];
    all = along_warp(all);
  }
  __syncthreads();
  return all;
}

template <class C, class F>
__global__ void __launch_bounds__(split_block)
    split_kernel(const void* __restrict__ image, const DType dtype, const std::int64_t n, SplitSums* parts,
                 unsigned int* arrived, const bool finite, const F f) {
  if (f.over()) return;
  constexpr int width = 16 / sizeof(C);
  const C origin = f.origin();
  const double level = f.level();
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x * width;
  SplitSums sums{};
  for (std::int64_t i = (blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x) * width; i < n; i += step) {
    const int m = static_cast<int>(n - i < width ? n - i : width);
    C x[width];
    load_group<C, width>(x, static_cast<const char*>(image) + i * item, dtype, item, m, Scaling{});
#pragma unroll
    for (int e = 0; e < width; ++e) {
      const C v = x[e] - origin;
      if (e < m && (!finite || v - v == C(0))) sums.add(v, level);
    }
  }
  const SplitSums own = split_block_sum(sums);
  __shared__ bool last;
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = own;
    __threadfence();
    last = atomicAdd(arrived, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  SplitSums all{};
  for (unsigned b = threadIdx.x; b < gridDim.x; b += split_block) {
    const volatile SplitSums* p = parts + b;
    all += SplitSums{p->above, p->below, p->count_above, p->count_below};
  }
  all = split_block_sum(all);
  if (threadIdx.x == 0) {
    *arrived = 0;
    f.next(all);
  }
}

template <class C, class F>
void iterate_split(const Array& image, int passes, bool finite, const F& f) {
  const std::int64_t n = image.size();
  const dim3 grid = cuda::grid_for((n + 3) / 4, split_block, std::int64_t{cuda::multiprocessors()} * 8);
  const Array parts =
      Array::empty({static_cast<std::int64_t>(grid.x * sizeof(SplitSums))}, DType::uint8, image.device());
  const Array arrived = Array::zeros({1}, DType::uint32, image.device());
  for (int pass = 0; pass < passes; ++pass) {
    cuda::launch(split_kernel<C, F>, grid, dim3(split_block), 0, image.data(), image.dtype(), n,
                 static_cast<SplitSums*>(parts.mutable_data()), arrived.mutable_data_as<unsigned int>(), finite, f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
