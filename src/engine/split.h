// SPDX-License-Identifier: Apache-2.0
// Iterations that divide an image's values by a number and take the next number from the sums on both sides. Everything
// stays on the device: a pass looks at a mark, and does nothing once the iteration is over. The functor has
//
//   HD bool over() const                        on what a pass of before left
//   HD C origin() const, HD double level() const
//   HD void next(const SplitSums&) const        once for each pass
//
// A value counts as C(value - origin()), and is above where that is greater than level(). NaN does not count, nor do
// infinities with `finite`. Sums are float64 and in a fixed order.
#pragma once

#include <cstdint>

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

struct SplitSums {
  double above, below;
  std::int64_t count_above, count_below;

  HD SplitSums& operator+=(const SplitSums& o) {
    above += o.above;
    below += o.below;
    count_above += o.count_above;
    count_below += o.count_below;
    return *this;
  }
  template <class C>
  HD void add(C value, double level) {
    const double v = value;
    if (v > level) {
      above += v;
      ++count_above;
    } else if (v <= level) {
      below += v;
      ++count_below;
    }
  }
};

/// `image` is C-contiguous, C is float or double. At most `passes` passes.
template <class C, class F>
void iterate_split(const Array& image, int passes, bool finite, const F& f);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/split_cuda.h"
#else
#include "engine/split_cpu.h"
#endif
