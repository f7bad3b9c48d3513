// SPDX-License-Identifier: Apache-2.0
// Direct engine: correlation with any list of taps in any number of axes. Sums run in the order of the taps, without
// fused operations in double, so float64 results equal SciPy's bit for bit when the taps come in raster order.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/border.h"
#include "core/dispatch.h"
#include "core/scaling.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// weight times the element at this distance along each axis.
struct DirectTap {
  std::array<int, max_ndim> offset{};
  double weight = 0;
};

/// Adds w * x to a sum.
template <class V>
HD V add_product(V sum, V w, V x) {
  if constexpr (std::is_same_v<Element<V>, float>) {
    return fma(w, x, sum);
  } else {
    return sum + w * x;
  }
}

/// How far the taps reach before and after an element, both >= 0.
struct TapReach {
  std::array<int, max_ndim> before{};
  std::array<int, max_ndim> after{};

  explicit TapReach(std::span<const DirectTap> taps) {
    for (const DirectTap& t : taps) {
      for (std::size_t d = 0; d < max_ndim; ++d) {
        before[d] = std::max(before[d], -t.offset[d]);
        after[d] = std::max(after[d], t.offset[d]);
      }
    }
  }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/direct_cuda.h"
#else
#include "engine/direct_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Both arrays are C-contiguous, of one shape with at least one axis, and do not overlap; C is the type of the sums.
template <class C>
void direct(const Array& out, const Array& image, const Scaling& scaling, std::span<const DirectTap> taps, Border border,
            double cval) {
  if (image.size() > 0) run_direct<C>(out, image, scaling, taps, border, static_cast<C>(cval));
}

}  // namespace opsin::OPSIN_TARGET::engine
