// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/histogram.h: blocks count in shared memory, small histograms in several copies, so that warps do
// not meet; what does not fit there is counted in global memory. Equal neighbours of a thread are counted at once.
#pragma once

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t histogram_shared_bytes = 48 * 1024;
inline constexpr int histogram_block = 256;

/// `copies` 0: no shared memory.
template <class C, class F>
__global__ void __launch_bounds__(histogram_block)
    count_bins_kernel(unsigned long long* counts, const std::int64_t bins, const int copies,
                      const __grid_constant__ MaskedImage image, const F make) {
  extern __shared__ unsigned int own[];
  const int length = static_cast<int>(bins);
  for (int i = threadIdx.x; i < copies * length; i += blockDim.x) own[i] = 0;
  __syncthreads();
  const auto bin = make.prepared();
  unsigned int* const mine = copies > 0 ? own + threadIdx.x / 32 % copies * length : nullptr;
  const auto add = [&](std::int64_t at, unsigned int n) {
    if (at >= bins || n == 0) return;
    if (mine) {
      atomicAdd(mine + at, n);
    } else {
      atomicAdd(counts + at, static_cast<unsigned long long>(n));
    }
  };
  each_group<C>(image, [&](const C(&values)[values_width], unsigned present) {
    std::int64_t open = bins;
    unsigned int n = 0;
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const std::int64_t at = present >> e & 1 ? static_cast<std::int64_t>(bin(values[e])) : bins;
      if (at != open) {
        add(open, n);
        open = at;
        n = 0;
      }
      ++n;
    }
    add(open, n);
  });
  if (copies == 0) return;
  __syncthreads();
  for (int i = threadIdx.x; i < length; i += blockDim.x) {
    unsigned int sum = 0;
    for (int k = 0; k < copies; ++k) sum += own[k * length + i];
    if (sum > 0) atomicAdd(counts + i, static_cast<unsigned long long>(sum));
  }
}

template <class C, class F>
void count_bins(std::int64_t* counts, std::int64_t bins, const Array& image, const std::optional<Array>& mask,
                const F& bin) {
  if (image.size() == 0) return;
  const std::int64_t table = bins * static_cast<std::int64_t>(sizeof(unsigned int));
  // Up to one copy for each warp; more shared memory than this would keep blocks from running beside each other.
  const std::int64_t fitting = std::max<std::int64_t>(1, 16 * 1024 / table);
  const int copies =
      table > histogram_shared_bytes ? 0 : static_cast<int>(std::min<std::int64_t>(histogram_block / 32, fitting));
  const MaskedImage masked = masked_image(image, mask);
  // A block counts fewer than 2^32 elements: there are many of them for a large image.
  cuda::launch(count_bins_kernel<C, F>, values_grid(masked, histogram_block, 8), dim3(histogram_block),
               static_cast<std::size_t>(copies * table), reinterpret_cast<unsigned long long*>(counts), bins, copies,
               masked, bin);
}

inline void count_narrow(std::int64_t* counts, const FromOffset& bin, const Array& image,
                         const std::optional<Array>& mask) {
  count_bins<std::int32_t>(counts, bin.bins, image, mask, bin);
}

}  // namespace opsin::OPSIN_TARGET::engine
