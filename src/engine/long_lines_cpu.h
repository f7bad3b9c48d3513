// SPDX-License-Identifier: Apache-2.0
// Loops whose lines are a few elements: a line costs as much as a dozen elements that lie apart.
#pragma once

#include <algorithm>

#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

/// Where lines are short, the innermost axis that is long enough becomes the line, or a part of that axis, so that the
/// lines beside it find what they share in the cache.
template <int N>
opsin::engine::Loop<N> with_long_lines(opsin::engine::Loop<N> loop) {
  constexpr std::int64_t too_short = 8, enough = 16, most = 4096;
  int axis = loop.ndim - 1;
  if (loop.shape[axis] >= too_short) return loop;
  while (axis >= 0 && loop.shape[axis] < enough) --axis;
  if (axis < 0) return loop;
  const std::int64_t length = loop.shape[axis];
  std::int64_t part = std::min(length, most);
  while (part >= enough && length % part != 0) --part;
  if (part < enough || (part < length && loop.ndim == max_ndim)) return loop;
  const auto turn = [&](int first, int middle) {
    std::rotate(loop.shape + first, loop.shape + middle, loop.shape + loop.ndim);
    for (auto& strides : loop.strides) std::rotate(strides + first, strides + middle, strides + loop.ndim);
  };
  if (part < length) {
    const int last = loop.ndim++;
    loop.shape[last] = length / part;
    loop.shape[axis] = part;
    for (auto& strides : loop.strides) strides[last] = strides[axis] * part;
    turn(axis++, last);  // The parts' axis goes before the axis itself.
  }
  turn(axis, axis + 1);
  return loop;
}

}  // namespace opsin::OPSIN_TARGET::engine
