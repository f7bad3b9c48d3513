// SPDX-License-Identifier: Apache-2.0
// The only place that launches kernels and turns CUDA's error codes into exceptions.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "core/check.h"
#include "opsin/device.h"

namespace opsin::OPSIN_TARGET::cuda {

inline void check(cudaError_t code, const char* what) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // So that the next call does not see this error again.
  const std::string message = core::text(what, ": ", cudaGetErrorString(code));
  if (code == cudaErrorMemoryAllocation) throw MemoryError(message);
  throw CudaError(message);
}

inline cudaStream_t stream() { return static_cast<cudaStream_t>(current_stream()); }

/// Enough blocks for `items`, at most what keeps the device full; kernels loop over the rest.
inline dim3 grid_for(std::int64_t items, int block, std::int64_t most = 132 * 32) {
  return dim3(static_cast<unsigned>(std::clamp<std::int64_t>((items + block - 1) / block, 1, most)));
}

template <class... Params, class... Args>
void launch(void (*kernel)(Params...), dim3 grid, dim3 block, std::size_t shared, const Args&... args) {
  if (shared > 48 * 1024) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared)),
          "shared memory");
  }
  kernel<<<grid, block, shared, stream()>>>(args...);
  check(cudaGetLastError(), "kernel launch");
}

}  // namespace opsin::OPSIN_TARGET::cuda
