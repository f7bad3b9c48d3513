// SPDX-License-Identifier: Apache-2.0
// What numbers follow from the bits of a stream: one text for the host and for CUDA.
#pragma once

#include <cmath>
#include <cstdint>

#ifdef __CUDACC__
#define OPSIN_EVERYWHERE __host__ __device__
#else
#define OPSIN_EVERYWHERE
#endif

namespace opsin::random {

/// A PCG64 stream: see opsin/random.h.
struct Pcg64 {
  using Word = unsigned __int128;
  static constexpr Word multiplier = Word{2549297995355413924u} << 64 | 4865540595714422341u;

  Word state, increment;

  /// The bits of the state.
  OPSIN_EVERYWHERE std::uint64_t bits() const {
    const auto mixed = static_cast<std::uint64_t>(state >> 64) ^ static_cast<std::uint64_t>(state);
    const auto turn = static_cast<unsigned>(state >> 122);
    return mixed >> turn | mixed << (-turn & 63);
  }
  OPSIN_EVERYWHERE std::uint64_t next() {
    state = state * multiplier + increment;
    return bits();
  }
  /// In [0, 1).
  static OPSIN_EVERYWHERE double uniform(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }
  OPSIN_EVERYWHERE double uniform() { return uniform(next()); }

  /// Some steps at once: state -> state * by + plus (F. B. Brown, "Random number generation with arbitrary strides",
  /// Trans. Am. Nucl. Soc. 71, 1994).
  struct Stride {
    Word by, plus;
    OPSIN_EVERYWHERE Word operator()(Word state) const { return state * by + plus; }
  };
  OPSIN_EVERYWHERE Stride stride(std::uint64_t steps) const {
    Stride all{1, 0}, power{multiplier, increment};
    for (; steps > 0; steps >>= 1) {
      if (steps & 1) all = {all.by * power.by, all.plus * power.by + power.plus};
      power = {power.by * power.by, (power.by + 1) * power.plus};
    }
    return all;
  }
};

/// Layer i covers the normal density from height[i] up; a number of 52 bits times scale[i] lies under it for sure below
/// inside[i].
struct Ziggurat {
  static constexpr int layers = 256;
  static constexpr double right_end = 3.6541528853610087963519472518;  // of the bottom layer, where the tail begins

  double scale[layers];
  double height[layers];
  std::uint64_t inside[layers];
};

/// NumPy's.
__attribute__((visibility("default"))) const Ziggurat& ziggurat();

/// The part of a word that is a number, before its scale, and the layer.
OPSIN_EVERYWHERE inline std::uint64_t normal_part(std::uint64_t bits) {
  return bits >> 9 & ((std::uint64_t{1} << 52) - 1);
}
OPSIN_EVERYWHERE inline unsigned normal_layer(std::uint64_t bits) { return static_cast<unsigned>(bits & 255); }
/// Nearly all words are a number by themselves.
OPSIN_EVERYWHERE inline bool normal_at_once(const Ziggurat& z, std::uint64_t bits) {
  return normal_part(bits) < z.inside[normal_layer(bits)];
}
OPSIN_EVERYWHERE inline double normal_from(const Ziggurat& z, std::uint64_t bits) {
  const double x = static_cast<double>(normal_part(bits)) * z.scale[normal_layer(bits)];
  return bits & 256 ? -x : x;
}
/// The number that starts with these bits, in the part of a layer that reaches out of the bell, or in the tail. next()
/// gives the words that follow.
template <class Next>
OPSIN_EVERYWHERE double normal_beyond(const Ziggurat& z, std::uint64_t bits, const Next& next) {
  const auto uniform = [&] { return Pcg64::uniform(next()); };
  for (;; bits = next()) {
    const double x = normal_from(z, bits);
    if (normal_at_once(z, bits)) return x;
    const unsigned layer = normal_layer(bits);
    if (layer > 0) {
      const double rise = z.height[layer - 1] - z.height[layer];
      if (rise * uniform() + z.height[layer] < ::exp(-0.5 * x * x)) return x;
      continue;
    }
    for (;;) {
      const double beyond = -0.27366123732975827203338247596 * ::log1p(-uniform());
      const double depth = -::log1p(-uniform());
      if (depth + depth > beyond * beyond) {
        return normal_part(bits) >> 8 & 1 ? -(Ziggurat::right_end + beyond) : Ziggurat::right_end + beyond;
      }
    }
  }
}

}  // namespace opsin::random
