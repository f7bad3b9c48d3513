// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/draw.h. How many words a normal number takes is known when it has been drawn, so these are drawn
// one after the other.
#pragma once

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

inline void draw_normal(double* to, std::int64_t n, Device, random::Generator& rng, double mean, double deviation) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = mean + deviation * rng.normal();
}

inline void draw_at_most(std::uint8_t* to, std::int64_t n, const random::Generator& rng, double bound) {
  core::parallel_for(n, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    random::Generator own = rng;
    own.advance(static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < end; ++i) to[i] = own.uniform() <= bound;
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
