// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/power_sums.h. Lines: a warp takes a line, or a piece of one where there are few. Columns: a block
// takes one.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/sums_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sums of piece t of all lines' pieces, at to[t * step + q].
template <class C>
__global__ void __launch_bounds__(sums_threads)
    sum_lines_kernel(double* __restrict__ to, const std::int64_t step, const void* __restrict__ in, const DType dtype,
                     const std::int64_t n, const std::int64_t pieces, const std::int64_t total, const int first,
                     const int count, const Coordinate coordinate) {
  constexpr int width = 4;
  const int lane = threadIdx.x % 32;
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  const std::int64_t warps = static_cast<std::int64_t>(gridDim.x) * (sums_threads / 32);
  for (std::int64_t t = blockIdx.x * static_cast<std::int64_t>(sums_threads / 32) + threadIdx.x / 32; t < total;
       t += warps) {
    const char* const row = static_cast<const char*>(in) + t / pieces * n * item;
    const std::int64_t begin = n * (t % pieces) / pieces, end = n * (t % pieces + 1) / pieces;
    double sum[powers_at_once] = {};
#pragma unroll 2
    for (std::int64_t x = begin + lane * width; x < end; x += 32 * width) {
      C value[width];
      load_group<C, width>(value, row + x * item, dtype, item, static_cast<int>(end - x < width ? end - x : width),
                           Scaling{});
#pragma unroll
      for (int e = 0; e < width; ++e) {
        const double d = coordinate(x + e);
        double term = static_cast<double>(value[e]);
        for (int q = 0; q < first; ++q) term *= d;
#pragma unroll
        for (int q = 0; q < powers_at_once; ++q) {
          sum[q] += term;
          term *= d;
        }
      }
    }
#pragma unroll
    for (int q = 0; q < powers_at_once; ++q) {
#pragma unroll
      for (int s = 16; s > 0; s /= 2) sum[q] += __shfl_down_sync(0xffffffffu, sum[q], s);
      if (lane == 0 && q < count) to[t * step + q] = sum[q];
    }
  }
}

/// `to` is (outer, step, inner).
template <class C>
__global__ void __launch_bounds__(sums_threads)
    sum_columns_kernel(C* __restrict__ to, const std::int64_t step, const C* __restrict__ in, const std::int64_t n,
                       const std::int64_t inner, const std::int64_t columns, const int first, const int count,
                       const Coordinate coordinate) {
  for (std::int64_t column = blockIdx.x; column < columns; column += gridDim.x) {
    const std::int64_t outer = column / inner, k = column - outer * inner;
    C sum[powers_at_once] = {};
    for (std::int64_t i = threadIdx.x; i < n; i += sums_threads) {
      const double d = coordinate(i);
      C term = in[(outer * n + i) * inner + k];
      for (int q = 0; q < first; ++q) term *= d;
#pragma unroll
      for (int q = 0; q < powers_at_once; ++q) {
        sum[q] += term;
        term *= d;
      }
    }
#pragma unroll
    for (int q = 0; q < powers_at_once; ++q) {
      const C total = block_sum(sum[q]);
      if (threadIdx.x == 0 && q < count) to[(outer * step + q) * inner + k] = total;
    }
  }
}

/// The pieces of each line, added up.
template <class C>
__global__ void sum_pieces_kernel(C* __restrict__ to, const std::int64_t step, const C* __restrict__ partial,
                                  const std::int64_t lines, const std::int64_t pieces, const int count) {
  const std::int64_t t = blockIdx.x * static_cast<std::int64_t>(blockDim.x / 32) + threadIdx.x / 32;
  const int lane = threadIdx.x % 32;
  if (t >= lines) return;
  for (int q = 0; q < count; ++q) {
    C sum = C(0);
    for (std::int64_t i = lane; i < pieces; i += 32) sum += partial[(t * pieces + i) * powers_at_once + q];
#pragma unroll
    for (int s = 16; s > 0; s /= 2) sum += __shfl_down_sync(0xffffffffu, sum, s);
    if (lane == 0) to[t * step + q] = sum;
  }
}

inline void sum_columns(double* to, std::int64_t step, const double* in, std::int64_t outer, std::int64_t n,
                        std::int64_t inner, int first, int count, const Coordinate& coordinate) {
  cuda::launch(sum_columns_kernel<double>, cuda::grid_for(outer * inner, 1), dim3(sums_threads), 0, to, step, in, n,
               inner, outer * inner, first, count, coordinate);
}

inline void sum_lines(double* to, std::int64_t step, const Array& in, std::int64_t lines, int first, int count,
                      const Coordinate& coordinate) {
  const std::int64_t n = in.size() / lines;
  // Enough warps to fill the device, each with at least a thousand elements.
  const std::int64_t pieces = std::clamp<std::int64_t>(132 * 32 / lines, 1, std::max<std::int64_t>(1, n / 1024));
  Array partial;
  double* target = to;
  std::int64_t target_step = step;
  if (pieces > 1) {
    partial = Array::empty({lines * pieces * powers_at_once}, DType::float64, in.device());
    target = partial.mutable_data_as<double>();
    target_step = powers_at_once;
  }
  const dim3 grid = cuda::grid_for(lines * pieces, sums_threads / 32, 132 * 64);
  const auto run = [&](auto kernel, int powers) {
    cuda::launch(kernel, grid, dim3(sums_threads), 0, target, target_step, in.data(), in.dtype(), n, pieces,
                 lines * pieces, first, powers, coordinate);
  };
  // Float32 holds what it is given; everything else is read as float64.
  const int powers = pieces > 1 ? powers_at_once : count;
  in.dtype() == DType::float32 ? run(sum_lines_kernel<float>, powers) : run(sum_lines_kernel<double>, powers);
  if (pieces == 1) return;
  // Fewer lines than warps: all of them at once.
  cuda::launch(sum_pieces_kernel<double>, dim3(static_cast<unsigned>((lines + 7) / 8)), dim3(256), 0, to, step,
               partial.data_as<double>(), lines, pieces, count);
}

}  // namespace opsin::OPSIN_TARGET::engine
