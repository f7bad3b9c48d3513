// SPDX-License-Identifier: Apache-2.0
// Runs of equal keys in sorted ones, found from any element of a run: steps that double, then halves.
#pragma once

#include <cstdint>

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// One past the last key equal to keys[i].
template <class K>
HD std::int64_t run_end(const K* keys, std::int64_t n, std::int64_t i) {
  const K key = keys[i];
  std::int64_t step = 1, low = i;
  while (low + step < n && keys[low + step] == key) {
    low += step;
    step *= 2;
  }
  std::int64_t high = low + step < n ? low + step : n;  // the first that is known to differ
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (keys[middle] == key ? low : high) = middle;
  }
  return high;
}

/// The first key equal to keys[i].
template <class K>
HD std::int64_t run_begin(const K* keys, std::int64_t i) {
  const K key = keys[i];
  std::int64_t step = 1, high = i;
  while (high - step >= 0 && keys[high - step] == key) {
    high -= step;
    step *= 2;
  }
  std::int64_t low = high - step >= 0 ? high - step : -1;  // the last that is known to differ
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (keys[middle] == key ? high : low) = middle;
  }
  return high;
}

}  // namespace opsin::OPSIN_TARGET::engine
