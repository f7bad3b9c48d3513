// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/integral.h. Columns: a thread each, loads of eight rows in flight. Rows: a block takes 32 of them
// through shared memory, 128 columns at a time, a thread of its first warp each.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::engine {

/// `in` may be `out`.
template <class S>
__global__ void column_sums_kernel(S* out, const void* in, const DType dtype, const std::int64_t rows,
                                   const std::int64_t columns, const Scaling scaling) {
  constexpr int ahead = 8;
  const std::int64_t x = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (x >= columns) return;
  S sum = 0;
  for (std::int64_t y = 0; y < rows; y += ahead) {
    S v[ahead];
    with_storage<S>(dtype, [&]<class T>(Tag<T>) {
#pragma unroll
      for (int k = 0; k < ahead; ++k) {
        v[k] = y + k < rows ? load_as<S>(static_cast<const T*>(in) + (y + k) * columns + x) : S(0);
      }
    });
#pragma unroll
    for (int k = 0; k < ahead; ++k) {
      const S value = scaling.apply(v[k]);
      sum = y + k == 0 ? value : sum + value;  // Not 0 + value: that would lose the sign of -0.
      if (y + k < rows) out[(y + k) * columns + x] = sum;
    }
  }
}

inline constexpr int sum_rows = 32;
inline constexpr int sum_columns = 128;

template <class S>
__global__ void row_sums_kernel(S* __restrict__ out, const std::int64_t rows, const std::int64_t columns) {
  __shared__ S tile[sum_rows][sum_columns + 1];
  const std::int64_t y0 = static_cast<std::int64_t>(blockIdx.x) * sum_rows;
  S sum = 0;
  for (std::int64_t x0 = 0; x0 < columns; x0 += sum_columns) {
    for (int i = threadIdx.x; i < sum_rows * sum_columns; i += blockDim.x) {
      const int r = i / sum_columns, c = i % sum_columns;
      if (y0 + r < rows && x0 + c < columns) tile[r][c] = out[(y0 + r) * columns + x0 + c];
    }
    __syncthreads();
    if (threadIdx.x < sum_rows) {
      for (int c = 0; c < sum_columns && x0 + c < columns; ++c) {
        sum = x0 + c == 0 ? tile[threadIdx.x][c] : sum + tile[threadIdx.x][c];
        tile[threadIdx.x][c] = sum;
      }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < sum_rows * sum_columns; i += blockDim.x) {
      const int r = i / sum_columns, c = i % sum_columns;
      if (y0 + r < rows && x0 + c < columns) out[(y0 + r) * columns + x0 + c] = tile[r][c];
    }
    __syncthreads();
  }
}

/// `image` may be `sums` itself.
template <class S>
void sum_planes(const Array& sums, const Array& image, const Scaling& scaling) {
  const std::int64_t rows = image.shape(0);
  const std::int64_t columns = image.shape(1);
  S* const out = sums.mutable_data_as<S>();
  cuda::launch(column_sums_kernel<S>, dim3(static_cast<unsigned>((columns + 31) / 32)), dim3(32), 0, out, image.data(),
               image.dtype(), rows, columns, scaling);
  cuda::launch(row_sums_kernel<S>, dim3(static_cast<unsigned>((rows + sum_rows - 1) / sum_rows)), dim3(256), 0, out,
               rows, columns);
}

template <class S>
struct SumAxis {
  S* sums;
  std::int64_t n, inner;
  __device__ void operator()(std::int64_t column) const {
    S* to = sums + column / inner * n * inner + column % inner;
    S sum = *to;
    for (std::int64_t i = 1; i < n; ++i) {
      to += inner;
      *to = sum += *to;
    }
  }
};

/// In place, along one axis.
template <class S>
void sum_axis(S* sums, const AxisSplit& s) {
  each(s.outer * s.inner, 1, SumAxis<S>{sums, s.n, s.inner});
}

}  // namespace opsin::OPSIN_TARGET::engine
