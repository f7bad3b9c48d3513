// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/wide_stencil.h. A block makes a tile of 32 x 8 outputs; its threads read what they need through
// the L1 cache, where neighbours meet.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C, class F>
__global__ void inner_stencil_kernel(C* __restrict__ out, const void* __restrict__ image, const DType dtype,
                                     const Scaling scaling, const std::int64_t rows, const std::int64_t columns,
                                     const F f) {
  const std::int64_t x = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (x >= columns) return;
  const bool inside_x = x >= F::reach.x && x + F::reach.x < columns;
  for (std::int64_t y = static_cast<std::int64_t>(blockIdx.y) * blockDim.y + threadIdx.y; y < rows;
       y += static_cast<std::int64_t>(gridDim.y) * blockDim.y) {
    C made[1] = {C(0)};
    if (inside_x && y >= F::reach.y && y + F::reach.y < rows) {
      if (dtype == dtype_of<C>) {
        const C* const p = static_cast<const C*>(image) + y * columns + x;
        f([&](int, int dy, int dx) { return p[dy * columns + dx]; }, made);
      } else {
        const char* const p = static_cast<const char*>(image);
        const auto item = static_cast<std::int64_t>(itemsize(dtype));
        f([&](int, int dy,
              int dx) { return scaling.apply(load_one<C>(p + ((y + dy) * columns + x + dx) * item, dtype)); },
          made);
      }
    }
    out[y * columns + x] = made[0];
  }
}

template <class C, class F>
void run_inner_stencil(const Array& out, const Array& image, const Scaling& scaling, const F& f) {
  const std::int64_t rows = image.shape(0);
  const std::int64_t columns = image.shape(1);
  const std::int64_t across = (columns + 31) / 32;
  core::check(across < (std::int64_t{1} << 31), "stencil", "rows of more than 2^36 elements are not supported");
  const dim3 grid(static_cast<unsigned>(across), static_cast<unsigned>(std::min<std::int64_t>((rows + 7) / 8, 65535)));
  cuda::launch(inner_stencil_kernel<C, F>, grid, dim3(32, 8), 0, out.mutable_data_as<C>(), image.data(), image.dtype(),
               scaling, rows, columns, f);
}

}  // namespace opsin::OPSIN_TARGET::engine
