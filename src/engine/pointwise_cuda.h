// SPDX-License-Identifier: Apache-2.0
// CUDA side of the pointwise engine: four neighbouring elements a thread, so that loads and stores of contiguous lines
// are 16 bytes wide.
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
  bool split;  // the inputs are interleaved channels
  bool join;   // the outputs are
};

template <class C, int I, int O, class F>
__global__ void __launch_bounds__(256, sizeof(C) == 8 ? 2 : 4)
    pointwise_kernel(const __grid_constant__ PointwiseArrays<I + O> arrays, const F f,
                     const __grid_constant__ std::array<Scaling, I> scaling, int* highest) {
  constexpr int width = 4;
  const auto& loop = arrays.loop;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + width - 1) / width;
  const std::int64_t items = arrays.total / n * per_line;
  int level = 0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t item = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; item < items;
       item += step) {
    std::int64_t line = last == 0 ? 0 : item / per_line;
    const std::int64_t x = (item - line * per_line) * width;
    const int m = static_cast<int>(n - x < width ? n - x : width);
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
      C mixed[I * width];
      load_group<C, I * width>(mixed, static_cast<const char*>(loop.data[0]) + at[0], loop.dtype[0],
                               loop.strides[0][last] / I, m * I, scaling[0]);
#pragma unroll
      for (int i = 0; i < I; ++i) {
#pragma unroll
        for (int e = 0; e < width; ++e) in[i][e] = mixed[e * I + i];
      }
    } else {
#pragma unroll
      for (int i = 0; i < I; ++i) {
        load_group<C, width>(in[i], static_cast<const char*>(loop.data[i]) + at[i], loop.dtype[i],
                             loop.strides[i][last], m, scaling[i]);
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
      store_group<C, O * width>(static_cast<char*>(loop.data[I]) + at[I], mixed, loop.dtype[I],
                                loop.strides[I][last] / O, m * O);
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
  PointwiseArrays<I + O> arrays{loop, loop.size(), loop.template interleaved<I>(0), loop.template interleaved<O>(I)};
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
