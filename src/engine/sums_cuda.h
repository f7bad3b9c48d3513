// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/sums.h: each block leaves its sums, and one block adds those up.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int sums_threads = 256;

/// The sum over a block's threads, in thread 0.
template <class C>
__device__ __forceinline__ C block_sum(C value) {
  __shared__ C warps[sums_threads / 32];
#pragma unroll
  for (int step = 16; step > 0; step /= 2) value += __shfl_down_sync(0xffffffffu, value, step);
  __syncthreads();
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = value;
  __syncthreads();
  C total = C(0);
  if (threadIdx.x == 0) {
#pragma unroll
    for (int w = 0; w < sums_threads / 32; ++w) total += warps[w];
  }
  return total;
}

template <class C, int I, int K, class F>
__global__ void __launch_bounds__(sums_threads)
    sums_kernel(C* __restrict__ partial, const __grid_constant__ opsin::engine::Loop<I> loop, const std::int64_t lines,
                const F f, const __grid_constant__ std::array<Scaling, I> scaling) {
  constexpr int width = 4;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + width - 1) / width;
  const std::int64_t items = lines * per_line;
  C sum[K] = {};
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * sums_threads;
  for (std::int64_t item = blockIdx.x * static_cast<std::int64_t>(sums_threads) + threadIdx.x; item < items;
       item += step) {
    std::int64_t line = last == 0 ? 0 : item / per_line;
    const std::int64_t x = (item - line * per_line) * width;
    const int m = static_cast<int>(n - x < width ? n - x : width);
    std::int64_t at[I];
#pragma unroll
    for (int i = 0; i < I; ++i) at[i] = x * loop.strides[i][last];
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t c = line % loop.shape[d];
      line /= loop.shape[d];
#pragma unroll
      for (int i = 0; i < I; ++i) at[i] += c * loop.strides[i][d];
    }
    C in[I][width];
#pragma unroll
    for (int i = 0; i < I; ++i) {
      load_group<C, width>(in[i], static_cast<const char*>(loop.data[i]) + at[i], loop.dtype[i], loop.strides[i][last],
                           m, scaling[i]);
    }
#pragma unroll
    for (int e = 0; e < width; ++e) {
      C a[I], term[K];
#pragma unroll
      for (int i = 0; i < I; ++i) a[i] = in[i][e];
      f(a, term);
#pragma unroll
      for (int o = 0; o < K; ++o) {
        if (e < m) sum[o] += term[o];
      }
    }
  }
#pragma unroll
  for (int o = 0; o < K; ++o) {
    const C total = block_sum(sum[o]);
    if (threadIdx.x == 0) partial[blockIdx.x * K + o] = total;
  }
}

template <class C, int K>
__global__ void __launch_bounds__(sums_threads)
    sums_finish_kernel(C* __restrict__ out, const C* __restrict__ partial, const int blocks) {
  for (int o = 0; o < K; ++o) {
    C sum = C(0);
    for (int b = threadIdx.x; b < blocks; b += sums_threads) sum += partial[b * K + o];
    const C total = block_sum(sum);
    if (threadIdx.x == 0) out[o] = total;
  }
}

template <class C, int I, int K, class F>
void run_sums(C* out, const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  const std::int64_t items = loop.lines() * ((loop.line_length() + 3) / 4);
  const dim3 grid = cuda::grid_for(items, sums_threads, 132 * 8);
  const auto blocks = static_cast<int>(grid.x);
  int device = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  const Array partial = Array::empty({blocks * K}, dtype_of<C>, {DeviceKind::cuda, device});
  cuda::launch(sums_kernel<C, I, K, F>, grid, dim3(sums_threads), 0, partial.mutable_data_as<C>(), loop, loop.lines(),
               f, scaling);
  cuda::launch(sums_finish_kernel<C, K>, dim3(1), dim3(sums_threads), 0, out, partial.data_as<C>(), blocks);
}

}  // namespace opsin::OPSIN_TARGET::engine
