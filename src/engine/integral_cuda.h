// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/integral.h. Columns: a thread each, loads of eight rows in flight. Rows: a block takes 32 of them
// through shared memory, 128 columns at a time, a thread of its first warp each.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
__global__ void column_sums_kernel(double* __restrict__ out, const T* __restrict__ in, const std::int64_t rows,
                                   const std::int64_t columns, const Scaling scaling) {
  constexpr int ahead = 8;
  const std::int64_t x = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (x >= columns) return;
  double sum = 0;
  for (std::int64_t y = 0; y < rows; y += ahead) {
    double v[ahead];
#pragma unroll
    for (int k = 0; k < ahead; ++k) v[k] = y + k < rows ? load_as<double>(in + (y + k) * columns + x) : 0;
#pragma unroll
    for (int k = 0; k < ahead; ++k) {
      const double value = scaling.apply(v[k]);
      sum = y + k == 0 ? value : sum + value;  // Not 0 + value: that would lose the sign of -0.
      if (y + k < rows) out[(y + k) * columns + x] = sum;
    }
  }
}

inline constexpr int sum_rows = 32;
inline constexpr int sum_columns = 128;

__global__ void row_sums_kernel(double* __restrict__ out, const std::int64_t rows, const std::int64_t columns) {
  __shared__ double tile[sum_rows][sum_columns + 1];
  const std::int64_t y0 = static_cast<std::int64_t>(blockIdx.x) * sum_rows;
  double sum = 0;
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

inline void run_integral(const Array& sums, const Array& image, const Scaling& scaling) {
  const std::int64_t rows = image.shape(0);
  const std::int64_t columns = image.shape(1);
  double* const out = sums.mutable_data_as<double>();
  with_storage<double>(image.dtype(), [&]<class T>(Tag<T>) {
    cuda::launch(column_sums_kernel<T>, dim3(static_cast<unsigned>((columns + 31) / 32)), dim3(32), 0, out,
                 image.data_as<T>(), rows, columns, scaling);
  });
  cuda::launch(row_sums_kernel, dim3(static_cast<unsigned>((rows + sum_rows - 1) / sum_rows)), dim3(256), 0, out, rows,
               columns);
}

}  // namespace opsin::OPSIN_TARGET::engine
