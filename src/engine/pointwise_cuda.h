// SPDX-License-Identifier: Apache-2.0
// CUDA side of the pointwise engine: four neighbouring elements a thread, so that loads and stores of contiguous lines
// are 16 bytes wide. A thread's share of interleaved channels is longer than 16 bytes, so that neighbouring threads
// would leave gaps between what they move at a time: a warp moves them as one piece and exchanges them in shared
// memory.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "core/device_api.h"
#include "core/scaling.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

template <int N>
struct PointwiseArrays {
  opsin::engine::Loop<N> loop;
  std::int64_t total;
  bool split;  // the inputs are interleaved channels of one image or of two
  bool join;   // the outputs are
};

/// The interleaved images that I inputs are: one, or two of three channels (colours that are compared).
template <int I>
inline constexpr int images_of = I == 6 ? 2 : 1;

/// What a thread moves at a time.
template <class C>
struct alignas(16) Word {
  C value[16 / sizeof(C)];
};

/// Moves K interleaved channels of the 4 elements that each thread of a warp has, 16 bytes a thread and neighbours
/// beside each other.
template <class C, int K>
struct WarpChannels {
  static constexpr int words = 4 * K * static_cast<int>(sizeof(C)) / 16;  // of one thread
  static constexpr bool usable = K > 2 && 4 * K * sizeof(C) % 16 == 0 && words > 1;
  static constexpr int size = usable ? 32 * words + 4 * words : 1;  // of a warp

  /// Odd counts of words spread over the banks by themselves, for even ones there is a gap every 8 words.
  __device__ static int slot(int word) { return words % 2 == 1 ? word : word + word / 8; }

  __device__ static void load(C (&to)[4 * K], const char* from, Word<C>* shared, int lane) {
    const auto* const words_from = reinterpret_cast<const Word<C>*>(from);
    Word<C> moved[words];
#pragma unroll
    for (int w = 0; w < words; ++w) moved[w] = words_from[32 * w + lane];
#pragma unroll
    for (int w = 0; w < words; ++w) shared[slot(32 * w + lane)] = moved[w];
    __syncwarp();
#pragma unroll
    for (int w = 0; w < words; ++w) {
      const Word<C> own = shared[slot(words * lane + w)];
#pragma unroll
      for (unsigned e = 0; e < 16 / sizeof(C); ++e) to[w * (16 / sizeof(C)) + e] = own.value[e];
    }
    __syncwarp();
  }

  __device__ static void store(char* to, const C (&from)[4 * K], Word<C>* shared, int lane) {
#pragma unroll
    for (int w = 0; w < words; ++w) {
      Word<C> own;
#pragma unroll
      for (unsigned e = 0; e < 16 / sizeof(C); ++e) own.value[e] = from[w * (16 / sizeof(C)) + e];
      shared[slot(words * lane + w)] = own;
    }
    __syncwarp();
    auto* const words_to = reinterpret_cast<Word<C>*>(to);
#pragma unroll
    for (int w = 0; w < words; ++w) words_to[32 * w + lane] = shared[slot(32 * w + lane)];
    __syncwarp();
  }
};

/// Whether a warp can move the channels of array k as WarpChannels does; the line is long enough.
template <class C, int K, int N>
__device__ bool as_warp(const opsin::engine::Loop<N>& loop, int k) {
  return WarpChannels<C, K>::usable && loop.dtype[k] == dtype_of<C> &&
         reinterpret_cast<std::uintptr_t>(loop.data[k]) % 16 == 0;
}

