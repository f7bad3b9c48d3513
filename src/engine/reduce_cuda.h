// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/reduce.h.
#pragma once

#include "core/cuda/launch.h"

namespace opsin::OPSIN_TARGET::engine {

__device__ __forceinline__ unsigned int peak_bits(float x) { return __float_as_uint(x); }
__device__ __forceinline__ unsigned long long peak_bits(double x) {
  return static_cast<unsigned long long>(__double_as_longlong(x));
}

/// Raises *peak by the values of a warp; all its lanes call this.
template <class C>
__device__ __forceinline__ void raise_peak_warp(C* peak, C value) {
  using Bits = PeakBits<C>;
  if (value != value) value = std::numeric_limits<C>::quiet_NaN();
  Bits bits = value > C(0) || value != value ? peak_bits(value) : 0;
#pragma unroll
  for (int step = 16; step > 0; step /= 2) {
    const Bits other = __shfl_xor_sync(0xffffffffu, bits, step);
    bits = other > bits ? other : bits;
  }
  // Most warps find nothing greater than what is there: a read spares them the atomic operation.
  Bits* shared = reinterpret_cast<Bits*>(peak);
  if (threadIdx.x % 32 == 0 && bits > *static_cast<volatile Bits*>(shared)) atomicMax(shared, bits);
}

template <class C>
__global__ void find_peak_kernel(C* peak, const C* __restrict__ p, const std::int64_t n) {
  C found = C(0);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) {
    found = greater_or_nan(found, p[i]);
  }
  raise_peak_warp(peak, found);
}

template <class C>
void find_peak(C* peak, const Array& image) {
  cuda::launch(find_peak_kernel<C>, cuda::grid_for(image.size(), 256), dim3(256), 0, peak, image.data_as<C>(),
               image.size());
}

}  // namespace opsin::OPSIN_TARGET::engine
