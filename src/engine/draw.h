// SPDX-License-Identifier: Apache-2.0
// Many numbers of a PCG64 stream at once, the same as one after the other.
#pragma once

#include "core/random_numbers.h"
#include "opsin/array.h"
#include "opsin/random.h"

namespace opsin::OPSIN_TARGET::engine {

inline random::Pcg64 stream_of(const random::Generator& rng) {
  const random::State s = rng.state();
  const auto word = [](std::uint64_t high, std::uint64_t low) { return random::Pcg64::Word{high} << 64 | low; };
  return {word(s.state_high, s.state_low), word(s.increment_high, s.increment_low)};
}

/// to[i] = mean + deviation * rng.normal(), n > 0.
void draw_normal(double* to, std::int64_t n, Device device, random::Generator& rng, double mean, double deviation);

/// to[i] = whether uniform number i of the stream is at most `bound`; the stream stays where it is.
void draw_at_most(std::uint8_t* to, std::int64_t n, const random::Generator& rng, double bound);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/draw_cuda.h"
#else
#include "engine/draw_cpu.h"
#endif
