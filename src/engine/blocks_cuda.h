// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/blocks.h. Small blocks take a thread each, large ones a warp whose lanes share the elements.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C, int Lanes, class F>
__global__ void __launch_bounds__(256)
    fold_blocks_kernel(C* __restrict__ out, const __grid_constant__ Blocks b, const C cval, const F f) {
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const std::int64_t outputs = b.outputs(), rows = b.rows();
  const int lane = threadIdx.x % Lanes;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * (256 / Lanes);
  for (std::int64_t o = blockIdx.x * static_cast<std::int64_t>(256 / Lanes) + threadIdx.x / Lanes; o < outputs;
       o += step) {
    const std::int64_t line = o / columns, x0 = (o - line * columns) * width;
    C total = f.template init<C>();
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t start = b.row_start(line, r);
      with_storage<C>(b.dtype, [&]<class T>(Tag<T>) {
        const T* const p = static_cast<const T*>(b.image) + start + x0;
        for (std::int64_t x = lane; x < width; x += Lanes) {
          total = f.template step<C>(total, start >= 0 && x0 + x < length ? load_as<C>(p + x) : cval);
        }
      });
    }
    if constexpr (Lanes > 1) {
#pragma unroll
      for (int s = Lanes / 2; s > 0; s /= 2) {
        total = f.template step<C>(total, __shfl_down_sync(0xffffffffu, total, s));
      }
    }
    if (lane == 0) out[o] = f.template finish<C>(total, static_cast<double>(rows) * static_cast<double>(width));
  }
}

template <class C, class F>
void run_fold(C* out, const Blocks& b, C cval, const F& f) {
  // Lanes are worth their exchange at the end when each has a few elements of a row.
  if (b.block[b.ndim - 1] >= 32) {
    cuda::launch(fold_blocks_kernel<C, 32, F>, cuda::grid_for(b.outputs(), 8), dim3(256), 0, out, b, cval, f);
  } else {
    cuda::launch(fold_blocks_kernel<C, 1, F>, cuda::grid_for(b.outputs(), 256), dim3(256), 0, out, b, cval, f);
  }
}

template <class C, class F>
__global__ void window_blocks_kernel(C* __restrict__ out, const __grid_constant__ Blocks b, const C cval, const F f) {
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const std::int64_t outputs = b.outputs(), count = b.rows() * width;
  const auto item = static_cast<std::int64_t>(itemsize(b.dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t o = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; o < outputs; o += step) {
    const std::int64_t line = o / columns, x0 = (o - line * columns) * width;
    const auto at = [&](std::int64_t i) {
      const std::int64_t row = i / width, x = x0 + i - row * width;
      const std::int64_t start = x < length ? b.row_start(line, row) : -1;
      return start < 0 ? cval : load_one<C>(static_cast<const char*>(b.image) + (start + x) * item, b.dtype);
    };
    out[o] = f.template operator()<C>(at, count);
  }
}

template <class C, class F>
void run_windows(C* out, const Blocks& b, C cval, const F& f) {
  cuda::launch(window_blocks_kernel<C, F>, cuda::grid_for(b.outputs(), 128), dim3(128), 0, out, b, cval, f);
}

}  // namespace opsin::OPSIN_TARGET::engine
