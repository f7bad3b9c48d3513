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
    int at[values_width];
    bool sure = false;
    if constexpr (requires { bin.quick(values[0], sure); }) {
      sure = true;
#pragma unroll
      for (int e = 0; e < values_width; ++e) at[e] = static_cast<int>(bin.quick(values[e], sure));
    }
    if (!sure) {
#pragma unroll
      for (int e = 0; e < values_width; ++e) at[e] = static_cast<int>(bin(values[e]));
    }
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      if (at[e] < bins && (present >> e & 1)) atomicAdd(own + at[e], 1u);
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

inline constexpr int wide_block = 1024;
inline constexpr int wide_packs = 7;  // of eight elements, of a thread: a block's are fewer than a 16-bit counter holds
inline constexpr int wide_round = wide_block * wide_packs * 8;
static_assert(wide_round < 1 << 16);

/// Elements of 16 bits, counted in shared memory by counters of 16 bits, two in a word: images hold few different
/// values or runs of them more often than noise, for which atomic operations in global memory queue up.
template <class T>
__global__ void __launch_bounds__(wide_block, 1)
    count_wide_kernel(unsigned long long* counts, const int bins, const T* __restrict__ data, const std::int64_t n,
                      const FromOffset bin) {
  extern __shared__ unsigned int pairs[];
  const int words = (bins + 1) / 2;
  for (int i = threadIdx.x; i < words; i += wide_block) pairs[i] = 0;
  __syncthreads();
  const auto add = [&](int at, unsigned int times) {
    if (at < bins) atomicAdd(pairs + at / 2, times << at % 2 * 16);
  };
  const auto bin_of = [&](T x) { return static_cast<int>(bin(x)); };
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * wide_round;
  for (std::int64_t base = blockIdx.x * std::int64_t{wide_round}; base < n; base += step) {
#pragma unroll
    for (int p = 0; p < wide_packs; ++p) {
      const std::int64_t first = base + (p * wide_block + static_cast<int>(threadIdx.x)) * 8;
      if (first + 8 <= n) {
        const auto pack = *reinterpret_cast<const Pack<T, 8>*>(data + first);
        int open = bin_of(pack.value[0]);
        unsigned int times = 1;
#pragma unroll
        for (int e = 1; e < 8; ++e) {
          const int at = bin_of(pack.value[e]);
          if (at != open) {
            add(open, times);
            open = at;
            times = 0;
          }
          ++times;
        }
        add(open, times);
      } else {
        for (std::int64_t i = first; i < n; ++i) add(bin_of(data[i]), 1);
      }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < words; i += wide_block) {
      const unsigned int pair = pairs[i];
      pairs[i] = 0;
      if (pair & 0xffffu) atomicAdd(counts + 2 * i, static_cast<unsigned long long>(pair & 0xffffu));
      if (pair >> 16) atomicAdd(counts + 2 * i + 1, static_cast<unsigned long long>(pair >> 16));
    }
    __syncthreads();
  }
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
  const auto wide = [&]<class T>(Tag<T>) {
    const std::int64_t rounds = (image.size() + wide_round - 1) / wide_round;
    const dim3 grid(static_cast<unsigned>(std::min<std::int64_t>(rounds, cuda::multiprocessors())));
    cuda::launch(count_wide_kernel<T>, grid, dim3(wide_block), static_cast<std::size_t>(bin.bins + 1) / 2 * 4,
                 reinterpret_cast<unsigned long long*>(counts), static_cast<int>(bin.bins), image.data_as<T>(),
                 image.size(), bin);
  };
  // A round of few elements is not worth its counters.
  const bool line = !mask && image.is_contiguous() && image.size() >= wide_round &&
                    reinterpret_cast<std::uintptr_t>(image.data()) % 16 == 0;
  if (line && image.dtype() == DType::uint16) {
    wide(Tag<std::uint16_t>{});
  } else if (line && image.dtype() == DType::int16) {
    wide(Tag<std::int16_t>{});
  } else {
    count_bins<std::int32_t>(counts, bin.bins, image, mask, bin);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
