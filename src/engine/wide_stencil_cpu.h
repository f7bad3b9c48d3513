// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/wide_stencil.h: the stencil engine, then the frame.
#pragma once

#include <algorithm>

namespace opsin::OPSIN_TARGET::engine {

template <class C, class F>
void run_inner_stencil(const Array& out, const Array& image, const Scaling& scaling, const F& f) {
  const std::int64_t rows = image.shape(0);
  const std::int64_t columns = image.shape(1);
  constexpr std::int64_t dy = F::reach.y, dx = F::reach.x;
  stencil<C, 1, F>({out}, image, scaling, Border::nearest, 0, f);
  C* const p = out.mutable_data_as<C>();
  for (std::int64_t y = 0; y < rows; ++y) {
    C* const row = p + y * columns;
    if (y < dy || y >= rows - dy || columns <= 2 * dx) {
      std::fill_n(row, columns, C(0));
    } else {
      std::fill_n(row, dx, C(0));
      std::fill_n(row + columns - dx, dx, C(0));
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
