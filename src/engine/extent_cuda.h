// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/extent.h.
#pragma once

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The greatest key of a warp into *key; all lanes call this.
__device__ __forceinline__ void raise_key_warp(std::uint64_t* key, std::uint64_t value) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2) {
    const std::uint64_t other = __shfl_xor_sync(0xffffffffu, value, step);
    value = other > value ? other : value;
  }
  // Most warps have nothing to add: a read spares them the atomic operation.
  if (threadIdx.x % 32 == 0 && value > *static_cast<volatile std::uint64_t*>(key)) {
    atomicMax(reinterpret_cast<unsigned long long*>(key), static_cast<unsigned long long>(value));
  }
}

template <class C>
__global__ void __launch_bounds__(256)
    extent_kernel(Extent* extent, const __grid_constant__ MaskedImage image, const bool finite) {
  bool any = false, nan = false, plus = false, minus = false;
  C low = 0, high = 0;
  each_group<C>(image, [&](const C(&values)[values_width], unsigned present) {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const C x = values[e];
      if (!(present >> e & 1)) continue;
      if (x != x) {
        nan = true;
        continue;
      }
      if constexpr (std::is_floating_point_v<C>) {
        if (finite && x - x != C(0)) {
          (x > C(0) ? plus : minus) = true;
          continue;
        }
      }
      low = any && low < x ? low : x;
      high = any && high > x ? high : x;
      any = true;
    }
  });
  raise_key_warp(&extent->low_complement, any ? ~extent_key(low) : 0);
  raise_key_warp(&extent->high, any ? extent_key(high) : 0);
  raise_key_warp(&extent->nan, nan);
  raise_key_warp(&extent->plus, plus);
  raise_key_warp(&extent->minus, minus);
}

template <class C>
void find_extent(Extent* extent, const Array& image, const std::optional<Array>& mask, bool finite) {
  if (image.size() == 0) return;
  const MaskedImage masked = masked_image(image, mask);
  cuda::launch(extent_kernel<C>, values_grid(masked, 256, 8), dim3(256), 0, extent, masked, finite);
}

}  // namespace opsin::OPSIN_TARGET::engine
