// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/split_between.h: pieces with sums of their own, tasks with bins of their own.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

namespace opsin::OPSIN_TARGET::engine {

template <class C, class F>
void split_between(SplitSums* outside, std::int64_t* counts, int bins, const Array& image, const F& range) {
  const SplitRange<C> r = range();
  const SplitBin bin(r, bins);
  std::mutex joining;
  *outside = sum_of_pieces<C>(image, [&] {
    return [&, own = std::vector<std::uint32_t>(static_cast<std::size_t>(bins))](const C* values, std::int64_t n,
                                                                                 bool last) mutable {
      SplitSums sums{};
      for (std::int64_t i = 0; i < n; ++i) {
        const C x = values[i] - r.origin;
        const double v = x;
        // Nothing branches by the side: noise would be guessed wrong half of the time.
        const bool counts = x - x == 0, up = counts && v > r.high, down = counts && v <= r.low;
        sums.above += up ? v : 0.0;
        sums.below += down ? v : 0.0;
        sums.count_above += up;
        sums.count_below += down;
        if (counts && !up && !down) ++own[static_cast<std::size_t>(bin(v))];
      }
      if (last) {
        const std::scoped_lock lock(joining);
        for (int b = 0; b < bins; ++b) counts[b] += own[static_cast<std::size_t>(b)];
      }
      return sums;
    };
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
