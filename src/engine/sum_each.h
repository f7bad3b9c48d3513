// SPDX-License-Identifier: Apache-2.0
// sum_each(out, outputs, n, f): out[o] = sum over i in [0, n) of f(o, i), in float64. For few outputs over lists, where
// f has all the mathematics. The order of additions depends on the sizes alone.
#pragma once

#include "core/math.h"
#include "opsin/array.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/sums_cuda.h"
#else
#include <algorithm>
#include <vector>

#include "core/threads.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA

template <class F>
__global__ void __launch_bounds__(sums_threads)
    sum_each_kernel(double* __restrict__ out, const std::int64_t outputs, const std::int64_t n, const F f) {
  for (std::int64_t o = blockIdx.x; o < outputs; o += gridDim.x) {
    double sum = 0;
    for (std::int64_t i = threadIdx.x; i < n; i += sums_threads) sum += f(o, i);
    const double total = block_sum(sum);
    if (threadIdx.x == 0) out[o] = total;
  }
}

template <class F>
void sum_each(double* out, std::int64_t outputs, std::int64_t n, const F& f) {
  if (outputs > 0) {
    cuda::launch(sum_each_kernel<F>, cuda::grid_for(outputs, 1), dim3(sums_threads), 0, out, outputs, n, f);
  }
}

#else

template <class F>
void sum_each(double* out, std::int64_t outputs, std::int64_t n, const F& f) {
  constexpr std::int64_t share = 4096;
  const std::int64_t pieces = std::max<std::int64_t>(1, (n + share - 1) / share);
  std::vector<double> partial(static_cast<std::size_t>(outputs * pieces));
  core::parallel_for(outputs * pieces,
                     std::max<std::int64_t>(1, (1 << 13) / std::max<std::int64_t>(1, std::min(n, share))),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t t = begin; t < end; ++t) {
                         double sum = 0;
                         for (std::int64_t i = t % pieces * share; i < std::min(n, (t % pieces + 1) * share); ++i)
                           sum += f(t / pieces, i);
                         partial[static_cast<std::size_t>(t)] = sum;
                       }
                     });
  for (std::int64_t o = 0; o < outputs; ++o) {
    out[o] = 0;
    for (std::int64_t p = 0; p < pieces; ++p) out[o] += partial[static_cast<std::size_t>(o * pieces + p)];
  }
}

#endif

}  // namespace opsin::OPSIN_TARGET::engine
