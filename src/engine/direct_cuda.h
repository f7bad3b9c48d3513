// SPDX-License-Identifier: Apache-2.0
// CUDA side of the direct engine: a thread an element, straight from global memory. Neighbouring threads read
// neighbouring elements, and the caches hold what the taps share.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

struct DirectParams {
  int ndim;
  int taps;
  std::int64_t size;
  std::int64_t shape[max_ndim];
  int before[max_ndim];
  int after[max_ndim];
  const void* input;
  DType input_dtype;
  void* output;
  DType output_dtype;
  Scaling scaling;
  Border border;
};

/// A tap's distance in elements, and along each axis.
template <class C>
struct DeviceTap {
  std::int64_t distance;
  C weight;
  int offset[max_ndim];
};

template <class C>
__global__ void direct_kernel(const __grid_constant__ DirectParams p, const DeviceTap<C>* __restrict__ taps, const C cval) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const auto item = static_cast<std::int64_t>(itemsize(p.input_dtype));
  const bool same = p.input_dtype == dtype_of<C> && p.scaling.identity();
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < p.size; i += step) {
    std::int64_t position[max_ndim];
    bool inside = true;
    std::int64_t rest = i;
#pragma unroll
    for (int d = max_ndim - 1; d >= 0; --d) {
      if (d >= p.ndim) continue;
      const std::int64_t n = p.shape[d];
      position[d] = rest % n;
      rest /= n;
      inside = inside && position[d] >= p.before[d] && position[d] + p.after[d] < n;
    }
    const auto load = [&](std::int64_t at) {
      if (same) return static_cast<const C*>(p.input)[at];
      return p.scaling.apply(load_one<C>(static_cast<const char*>(p.input) + at * item, p.input_dtype));
    };
    C sum = C(0);
    for (int t = 0; t < p.taps; ++t) {
      const DeviceTap<C>& tap = taps[t];
      std::int64_t at = i + tap.distance;
      if (!inside) {
        at = 0;
#pragma unroll
        for (int d = 0; d < max_ndim; ++d) {
          if (d >= p.ndim || at < 0) continue;
          const std::int64_t from = border_index(position[d] + tap.offset[d], p.shape[d], p.border);
          at = from < 0 ? -1 : at * p.shape[d] + from;
        }
      }
      sum = add_product(sum, tap.weight, at < 0 ? cval : load(at));
    }
    store_one<C>(static_cast<char*>(p.output) + i * static_cast<std::int64_t>(itemsize(p.output_dtype)), p.output_dtype,
                 sum);
  }
}

template <class C>
void run_direct(const Array& out, const Array& image, const Scaling& scaling, std::span<const DirectTap> taps,
                Border border, C cval) {
  const TapReach reach(taps);
  DirectParams p{};
  p.ndim = image.ndim();
  p.taps = static_cast<int>(taps.size());
  p.size = image.size();
  for (int d = 0; d < p.ndim; ++d) {
    p.shape[d] = image.shape(d);
    p.before[d] = reach.before[static_cast<std::size_t>(d)];
    p.after[d] = reach.after[static_cast<std::size_t>(d)];
  }
  p.input = image.data();
  p.input_dtype = image.dtype();
  p.output = out.mutable_data();
  p.output_dtype = out.dtype();
  p.scaling = scaling;
  p.border = border;
  std::vector<DeviceTap<C>> host(taps.size());
  for (std::size_t t = 0; t < taps.size(); ++t) {
    host[t].weight = static_cast<C>(taps[t].weight);
    for (int d = 0; d < p.ndim; ++d) {
      host[t].offset[d] = taps[t].offset[static_cast<std::size_t>(d)];
      host[t].distance = host[t].distance * p.shape[d] + host[t].offset[d];
    }
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(host.data());
  const auto count = static_cast<std::int64_t>(host.size() * sizeof(DeviceTap<C>));
  const Array table = Array::from(std::span<const std::uint8_t>(bytes, host.size() * sizeof(DeviceTap<C>)), {count})
                          .to(image.device());
  cuda::launch(direct_kernel<C>, cuda::grid_for(p.size, 256), dim3(256), 0, p,
               reinterpret_cast<const DeviceTap<C>*>(table.data()), cval);
}

}  // namespace opsin::OPSIN_TARGET::engine