template <class C, int I, int O, class F>
__global__ void __launch_bounds__(256, sizeof(C) == 8 ? 2
                                       : I + O < 6    ? 4
                                                      : 3)
    pointwise_kernel(const __grid_constant__ PointwiseArrays<I + O> arrays, const F f,
                     const __grid_constant__ std::array<Scaling, I> scaling, int* highest) {
  constexpr int width = 4, K = I / images_of<I>;
  using Split = WarpChannels<C, K>;
  using Join = WarpChannels<C, O>;
  __shared__ Word<C> exchange[8][Split::size > Join::size ? Split::size : Join::size];
  const auto& loop = arrays.loop;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + width - 1) / width;
  const std::int64_t items = arrays.total / n * per_line;
  const int lane = threadIdx.x % 32;
  auto* const shared = exchange[threadIdx.x / 32];
  int level = 0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t item = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; item < items;
       item += step) {
    std::int64_t line = last == 0 ? 0 : item / per_line;
    const std::int64_t x = (item - line * per_line) * width;
    const int m = static_cast<int>(n - x < width ? n - x : width);
    const std::int64_t warp_x = (item - lane) * width;
    const bool whole = last == 0 && warp_x + 32 * width <= n;  // The same for all of a warp.
    std::int64_t at[I + O];
#pragma unroll
    for (int k = 0; k < I + O; ++k) at[k] = x * loop.strides[k][last];
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t c = line % loop.shape[d];
      line /= loop.shape[d];
#pragma unroll
      for (int k = 0; k < I + O; ++k) at[k] += c * loop.strides[k][d];
    }
    C in[I][width], out[O][width];
    if (I > 1 && arrays.split) {
#pragma unroll
      for (int k = 0; k < I; k += K) {
        const auto* const from = static_cast<const char*>(loop.data[k]);
        C mixed[K * width];
        if (whole && as_warp<C, K>(loop, k) && scaling[k].identity()) {
          if constexpr (Split::usable) {
            Split::load(mixed, from + warp_x * static_cast<std::int64_t>(K * sizeof(C)), shared, lane);
          }
        } else {
          load_group<C, K * width>(mixed, from + at[k], loop.dtype[k], loop.strides[k][last] / K, m * K, scaling[k]);
        }
#pragma unroll
        for (int i = 0; i < K; ++i) {
#pragma unroll
          for (int e = 0; e < width; ++e) in[k + i][e] = mixed[e * K + i];
        }
      }
    } else {
#pragma unroll
      for (int i = 0; i < I; ++i) {
        const auto* const from = static_cast<const char*>(loop.data[i]) + at[i];
        if (I > 1 && loop.strides[i][last] == 0) {  // one value for the line
          const C value = load_one<C>(from, loop.dtype[i]);
#pragma unroll
          for (int e = 0; e < width; ++e) in[i][e] = scaling[i].identity() ? value : scaling[i].apply(value);
        } else {
          load_group<C, width>(in[i], from, loop.dtype[i], loop.strides[i][last], m, scaling[i]);
        }
      }
    }
#pragma unroll
    for (int e = 0; e < width; ++e) {
      C a[I], b[O];
#pragma unroll
      for (int i = 0; i < I; ++i) a[i] = in[i][e];
      if constexpr (Reporting<F, C, I, O>) {
        C report = 0;
        f(a, b, report);
        level = ::max(level, static_cast<int>(report));
      } else {
        f(a, b);
      }
#pragma unroll
      for (int o = 0; o < O; ++o) out[o][e] = b[o];
    }
    if (O > 1 && arrays.join) {
      C mixed[O * width];
#pragma unroll
      for (int o = 0; o < O; ++o) {
#pragma unroll
        for (int e = 0; e < width; ++e) mixed[e * O + o] = out[o][e];
      }
      auto* const to = static_cast<char*>(loop.data[I]);
      if (whole && as_warp<C, O>(loop, I)) {
        if constexpr (Join::usable) {
          Join::store(to + warp_x * static_cast<std::int64_t>(O * sizeof(C)), mixed, shared, lane);
        }
      } else {
        store_group<C, O * width>(to + at[I], mixed, loop.dtype[I], loop.strides[I][last] / O, m * O);
      }
    } else {
#pragma unroll
      for (int o = 0; o < O; ++o) {
        store_group<C, width>(static_cast<char*>(loop.data[I + o]) + at[I + o], out[o], loop.dtype[I + o],
                              loop.strides[I + o][last], m);
      }
    }
  }
  if constexpr (Reporting<F, C, I, O>) {
    // The read keeps all threads but the first from queueing at one address.
    if (level > 0 && level > __ldcg(highest)) atomicMax(highest, level);
  }
}

template <class C, int I, int O, class F>
int run_pointwise(const opsin::engine::Loop<I + O>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  constexpr int K = I / images_of<I>;
  PointwiseArrays<I + O> arrays{loop, loop.size(),
                                loop.template interleaved<K>(0) && loop.template interleaved<K>(I - K),
                                loop.template interleaved<O>(I)};
  const std::int64_t items = loop.lines() * ((loop.line_length() + 3) / 4);
  const auto launch = [&](int* highest) {
    cuda::launch(pointwise_kernel<C, I, O, F>, cuda::grid_for(items, 256), dim3(256), 0, arrays, f, scaling, highest);
  };
  if constexpr (Reporting<F, C, I, O>) {
    const auto stream = current_stream();
    core::check<CudaError>(!core::device_api().is_capturing(stream), "cuda",
                           "this operation checks the values of its input, which cannot be captured into a graph");
    int device = 0;
    cuda::check(cudaGetDevice(&device), "cudaGetDevice");
    const Array highest = Array::zeros({1}, DType::int32, {DeviceKind::cuda, device});
    launch(highest.mutable_data_as<int>());
    int level = 0;
    core::device_api().copy(&level, highest.data(), sizeof level, core::CopyKind::device_to_host, stream);
    return level;
  } else {
    launch(nullptr);
    return 0;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
