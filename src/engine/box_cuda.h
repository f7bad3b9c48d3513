// SPDX-License-Identifier: Apache-2.0
// CUDA side of the box engine. Large windows: a thread makes a segment of outputs along the axis. It sums its first
// window and moves it along, in double, so that the segment ends with no more than a few roundings; where the sum is
// not finite, it starts anew with the next output.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

struct BoxParams {
  Geometry g;
  Plane image, out;
  std::int64_t size, first, segment, segments;
  Border border;
  double cval;
};

template <class C>
__global__ void __launch_bounds__(256) box_kernel(const __grid_constant__ BoxParams p) {
  const std::int64_t n = p.g.height;
  const std::int64_t row = p.g.row();
  const auto in_item = static_cast<std::int64_t>(itemsize(p.image.dtype));
  const auto out_item = static_cast<std::int64_t>(itemsize(p.out.dtype));
  const std::int64_t total = p.g.outer * p.segments * row;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t t = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; t < total; t += step) {
    const std::int64_t e = t % row;
    const std::int64_t begin = t / row % p.segments * p.segment;
    const std::int64_t base = t / row / p.segments * n * row + e;
    const std::int64_t end = begin + p.segment < n ? begin + p.segment : n;
    const auto pixel = [&](std::int64_t i) -> double {
      const std::int64_t at = border_index(i + p.first, n, p.border);
      if (at < 0) return p.cval;
      const std::int64_t index = base + at * row;
      if (p.image.dtype == dtype_of<C>) return static_cast<const C*>(p.image.data)[index];
      return load_one<double>(static_cast<const char*>(p.image.data) + index * in_item, p.image.dtype);
    };
    double sum = 0;
    bool anew = true;
    for (std::int64_t i = begin; i < end; ++i) {
      if (anew) {
        sum = 0;
        for (std::int64_t k = 0; k < p.size; ++k) sum += pixel(i + k);
      } else {
        sum += pixel(i + p.size - 1) - pixel(i - 1);
      }
      anew = !isfinite(sum);
      const std::int64_t index = base + i * row;
      const double mean = sum / static_cast<double>(p.size);
      if (p.out.dtype == dtype_of<C>) {
        static_cast<C*>(p.out.data)[index] = static_cast<C>(mean);
      } else {
        store_one<double>(static_cast<char*>(p.out.data) + index * out_item, p.out.dtype, mean);
      }
    }
  }
}

/// Float windows of few elements are cheaper as sums of taps, two axes in one pass. False: they are not that.
template <class C>
bool run_few(const Array& out, const Array& image, std::span<const BoxPass> passes, double cval) {
  constexpr std::int64_t few = 49;
  if (!std::is_same_v<C, float> || out.dtype() != DType::float32) return false;
  std::vector<AxisFilter> filters;
  for (const BoxPass& p : passes) {
    if (p.size > few) return false;
    std::vector<double> weight(static_cast<std::size_t>(p.size), 1.0 / static_cast<double>(p.size));
    filters.push_back({p.axis, opsin::engine::correlation_taps(std::move(weight)), p.border});
    filters.back().taps.first = static_cast<int>(p.first);
  }
  separable<C>(out, image, {}, filters, cval);
  return true;
}

template <class C>
void run_box(const Geometry& g, const Plane& image, const Plane& out, const BoxPass& pass, double cval) {
  const std::int64_t segment = std::clamp<std::int64_t>(pass.size / 2, 8, 128);
  const BoxParams p{g,           image, out, pass.size, pass.first, segment, (g.height + segment - 1) / segment,
                    pass.border, cval};
  cuda::launch(box_kernel<C>, cuda::grid_for(g.outer * p.segments * g.row(), 256), dim3(256), 0, p);
}

}  // namespace opsin::OPSIN_TARGET::engine
