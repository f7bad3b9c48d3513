// SPDX-License-Identifier: Apache-2.0
// The median of a block, for window_blocks().
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// The first NaN where there is one, else the middle elements' mean.
struct BlockMedian {
  template <class C, class At>
  HD C operator()(const At& at, std::int64_t count) const {
    C zero = 0;  // The last one counts, of two that differ in sign.
    for (std::int64_t i = 0; i < count; ++i) {
      const C x = at(i);
      if (x != x) return x;
      if (x == 0) zero = x;
    }
    C low = 0, high = 0;
    if constexpr (requires { at.copy(); }) {
      C* const first = at.copy();
      C* const middle = first + count / 2;
      std::nth_element(first, middle, first + count);
      high = *middle;
      low = count % 2 == 0 ? *std::max_element(first, middle) : high;
    } else {
      find_by_ranks(at, count, low, high);
    }
    if (low != high) return (low + high) / 2;
    return low == 0 ? zero : low;  // the sum of two large equal ones is infinite
  }

 private:
  /// Needs no memory for the block.
  template <class C, class At>
  HD static void find_by_ranks(const At& at, std::int64_t count, C& low, C& high) {
    for (std::int64_t i = 0; i < count; ++i) {
      const C x = at(i);
      std::int64_t below = 0, equal = 0;
      for (std::int64_t j = 0; j < count; ++j) {
        const C y = at(j);
        below += y < x;
        equal += y == x;
      }
      if (below <= (count - 1) / 2 && (count - 1) / 2 < below + equal) low = x;
      if (below <= count / 2 && count / 2 < below + equal) high = x;
    }
  }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifndef OPSIN_TARGET_CUDA
#include "engine/block_median_cpu.h"
#endif
