// SPDX-License-Identifier: Apache-2.0
// Hysteresis: weak elements that are connected, through weak elements, with a strong one. What is reached does not
// depend on the order of visits, so every device gives the same elements.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

/// Bits of the state that hysteresis() starts from; a strong element is weak as well.
inline constexpr std::uint8_t weak = 1;
inline constexpr std::uint8_t strong = 2;

/// Those neighbours of an element that come before it in C order: one step along at most `connectivity` of the axes.
inline std::vector<Offset> earlier_neighbours(int ndim, int connectivity) {
  std::vector<Offset> found;
  std::int64_t count = 1;
  for (int a = 0; a < ndim; ++a) count *= 3;
  for (std::int64_t i = 0; i < count / 2; ++i) {  // The one in the middle is the element itself.
    Offset offset{};
    int steps = 0;
    std::int64_t rest = i;
    for (int a = ndim - 1; a >= 0; --a, rest /= 3) {
      offset[static_cast<std::size_t>(a)] = rest % 3 - 1;
      steps += rest % 3 != 1;
    }
    if (steps <= connectivity) found.push_back(offset);
  }
  return found;
}

/// `state` (uint8) and `out` (bool) are C-contiguous, of one shape and apart.
void hysteresis(const Array& out, const Array& state, int connectivity);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/hysteresis_cuda.h"
#else
#include "engine/hysteresis_cpu.h"
#endif
