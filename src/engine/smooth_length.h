// SPDX-License-Identifier: Apache-2.0
// Lengths that Fourier transforms are quick for: an odd prime takes several times as long.
#pragma once

#include <cstdint>

namespace opsin::engine {

/// The least length from n on that has no other prime factors than 2, 3 and 5.
inline std::int64_t smooth_length(std::int64_t n) {
  for (;; ++n) {
    std::int64_t rest = n;
    for (const int p : {2, 3, 5}) {
      while (rest % p == 0) rest /= p;
    }
    if (rest == 1) return n;
  }
}

}  // namespace opsin::engine
