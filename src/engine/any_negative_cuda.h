// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/any_negative.h.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

/// Integers are compared as double: the sign survives the rounding.
template <class C>
__global__ void find_negative_kernel(int* flag, const void* data, const DType dtype, const std::int64_t n) {
  constexpr int width = 4;
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x * width;
  bool negative = false;
  for (std::int64_t i = (blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x) * width; i < n; i += step) {
    C value[width];
    load_group<C, width>(value, static_cast<const char*>(data) + i * item, dtype, item,
                         static_cast<int>(n - i < width ? n - i : width), Scaling{});
#pragma unroll
    for (int e = 0; e < width; ++e) negative = negative || value[e] < C(0);
  }
  if (negative) *flag = 1;
}

inline void find_negative(int* flag, const Array& image) {
  const dim3 grid = cuda::grid_for((image.size() + 3) / 4, 256, 132 * 8);
  if (image.dtype() == DType::float32) {
    cuda::launch(find_negative_kernel<float>, grid, dim3(256), 0, flag, image.data(), image.dtype(), image.size());
  } else {
    cuda::launch(find_negative_kernel<double>, grid, dim3(256), 0, flag, image.data(), image.dtype(), image.size());
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
