// SPDX-License-Identifier: Apache-2.0
// Medians of small blocks on the CPU: as many at once as a vector has lanes, by a selection network.
#pragma once

#include <optional>

#include "core/simd.h"
#include "engine/block_median.h"
#include "engine/rank_network_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Medians of the blocks in a vector's lanes.
struct MedianOfLanes {
  static constexpr std::int64_t most = 64;  // elements of a block
  int count;
  RankNetwork network;

  explicit MedianOfLanes(int n) : count(n), network(n, (n - 1) / 2, n / 2) {}

  template <class V>
  V operator()(Element<V>* vectors) const {
    const auto at = [&](int i) { return V::load(vectors + i * V::lanes); };
    V zero(0), nan(0);  // The last of zeros, the first of NaN.
    for (int i = 0; i < count; ++i) {
      const V x = at(i);
      zero = pick(x == V(0), x, zero);
      nan = pick(x == x, nan, pick(nan == nan, x, nan));
    }
    for (const auto& e : network.exchanges()) {
      const V low = at(e.low), high = at(e.high);
      min(low, high).store(vectors + e.low * V::lanes);
      max(low, high).store(vectors + e.high * V::lanes);
    }
    const V low = at((count - 1) / 2), high = at(count / 2);
    const V middle = pick(low != high, (low + high) / V(2), pick(low == V(0), zero, low));
    return pick(nan == nan, middle, nan);
  }
};

inline std::optional<MedianOfLanes> side_by_side(const BlockMedian&, std::int64_t count) {
  if (count > MedianOfLanes::most) return std::nullopt;
  return MedianOfLanes(static_cast<int>(count));
}

}  // namespace opsin::OPSIN_TARGET::engine
