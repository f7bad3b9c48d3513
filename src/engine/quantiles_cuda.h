// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/quantiles.h: a radix selection, a byte of the bits at a time from the highest on, for all ranks
// at once. The bits of values that are zero or greater have the order of the values.
#pragma once

#include "core/cuda/launch.h"

namespace opsin::OPSIN_TARGET::engine {

struct QuantileState {
  unsigned long long prefix[quantile_ranks];  // the bits that are known of the value of each rank
  unsigned long long below[quantile_ranks];   // its rank among the values with that prefix
  unsigned long long count[quantile_ranks][256];
};

template <class C>
__device__ __forceinline__ PeakBits<C> ordered_bits(C x) {
  return x == x ? peak_bits(x < C(0) ? C(0) : x) : ~PeakBits<C>(0);
}

__global__ void quantile_start_kernel(QuantileState* state, const QuantileRanks ranks) {
  for (int i = threadIdx.x; i < quantile_ranks * 256; i += blockDim.x) state->count[i / 256][i % 256] = 0;
  if (threadIdx.x < quantile_ranks) {
    state->prefix[threadIdx.x] = 0;
    state->below[threadIdx.x] = static_cast<unsigned long long>(ranks.rank[threadIdx.x]);
  }
}

template <class C>
__global__ void quantile_count_kernel(QuantileState* state, const C* __restrict__ values, const std::int64_t n,
                                      const int shift) {
  __shared__ unsigned int count[quantile_ranks][256];
  __shared__ unsigned long long prefix[quantile_ranks];
  for (int i = threadIdx.x; i < quantile_ranks * 256; i += blockDim.x) count[i / 256][i % 256] = 0;
  if (threadIdx.x < quantile_ranks) prefix[threadIdx.x] = state->prefix[threadIdx.x];
  __syncthreads();
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) {
    const auto bits = static_cast<unsigned long long>(ordered_bits(values[i])) >> shift;
#pragma unroll
    for (int r = 0; r < quantile_ranks; ++r) {
      if (bits >> 8 == prefix[r]) atomicAdd(&count[r][bits & 255], 1u);
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < quantile_ranks * 256; i += blockDim.x) {
    const unsigned int found = count[i / 256][i % 256];
    if (found > 0) atomicAdd(&state->count[i / 256][i % 256], static_cast<unsigned long long>(found));
  }
}

/// Takes the byte of each rank, and clears the counts; after the last byte, makes the quantiles.
template <class C>
__global__ void quantile_pick_kernel(QuantileState* state, double* out, const QuantileRanks ranks, const bool last) {
  const int r = threadIdx.x;
  if (r < quantile_ranks) {
    unsigned long long left = state->below[r];
    int byte = 0;
    for (; byte < 255 && left >= state->count[r][byte]; ++byte) left -= state->count[r][byte];
    state->below[r] = left;
    state->prefix[r] = state->prefix[r] << 8 | static_cast<unsigned long long>(byte);
  }
  __syncthreads();
  for (int i = threadIdx.x; i < quantile_ranks * 256; i += blockDim.x) state->count[i / 256][i % 256] = 0;
  if (!last || threadIdx.x > 0) return;
  C value[quantile_ranks];
  for (int i = 0; i < quantile_ranks; ++i) {
    if constexpr (sizeof(C) == 4) {
      value[i] = __uint_as_float(static_cast<unsigned int>(state->prefix[i]));
    } else {
      value[i] = __longlong_as_double(static_cast<long long>(state->prefix[i]));
    }
  }
  quantiles_from(out, value, ranks);
}

template <class C>
void find_quantiles(double* out, const Array& values, const QuantileRanks& ranks) {
  const Array memory = Array::empty({static_cast<std::int64_t>(sizeof(QuantileState))}, DType::uint8, values.device());
  auto* const state = static_cast<QuantileState*>(memory.mutable_data());
  // A block counts fewer than 2^32 values.
  const dim3 grid = cuda::grid_for(values.size(), 256, std::max<std::int64_t>(132 * 8, values.size() >> 31));
  cuda::launch(quantile_start_kernel, dim3(1), dim3(256), 0, state, ranks);
  for (int shift = 8 * static_cast<int>(sizeof(C)) - 8; shift >= 0; shift -= 8) {
    cuda::launch(quantile_count_kernel<C>, grid, dim3(256), 0, state, values.data_as<C>(), values.size(), shift);
    cuda::launch(quantile_pick_kernel<C>, dim3(1), dim3(256), 0, state, out, ranks, shift == 0);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
