// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/split.h: one cooperative kernel, whose blocks wait for each other after each pass. The last of
// them to finish adds up what all of them left. Every second pass walks backwards: what the pass before read last is
// still in the second-level cache.
#pragma once

#include <cooperative_groups.h>

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int split_block = 256;

/// The sum over a block, on its first thread; all threads call this.
__device__ inline SplitSums split_block_sum(SplitSums s) {
  __shared__ SplitSums warps[split_block / 32];
  const auto along_warp = [](SplitSums x) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
      x += SplitSums{__shfl_down_sync(0xffffffffu, x.above, step), __shfl_down_sync(0xffffffffu, x.below, step),
                     __shfl_down_sync(0xffffffffu, x.count_above, step),
                     __shfl_down_sync(0xffffffffu, x.count_below, step)};
    }
    return x;
  };
  s = along_warp(s);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = s;
  __syncthreads();
  SplitSums all{};
  if (threadIdx.x < 32) {
    if (threadIdx.x < split_block / 32) all = warps[threadIdx.x];
    all = along_warp(all);
  }
  __syncthreads();
  return all;
}

/// Nothing lies between a level and itself.
struct NothingBetween {
  __device__ __forceinline__ void operator()(double) const {}
};

/// The sums of a thread, of what is above `high` and of what is at most `low`; between(value) for the rest. Nothing
/// branches: what does not count adds zero.
template <class C, class Between = NothingBetween>
struct SplitThread {
  C origin;
  double low, high;
  bool finite;
  Between between{};
  double above = 0, below = 0;
  std::int32_t count_above = 0, count_below = 0;

  __device__ __forceinline__ void operator()(const C (&values)[values_width], unsigned present) {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const C x = values[e] - origin;
      const double v = x;
      const bool counts = (present >> e & 1) && (!finite || x - x == C(0));
      const bool up = counts && v > high, down = counts && v <= low;
      above += up ? v : 0.0;
      below += down ? v : 0.0;
      count_above += up;
      count_below += down;
      if (counts && !up && !down) between(v);
    }
  }
};

/// What a pass reads, and how it is shared out: by the number of elements alone, so that sums are the same on any
/// device.
struct SplitImage {
  const void* data;
  DType dtype;
  std::int64_t n;
  int parts;
  bool finite;
};

template <class C, class Own>
__device__ __forceinline__ SplitSums split_part(const SplitImage& image, int part, Own own, bool backwards) {
  const PackWalk walk{part * std::int64_t{split_block} + threadIdx.x, image.parts * std::int64_t{split_block},
                      backwards};
  const auto add = [&](const C(&values)[values_width], unsigned present) { own(values, present); };
  const auto is = [&]<class T>(Tag<T>) {
    if (image.dtype != dtype_of<T> || reinterpret_cast<std::uintptr_t>(image.data) % 16 != 0) return false;
    each_packed<C>(static_cast<const T*>(image.data), image.n, walk, add);
    return true;
  };
  if (!is(Tag<float>{}) && !(sizeof(C) == 8 && is(Tag<double>{}))) {
    const auto item = static_cast<std::int64_t>(itemsize(image.dtype));
    for (std::int64_t i = walk.thread * values_width; i < image.n; i += walk.threads * values_width) {
      const int m = static_cast<int>(image.n - i < values_width ? image.n - i : values_width);
      C values[values_width];
      load_group<C, values_width>(values, static_cast<const char*>(image.data) + i * item, image.dtype, item, m,
                                  Scaling{});
      add(values, (1u << m) - 1);
    }
  }
  return {own.above, own.below, own.count_above, own.count_below};
}

/// The last block to come here adds up what all of them left, and calls f with it on one thread.
template <class F>
__device__ __forceinline__ void last_sums(const SplitSums* parts, const int count, unsigned int* arrived, const F& f) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(arrived, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  SplitSums all{};
  for (int part = threadIdx.x; part < count; part += split_block) {
    const volatile SplitSums* p = parts + part;
    all += SplitSums{p->above, p->below, p->count_above, p->count_below};
  }
  all = split_block_sum(all);
  if (threadIdx.x == 0) {
    *arrived = 0;
    f(all);
  }
}

/// Passes [first, first + passes), the launch being cooperative where there are several.
template <class C, class F>
__global__ void __launch_bounds__(split_block, values_blocks)
    split_kernel(const __grid_constant__ SplitImage image, SplitSums* parts, unsigned int* arrived, const int first,
                 const int passes, const F f) {
  for (int pass = first; pass < first + passes; ++pass) {
    if (f.over()) return;
    const double level = f.level();
    const SplitThread<C> start{static_cast<C>(f.origin()), level, level, image.finite};
    for (int part = blockIdx.x; part < image.parts; part += gridDim.x) {
      const SplitSums own = split_block_sum(split_part<C>(image, part, start, pass % 2 != 0));
      if (threadIdx.x == 0) parts[part] = own;
    }
    last_sums(parts, image.parts, arrived, [&](const SplitSums& all) { f.next(all); });
    if (passes > 1) cooperative_groups::this_grid().sync();
  }
}

/// An image, and the memory that a pass over it needs.
struct SplitWork {
  SplitImage image;
  Array parts, arrived;

  SplitWork(const Array& of, bool finite) : image{of.data(), of.dtype(), of.size(), 0, finite} {
    constexpr std::int64_t most_parts = 132 * values_blocks, share = values_width * split_block;
    image.parts = static_cast<int>(std::clamp<std::int64_t>((image.n + share - 1) / share, 1, most_parts));
    parts = Array::empty({static_cast<std::int64_t>(sizeof(SplitSums)) * image.parts}, DType::uint8, of.device());
    arrived = Array::zeros({1}, DType::uint32, of.device());
  }
  SplitSums* sums() const { return static_cast<SplitSums*>(parts.mutable_data()); }
  unsigned int* ticket() const { return arrived.mutable_data_as<unsigned int>(); }
};

template <class C, class F>
void iterate_split(const Array& image, int passes, bool finite, const F& f) {
  const SplitWork work(image, finite);
  const auto count = static_cast<unsigned>(work.image.parts);
  const int resident = passes > 1 ? cuda::cooperative_blocks(split_kernel<C, F>, split_block) : 0;
  if (resident > 0) {
    const dim3 grid(std::min(count, static_cast<unsigned>(resident)));
    cuda::launch_cooperative(split_kernel<C, F>, grid, dim3(split_block), work.image, work.sums(), work.ticket(), 0,
                             passes, f);
    return;
  }
  for (int pass = 0; pass < passes; ++pass) {
    cuda::launch(split_kernel<C, F>, dim3(count), dim3(split_block), 0, work.image, work.sums(), work.ticket(), pass, 1,
                 f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
