// SPDX-License-Identifier: Apache-2.0
// Joint histogram engine: how often a pair of elements of two images falls into each pair of bins.
#pragma once

#include <cstdint>

#include "core/dispatch.h"
#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// The bins of one image: bin i holds edge[i] <= x < edge[i + 1], the last one its upper edge too. Edges rise, and
/// follow each other at distances that are even but for rounding.
template <class C>
struct Bins {
  const C* edge;
  std::int64_t count;

  /// As numpy.searchsorted finds it; any bin for what lies in none. `per_value`: bins per unit.
  HD std::int64_t find(C x, C per_value) const {
    const C guess = (x - edge[0]) * per_value;
    std::int64_t i = guess > C(0) ? (guess < static_cast<C>(count) ? static_cast<std::int64_t>(guess) : count - 1) : 0;
    if (i >= count) i = count - 1;
    while (i > 0 && x < edge[i]) --i;
    while (i + 1 < count && x >= edge[i + 1]) ++i;
    return i;
  }
  HD C per_value() const { return static_cast<C>(count) / (edge[count] - edge[0]); }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/joint_histogram_cuda.h"
#else
#include "engine/joint_histogram_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Adds to count[i * second.count + j], uint64, what two C-contiguous images of one size hold.
template <class C>
void joint_histogram(std::uint64_t* count, const Array& a, const Array& b, const Bins<C>& first,
                     const Bins<C>& second) {
  if (a.size() > 0) run_joint_histogram<C>(count, a, b, first, second);
}

}  // namespace opsin::OPSIN_TARGET::engine
