// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/histogram.h: blocks count in shared memory, small histograms in several copies, so that warps do
// not meet; what does not fit there is counted in global memory.
#pragma once

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t histogram_shared_bytes = 48 * 1024;
inline constexpr int histogram_block = 256;

/// Counts in shared memory. The atomic addition of a constant 1 joins equal bins of a warp by itself.
template <class C, class B>
struct CountShared {
  unsigned int* own;
  int bins;
  B bin;

  __device__ __forceinline__ void operator()(const C (&values)[values_width], unsigned present) const {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const auto at = static_cast<int>(bin(values[e]));
      if (at < bins && (present >> e & 1)) atomicAdd(own + at, 1u);
    }
  }
};

/// Counts in global memory, equal neighbours of a thread at once.
template <class C, class B>
__device__ __forceinline__ void count_global(unsigned long long* counts, const std::int64_t bins,
                                             const MaskedImage& image, const B& bin) {
  each_group_anywhere<C>(image, [&](const C(&values)[values_width], unsigned present) {
    std::int64_t open = bins;
    unsigned int n = 0;
    const auto add = [&] {
      if (open < bins) atomicAdd(counts + open, static_cast<unsigned long long>(n));
    };
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const std::int64_t at = present >> e & 1 ? static_cast<std::int64_t>(bin(values[e])) : bins;
      if (at != open) {
        add();
        open = at;
        n = 0;
      }
      ++n;
    }
    add();
  });
}

/// `copies` of the bins in shared memory, for the warps in turn.
template <class C, class F>
__global__ void __launch_bounds__(histogram_block, values_blocks)
    count_shared_kernel(unsigned long long* counts, const int bins, const int copies,
                        const __grid_constant__ MaskedImage image, const F make) {
  extern __shared__ unsigned int own[];
  for (int i = threadIdx.x; i < copies * bins; i += blockDim.x) own[i] = 0;
  __syncthreads();
  unsigned int* const mine = own + threadIdx.x / 32 % copies * bins;
  const auto count = [&]<class B>(const B& bin) { return CountShared<C, B>{mine, bins, bin}; };
  if constexpr (requires { make.simple(); }) {
    if (make.is_simple()) {
      each_group<C>(image, count(make.simple()));
    } else {
      each_group_anywhere<C>(image, count(make.prepared()));
    }
  } else {
    each_group<C>(image, count(make.prepared()));
  }
  __syncthreads();
  for (int i = threadIdx.x; i < bins; i += blockDim.x) {
    unsigned int sum = 0;
    for (int k = 0; k < copies; ++k) sum += own[k * bins + i];
    if (sum > 0) atomicAdd(counts + i, static_cast<unsigned long long>(sum));
  }
}

template <class C, class F>
__global__ void __launch_bounds__(histogram_block)
    count_global_kernel(unsigned long long* counts, const std::int64_t bins, const __grid_constant__ MaskedImage image,
                        const F make) {
  count_global<C>(counts, bins, image, make.prepared());
}

template <class C, class F>
void count_bins(std::int64_t* counts, std::int64_t bins, const Array& image, const std::optional<Array>& mask,
                const F& bin) {
  if (image.size() == 0) return;
  const std::int64_t table = bins * static_cast<std::int64_t>(sizeof(unsigned int));
  const MaskedImage masked = masked_image(image, mask);
  auto* const to = reinterpret_cast<unsigned long long*>(counts);
  if (table > histogram_shared_bytes) {
    cuda::launch(count_global_kernel<C, F>, values_grid(masked, histogram_block, 8), dim3(histogram_block), 0, to, bins,
                 masked, bin);
    return;
  }
  // Up to one copy for each warp; more shared memory than this would keep blocks from running beside each other.
  const std::int64_t fitting = std::max<std::int64_t>(1, 16 * 1024 / table);
  const auto copies = static_cast<int>(std::min<std::int64_t>(histogram_block / 32, fitting));
  // A block counts fewer than 2^32 elements: there are many of them for a large image.
  cuda::launch(count_shared_kernel<C, F>, values_grid(masked, histogram_block, values_blocks), dim3(histogram_block),
               static_cast<std::size_t>(copies * table), to, static_cast<int>(bins), copies, masked, bin);
}

inline void count_narrow(std::int64_t* counts, const FromOffset& bin, const Array& image,
                         const std::optional<Array>& mask) {
  count_bins<std::int32_t>(counts, bin.bins, image, mask, bin);
}

}  // namespace opsin::OPSIN_TARGET::engine
