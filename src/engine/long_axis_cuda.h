// SPDX-License-Identifier: Apache-2.0
// One axis of any length on CUDA: filters too long for the tile and streaming kernels.
#pragma once

#include <vector>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "core/device_api.h"

namespace opsin::OPSIN_TARGET::engine {

/// A thread an element, straight from global memory: filters too long for a tile. Slower by the number of taps a
/// cache line serves; rows and columns still come coalesced.
template <class C>
__global__ void long_axis_kernel(const Geometry g, const Plane input, const Plane output, const Border border,
                                 const C cval, const C* __restrict__ w, const int n, const int first,
                                 const Taps::Symmetry symmetry) {
  // The filtered axis is g.height; g.row() elements lie beside it.
  const std::int64_t total = g.size();
  const std::int64_t row = g.row();
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const auto item = static_cast<std::int64_t>(itemsize(input.dtype));
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < total; i += step) {
    const std::int64_t e = i % row;
    const std::int64_t y = i / row % g.height;
    const char* line = static_cast<const char*>(input.data) + (i / row / g.height * g.height * row + e) * item;
    const auto at = [&](int k) {
      const std::int64_t from = border_index(y + first + k, g.height, border);
      if (from < 0) return cval;
      const char* p = line + from * row * item;
      const C value = input.dtype == dtype_of<C> ? *reinterpret_cast<const C*>(p) : load_one<C>(p, input.dtype);
      const C scaled = input.scaling.apply(value);
      return input.times
                 ? scaled * *(static_cast<const C*>(input.times) + (p - static_cast<const char*>(input.data)) / item)
                 : scaled;
    };
    C acc = C(0);
    if (std::is_same_v<C, float> && symmetry == Taps::Symmetry::odd) {
      acc = at(n / 2) * w[n / 2];
      for (int k = 0; k < n / 2; ++k) acc = OPSIN_TARGET::fma(w[k], at(k) - at(n - 1 - k), acc);
    } else if constexpr (std::is_same_v<C, float>) {
      for (int k = 0; k < n; ++k) acc = fmaf(w[k], at(k), acc);
    } else if (symmetry == Taps::Symmetry::none) {
      acc = at(n - 1) * w[n - 1];
      for (int k = 0; k < n - 1; ++k) acc += at(k) * w[k];
    } else {
      acc = at(n / 2) * w[n / 2];
      for (int k = 0; k < n / 2; ++k) {
        acc += (symmetry == Taps::Symmetry::even ? at(k) + at(n - 1 - k) : at(k) - at(n - 1 - k)) * w[k];
      }
    }
    store_one<C>(static_cast<char*>(output.data) + i * static_cast<std::int64_t>(itemsize(output.dtype)), output.dtype,
                 acc);
  }
}

/// One axis of any length into `output`.
template <class C>
void run_long_axis(const Geometry& g, const Plane& input, const Plane& output, const Taps& taps, Border border,
                   double cval) {
  std::vector<C> weights(taps.weight.begin(), taps.weight.end());
  const Device device{DeviceKind::cuda, core::device_api().get_device()};
  const Array host = Array::from(std::span<const C>(weights), {taps.size()});
  const Array w = host.to(device);
  cuda::launch(long_axis_kernel<C>, cuda::grid_for(g.size(), 256), dim3(256), 0, g, input, output, border,
               static_cast<C>(cval), w.data_as<C>(), taps.size(), taps.first, taps.symmetry);
}

}  // namespace opsin::OPSIN_TARGET::engine
