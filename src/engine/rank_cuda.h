// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/rank_window.h.
#pragma once

#include "engine/rank_near_cuda.h"
#include "engine/rank_read_cuda.h"
#include "engine/rank_sums_cuda.h"
#include "engine/rank_warp_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <class Sink>
void run_rank(const RankWindow& w, const Sink& sink) {
  if constexpr (requires { near_windows(w, sink); }) {
    if (near_windows(w, sink)) return;
  }
  if (w.bins > 256) {
    read_windows<std::uint32_t>(w, sink);
  } else if (Sink::few || w.size() >= (1 << 23)) {
    read_windows<std::uint16_t>(w, sink);
  } else {
    slide_warps(w, sink);
  }
}

/// The totals of a window, for a functor that is no more than a function of them.
template <class F>
struct RankTotals {
  static constexpr int uses = 0;
  static constexpr bool few = true;
  F f;

  template <class W>
  __device__ double operator()(const W& window, int value) const {
    return f(window.totals(f), value);
  }
};

template <class F>
void windowed_totals(const Array& out, const RankWindow& w, const F& f) {
  const RankElement<RankTotals<F>> sink{{f}, out.mutable_data(), out.dtype()};
  bool done;
  if constexpr (!F::narrow) {
    done = sum_windows<SeparateSums>(w, sink, f);
  } else if (w.size() < (1 << 12) && w.size() * (w.bins - 1) < (1 << 20)) {
    done = sum_windows<PackedSums<unsigned, 20>>(w, sink, f);
  } else {
    // A tile's shared memory has no room for a window of 2^24 elements.
    done = sum_windows<PackedSums<unsigned long long, 40>>(w, sink, f);
  }
  // One instance serves images of bytes as well: few windows are as large.
  if (!done) read_windows<std::uint32_t>(w, sink);
}

}  // namespace opsin::OPSIN_TARGET::engine
