// SPDX-License-Identifier: Apache-2.0
// Moments engine: at each element of two images the means of a, b, a*a, b*b and a*b over a window around it, all five
// in one pass, and O outputs made from them:
//
//   template <class V> HD void operator()(const V (&moments)[5], V (&out)[O]) const
//
// The window is the same along both axes: uniform, or symmetric weights with the sum 1. Beyond the edges the images are
// mirrored (Border::reflect). Nothing but what is asked for is written; output 0 is summed on the way.
#pragma once

#include <array>
#include <vector>

#include "core/border.h"
#include "engine/total.h"

namespace opsin::OPSIN_TARGET::engine {

/// On CUDA the rows of a window live in registers. Larger windows are for one axis after the other.
inline constexpr int most_moments_radius = 5;

template <int O>
struct MomentsTask {
  Array a, b;                    // C-contiguous, of two axes and one shape, of any real dtype
  int radius = 0;                // at most most_moments_radius
  std::vector<double> weight;    // 2 radius + 1 of them; empty: uniform
  std::array<Array, O> outputs;  // C-contiguous, of the compute type; one that is not defined is not written
  std::int64_t margin = 0;       // elements this close to an edge are left out of the sum
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/moments_cuda.h"
#else
#include "engine/moments_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `finish` is called as by total(), with a Totals<C, 1, 0> of output 0.
template <class C, int O, class F, class G>
void moments(const MomentsTask<O>& task, const F& f, const G& finish) {
  if (task.weight.empty()) {
    run_moments<C, true, O>(task, f, finish);
  } else {
    run_moments<C, false, O>(task, f, finish);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
