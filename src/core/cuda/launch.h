// SPDX-License-Identifier: Apache-2.0
// The only place that launches kernels and turns CUDA's error codes into exceptions.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <type_traits>

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

/// Of the current device; asked once per device.
inline int multiprocessors() {
  thread_local int known[64] = {};
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  if (known[device] == 0) {
    check(cudaDeviceGetAttribute(&known[device], cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  }
  return known[device];
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

/// How many blocks of a kernel the current device holds at once, 0 where it knows no cooperative launch.
template <class... Params>
int cooperative_blocks(void (*kernel)(Params...), int block) {
  int device = 0, known = 0, of_each = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&known, cudaDevAttrCooperativeLaunch, device), "cudaDeviceGetAttribute");
  if (known == 0) return 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&of_each, kernel, block, 0), "occupancy");
  return of_each * multiprocessors();
}

/// A launch whose blocks all run beside each other, so that they may wait for each other: at most cooperative_blocks().
template <class... Params, class... Args>
void launch_cooperative(void (*kernel)(Params...), dim3 grid, dim3 block, const Args&... args) {
  static_assert(sizeof...(Params) == sizeof...(Args));
  std::tuple<std::remove_const_t<Params>...> values(args...);
  std::apply(
      [&](auto&... value) {
        void* addresses[] = {&value...};
        check(cudaLaunchCooperativeKernel(kernel, grid, block, addresses, 0, stream()), "kernel launch");
      },
      values);
}

}  // namespace opsin::OPSIN_TARGET::cuda
