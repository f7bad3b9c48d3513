// SPDX-License-Identifier: Apache-2.0
// Loops for what fits none of the other engines. The functors are callable as const on the device; the order is free.
//   each(n, grain, f)             f(i) for every i in [0, n)
//   each_span(lines, length, f)   f(line, begin, end) for spans that cover [0, length) of every line: whole lines on
//   the
//                                 CPU, so that the functor's loop becomes vector code, one element at a time on CUDA
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/math.h"

#ifdef OPSIN_TARGET_CUDA
#include "core/cuda/launch.h"
#else
#include "core/threads.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA

template <class F>
__global__ void each_kernel(const std::int64_t n, const F f) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) f(i);
}

template <class F>
void each(std::int64_t n, std::int64_t, const F& f) {
  if (n > 0) cuda::launch(each_kernel<F>, cuda::grid_for(n, 128), dim3(128), 0, n, f);
}

template <class F>
__global__ void each_span_kernel(const std::int64_t lines, const std::int64_t length, const F f) {
  const std::int64_t n = lines * length;
  const bool narrow = n < std::int64_t{1} << 31;  // the division of wide numbers would cost more than many a functor
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) {
    const std::int64_t line =
        narrow ? std::int64_t{static_cast<std::uint32_t>(i) / static_cast<std::uint32_t>(length)} : i / length;
    f(line, i - line * length, i - line * length + 1);
  }
}

template <class F>
void each_span(std::int64_t lines, std::int64_t length, const F& f) {
  if (lines * length > 0) {
    cuda::launch(each_span_kernel<F>, cuda::grid_for(lines * length, 128), dim3(128), 0, lines, length, f);
  }
}

#else

/// `grain`: the least number of calls worth a task on the CPU.
template <class F>
void each(std::int64_t n, std::int64_t grain, const F& f) {
  core::parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

template <class F>
void each_span(std::int64_t lines, std::int64_t length, const F& f) {
  if (length == 0) return;
  core::parallel_for(lines, std::max<std::int64_t>(1, (1 << 14) / length), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i, std::int64_t{0}, length);
  });
}

#endif

}  // namespace opsin::OPSIN_TARGET::engine
