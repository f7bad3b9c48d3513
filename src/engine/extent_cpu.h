// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/extent.h.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/lines_cpu.h"
#include "engine/pieces_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

inline void raise_key(std::uint64_t& key, std::uint64_t value) {
  const std::atomic_ref<std::uint64_t> shared(key);
  std::uint64_t seen = shared.load(std::memory_order_relaxed);
  while (value > seen && !shared.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

/// Of the n > 0 elements at p.
template <class C>
void widen(Extent* extent, const C* p, std::int64_t n, bool finite) {
  C low = p[0], high = p[0];
  bool nan = false;
  if constexpr (std::is_floating_point_v<C>) {
    using V = Vec<C>;
    constexpr C infinity = std::numeric_limits<C>::infinity();
    const V bound(infinity), none(std::numeric_limits<C>::quiet_NaN());
    V least(infinity), greatest(-infinity), sum;
    Mask<C> plus = least < least, minus = plus;
    std::int64_t i = 0;
    for (; i + V::lanes <= n; i += V::lanes) {
      V x = V::load(p + i);
      sum += pick(x == x, V(C(0)), x);
      if (finite) {
        plus = plus | (x == bound);
        minus = minus | (x == -bound);
        x = pick(abs(x) == bound, none, x);
      }
      least = min(x, least);  // The second argument stands where x is NaN.
      greatest = max(x, greatest);
    }
    alignas(64) C lanes[3][V::lanes];
    least.store(lanes[0]);
    greatest.store(lanes[1]);
    sum.store(lanes[2]);
    low = *std::min_element(lanes[0], lanes[0] + V::lanes);
    high = *std::max_element(lanes[1], lanes[1] + V::lanes);
    for (const C s : lanes[2]) nan = nan || s != s;
    bool any_plus = !hn::AllFalse(typename V::Tag(), plus.m), any_minus = !hn::AllFalse(typename V::Tag(), minus.m);
    for (; i < n; ++i) {
      if (finite && (p[i] == infinity || p[i] == -infinity)) {
        (p[i] > 0 ? any_plus : any_minus) = true;
        continue;
      }
      if (p[i] < low) low = p[i];
      if (p[i] > high) high = p[i];
      nan = nan || p[i] != p[i];
    }
    if (any_plus) raise_key(extent->plus, 1);
    if (any_minus) raise_key(extent->minus, 1);
    if (nan) raise_key(extent->nan, 1);
    if (low > high) return;  // Nothing but NaN.
  } else {
    for (std::int64_t i = 1; i < n; ++i) {
      low = std::min(low, p[i]);
      high = std::max(high, p[i]);
    }
  }
  raise_key(extent->low_complement, ~extent_key(low));
  raise_key(extent->high, extent_key(high));
}

template <class C>
void find_extent(Extent* extent, const Array& image, const std::optional<Array>& mask, bool finite) {
  for_each_values<C>(image, mask, [&](const C* values, std::int64_t n) { widen(extent, values, n, finite); });
}

}  // namespace opsin::OPSIN_TARGET::engine
