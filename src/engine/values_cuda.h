// SPDX-License-Identifier: Apache-2.0
// The elements of an image in groups of neighbours, as values of a compute type: the loop of kernels that read an image
// and keep something small.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

/// An image, and a mask (bool) of the same shape where there is one.
struct MaskedImage {
  opsin::engine::Loop<2> loop;
  std::int64_t total;
  bool masked;
};

inline MaskedImage masked_image(const Array& image, const std::optional<Array>& mask) {
  const auto loop = opsin::engine::make_loop<2>({image, mask ? *mask : image});
  return {loop, loop.size(), mask.has_value()};
}

inline constexpr int values_width = 4;

inline dim3 values_grid(const MaskedImage& image, int block, int blocks_per_multiprocessor) {
  const std::int64_t items = image.loop.lines() * ((image.loop.line_length() + values_width - 1) / values_width);
  return cuda::grid_for(items, block, std::int64_t{cuda::multiprocessors()} * blocks_per_multiprocessor);
}

/// Calls f(values, present): up to values_width values, bit e of `present` set where value e is an element.
template <class C, class F>
__device__ __forceinline__ void each_group(const MaskedImage& image, const F& f) {
  const auto& loop = image.loop;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + values_width - 1) / values_width;
  const std::int64_t items = image.total / n * per_line;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t item = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; item < items;
       item += step) {
    std::int64_t line = last == 0 ? 0 : item / per_line;
    const std::int64_t x = (item - line * per_line) * values_width;
    const int m = static_cast<int>(n - x < values_width ? n - x : values_width);
    std::int64_t at = x * loop.strides[0][last], mask_at = x * loop.strides[1][last];
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t c = line % loop.shape[d];
      line /= loop.shape[d];
      at += c * loop.strides[0][d];
      mask_at += c * loop.strides[1][d];
    }
    C values[values_width];
    load_group<C, values_width>(values, static_cast<const char*>(loop.data[0]) + at, loop.dtype[0],
                                loop.strides[0][last], m, Scaling{});
    unsigned present = (1u << m) - 1;
    if (image.masked) {
#pragma unroll
      for (int e = 0; e < values_width; ++e) {
        const char* held = static_cast<const char*>(loop.data[1]) + mask_at + e * loop.strides[1][last];
        if (e < m && *held == 0) present &= ~(1u << e);
      }
    }
    f(values, present);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
