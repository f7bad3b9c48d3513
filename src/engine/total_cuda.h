// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/total.h: each block leaves its totals, and a last kernel of one block adds them up. Nothing is
// added by atomic operations, so that the order is always the same.
#pragma once

#include <algorithm>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "core/scaling.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int total_threads = 256;

/// Merges what the threads of a block hold; the first one holds all of it then.
template <class T>
__device__ __forceinline__ void merge_block(T& mine) {
  __shared__ T shared[total_threads];
  const int me = static_cast<int>(threadIdx.x);
  shared[me] = mine;
  for (int half = static_cast<int>(blockDim.x) / 2; half > 0; half /= 2) {
    __syncthreads();
    if (me < half) shared[me].merge(shared[me + half]);
  }
  if (me == 0) mine = shared[0];
}

/// Every input is one aligned line of the compute type.
template <class C, int I>
__device__ __forceinline__ bool is_line(const opsin::engine::Loop<I>& loop) {
  bool line = loop.ndim == 1;
  for (int i = 0; i < I; ++i) {
    line = line && loop.dtype[i] == dtype_of<C> && loop.strides[i][0] == static_cast<std::int64_t>(sizeof(C)) &&
           reinterpret_cast<std::uintptr_t>(loop.data[i]) % 16 == 0;
  }
  return line;
}

template <class C, int I, class F>
__global__ void __launch_bounds__(total_threads)
    total_kernel(const __grid_constant__ opsin::engine::Loop<I> loop, const std::int64_t items, const F f,
                 TotalsOf<C, F>* made) {
  constexpr int width = 4;
  constexpr int outputs = F::sums + F::extremes;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + width - 1) / width;
  TotalsOf<C, F> totals;
  totals.clear();
  const auto see = [&](const C(&a)[I]) {
    C b[outputs];
    f(a, b);
#pragma unroll
    for (int s = 0; s < F::sums; ++s) totals.sum[s] += static_cast<double>(b[s]);
#pragma unroll
    for (int k = 0; k < F::extremes; ++k) totals.see(k, b[F::sums + k]);
  };
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  std::int64_t item = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (is_line<C>(loop)) {
    // Several loads of a thread are on their way at a time: one is too little to keep the memory busy. The order of the
    // elements stays that of the loop below, which takes what is left.
    constexpr int ahead = std::max(1, 16 / (width * I * (static_cast<int>(sizeof(C)) / 4)));
    for (const std::int64_t full = n / width; item + (ahead - 1) * step < full; item += ahead * step) {
      Pack<C, width> packs[ahead][I];
#pragma unroll
      for (int a = 0; a < ahead; ++a) {
#pragma unroll
        for (int i = 0; i < I; ++i) {
          packs[a][i] = static_cast<const Pack<C, width>*>(loop.data[i])[item + a * step];
        }
      }
#pragma unroll
      for (int a = 0; a < ahead; ++a) {
#pragma unroll
        for (int e = 0; e < width; ++e) {
          C in[I];
#pragma unroll
          for (int i = 0; i < I; ++i) in[i] = packs[a][i].value[e];
          see(in);
        }
      }
    }
  }
  for (; item < items; item += step) {
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
                           m, Scaling{});
    }
#pragma unroll
    for (int e = 0; e < width; ++e) {
      if (e >= m) break;
      C a[I];
#pragma unroll
      for (int i = 0; i < I; ++i) a[i] = in[i][e];
      see(a);
    }
  }
  merge_block(totals);
  if (threadIdx.x == 0) made[blockIdx.x] = totals;
}

template <class T, class G>
__global__ void __launch_bounds__(total_threads) finish_kernel(const T* made, const int count, const G finish) {
  T totals;
  totals.clear();
  for (int i = static_cast<int>(threadIdx.x); i < count; i += total_threads) totals.merge(made[i]);
  merge_block(totals);
  if (threadIdx.x == 0) finish(totals);
}

/// What follows from the totals of `count` blocks.
template <class T, class G>
void finish_total(const Array& made, std::int64_t count, const G& finish) {
  cuda::launch(finish_kernel<T, G>, dim3(1), dim3(total_threads), 0, static_cast<const T*>(made.data()),
               static_cast<int>(count), finish);
}

template <class C, int I, class F, class G>
void run_total(const opsin::engine::Loop<I>& loop, const F& f, const G& finish, Device device) {
  using T = TotalsOf<C, F>;
  const std::int64_t items = loop.lines() * ((loop.line_length() + 3) / 4);
  const dim3 grid = cuda::grid_for(items, total_threads, 132 * 4);  // one wave of blocks on the largest device
  const std::int64_t blocks = items > 0 ? grid.x : 0;
  const Array made =
      Array::empty({std::max<std::int64_t>(1, blocks) * static_cast<std::int64_t>(sizeof(T))}, DType::uint8, device);
  if (blocks > 0) {
    cuda::launch(total_kernel<C, I, F>, grid, dim3(total_threads), 0, loop, items, f,
                 static_cast<T*>(made.mutable_data()));
  }
  finish_total<T>(made, blocks, finish);
}

}  // namespace opsin::OPSIN_TARGET::engine
