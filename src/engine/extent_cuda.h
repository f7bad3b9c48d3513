// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/extent.h.
#pragma once

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int extent_block = 256;

/// The greatest keys of a block's threads into two words; all threads call this.
__device__ __forceinline__ void raise_keys(std::uint64_t* first, std::uint64_t* second, std::uint64_t a,
                                           std::uint64_t b) {
  __shared__ std::uint64_t warps[2][extent_block / 32];
#pragma unroll
  for (int step = 16; step > 0; step /= 2) {
    a = ::max(a, __shfl_xor_sync(0xffffffffu, a, step));
    b = ::max(b, __shfl_xor_sync(0xffffffffu, b, step));
  }
  if (threadIdx.x % 32 == 0) {
    warps[0][threadIdx.x / 32] = a;
    warps[1][threadIdx.x / 32] = b;
  }
  __syncthreads();
  if (threadIdx.x >= 2) return;
  std::uint64_t greatest = 0;
#pragma unroll
  for (int w = 0; w < extent_block / 32; ++w) greatest = ::max(greatest, warps[threadIdx.x][w]);
  auto* const key = reinterpret_cast<unsigned long long*>(threadIdx.x == 0 ? first : second);
  // Most blocks have nothing to add: a read spares them the atomic operation.
  if (greatest > __ldcg(key)) atomicMax(key, static_cast<unsigned long long>(greatest));
}

template <class C>
__global__ void __launch_bounds__(extent_block, values_blocks)
    extent_kernel(Extent* extent, const __grid_constant__ MaskedImage image, const bool finite) {
  constexpr bool real = std::is_floating_point_v<C>;
  constexpr C top = real ? std::numeric_limits<C>::infinity() : std::numeric_limits<C>::max();
  constexpr C bottom = real ? -top : std::numeric_limits<C>::min();
  bool nan = false, plus = false, minus = false;
  C low = top, high = bottom;
  each_group<C>(image, [&](const C(&values)[values_width], unsigned present) {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      if (!(present >> e & 1)) continue;
      C x = values[e];
      if constexpr (real) {
        nan = nan || x != x;
        if (finite) {
          plus = plus || x == top;
          minus = minus || x == bottom;
          x = x - x == C(0) ? x : std::numeric_limits<C>::quiet_NaN();
        }
        low = ::fmin(low, x);  // the other one, where one is NaN
        high = ::fmax(high, x);
      } else {
        low = low < x ? low : x;
        high = high > x ? high : x;
      }
    }
  });
  const bool any = low <= high;
  raise_keys(&extent->low_complement, &extent->high, any ? ~extent_key(low) : 0, any ? extent_key(high) : 0);
  if constexpr (real) {
    if (nan) extent->nan = 1;
    if (plus) extent->plus = 1;
    if (minus) extent->minus = 1;
  }
}

template <class C>
void find_extent(Extent* extent, const Array& image, const std::optional<Array>& mask, bool finite) {
  if (image.size() == 0) return;
  const MaskedImage masked = masked_image(image, mask);
  const dim3 grid = values_grid(masked, extent_block, values_blocks);
  // Keys do not depend on the type, and narrow integers need no wide one.
  if (std::is_same_v<C, std::int64_t> && itemsize(image.dtype()) <= 2) {
    cuda::launch(extent_kernel<std::int32_t>, grid, dim3(extent_block), 0, extent, masked, finite);
  } else {
    cuda::launch(extent_kernel<C>, grid, dim3(extent_block), 0, extent, masked, finite);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
