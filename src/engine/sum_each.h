// SPDX-License-Identifier: Apache-2.0
// sum_each(out, outputs, n, f): out[o] = sum over i in [0, n) of f(o, i), in float64. For few outputs over lists, where
// f has all the mathematics. The order of additions depends on the sizes alone.
#pragma once

#include <algorithm>

#include "core/math.h"
#include "opsin/array.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/sums_cuda.h"
#else
#include <vector>

#include "core/threads.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA

/// Block b adds up piece b / outputs of output b % outputs: pieces of all outputs run beside each other, and what f
/// reads of the list is in the caches.
template <class F>
__global__ void __launch_bounds__(sums_threads)
    sum_each_kernel(double* __restrict__ out, const std::int64_t outputs, const std::int64_t n,
                    const std::int64_t pieces, const F f) {
  const std::int64_t share = (n + pieces - 1) / pieces;
  for (std::int64_t b = blockIdx.x; b < outputs * pieces; b += gridDim.x) {
    const std::int64_t o = b % outputs, piece = b / outputs;
    const std::int64_t end = min(n, (piece + 1) * share);
    double sum = 0;
    for (std::int64_t i = piece * share + threadIdx.x; i < end; i += sums_threads) sum += f(o, i);
    const double total = block_sum(sum);
    if (threadIdx.x == 0) out[o * pieces + piece] = total;
  }
}

/// The sums of pieces of an output.
struct PieceSums {
  const double* partial;
  std::int64_t pieces;
  HD double operator()(std::int64_t output, std::int64_t piece) const { return partial[output * pieces + piece]; }
};

template <class F>
void sum_each(double* out, std::int64_t outputs, std::int64_t n, const F& f) {
  if (outputs <= 0) return;
  constexpr std::int64_t least_share = 16 * sums_threads, most_pieces = 1024;
  const std::int64_t pieces = std::clamp<std::int64_t>(n / least_share, 1, most_pieces);
  const auto run = [&](double* to, std::int64_t pieces_now, std::int64_t of, const auto& term) {
    cuda::launch(sum_each_kernel<std::decay_t<decltype(term)>>, cuda::grid_for(outputs * pieces_now, 1),
                 dim3(sums_threads), 0, to, outputs, of, pieces_now, term);
  };
  if (pieces == 1) return run(out, 1, n, f);
  int device = 0;
  cuda::check(cudaGetDevice(&device), "cudaGetDevice");
  const Array partial = Array::empty({outputs * pieces}, DType::float64, {DeviceKind::cuda, device});
  run(partial.mutable_data_as<double>(), pieces, n, f);
  run(out, 1, pieces, PieceSums{partial.data_as<double>(), pieces});
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
