// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/split_between.h: bins in shared memory, sums as split_kernel() has them.
#pragma once

namespace opsin::OPSIN_TARGET::engine {

/// Counts a value in its bin.
struct CountBetween {
  SplitBin bin;
  unsigned int* own;
  __device__ __forceinline__ void operator()(double x) const { atomicAdd(own + bin(x), 1u); }
};

template <class C, class F>
__global__ void __launch_bounds__(split_block, values_blocks)
    split_between_kernel(const __grid_constant__ SplitImage image, SplitSums* parts, unsigned int* arrived,
                         SplitSums* outside, unsigned long long* counts, const int bins, const F range) {
  extern __shared__ unsigned int own[];
  for (int i = threadIdx.x; i < bins; i += split_block) own[i] = 0;
  __syncthreads();
  const SplitRange<C> r = range();
  const SplitThread<C, CountBetween> start{r.origin, r.low, r.high, true, {SplitBin(r, bins), own}};
  const SplitSums sums = split_block_sum(split_part<C>(image, blockIdx.x, start, false));
  if (threadIdx.x == 0) parts[blockIdx.x] = sums;
  // All threads of the block have counted: split_block_sum() waits for them.
  for (int i = threadIdx.x; i < bins; i += split_block) {
    if (own[i] > 0) atomicAdd(counts + i, static_cast<unsigned long long>(own[i]));
  }
  last_sums(parts, image.parts, arrived, [&](const SplitSums& all) { *outside = all; });
}

template <class C, class F>
void split_between(SplitSums* outside, std::int64_t* counts, int bins, const Array& image, const F& range) {
  const SplitWork work(image, true);
  cuda::launch(split_between_kernel<C, F>, dim3(static_cast<unsigned>(work.image.parts)), dim3(split_block),
               sizeof(unsigned int) * static_cast<std::size_t>(bins), work.image, work.sums(), work.ticket(), outside,
               reinterpret_cast<unsigned long long*>(counts), bins, range);
}

}  // namespace opsin::OPSIN_TARGET::engine
