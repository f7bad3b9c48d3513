// SPDX-License-Identifier: Apache-2.0
// One pass that divides an image's values by two numbers: sums of what lies outside, counts in uniform bins of what
// lies between. Everything stays on the device. The functor says where the numbers are:
//
//   HD SplitRange operator()() const
//
// A finite value counts as C(value - origin): below where it is at most `low`, above where it is greater than `high`.
// Sums are float64 and in a fixed order.
#pragma once

#include "engine/split.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
struct SplitRange {
  C origin;
  double low, high;
};

/// Which of the bins between the numbers a value between them belongs to.
struct SplitBin {
  double low, per_unit;
  int bins;

  template <class C>
  HD SplitBin(const SplitRange<C>& r, int n)
      : low(r.low), per_unit(r.high > r.low ? n / (r.high - r.low) : 0.0), bins(n) {}
  HD int operator()(double x) const {
    const auto bin = static_cast<int>((x - low) * per_unit);
    return bin < bins ? bin : bins - 1;
  }
};

/// `image` is C-contiguous and not empty; counts has `bins` elements, zero before, a few thousand at most.
template <class C, class F>
void split_between(SplitSums* outside, std::int64_t* counts, int bins, const Array& image, const F& range);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/split_between_cuda.h"
#else
#include "engine/split_between_cpu.h"
#endif
