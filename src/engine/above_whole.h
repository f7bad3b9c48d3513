// SPDX-License-Identifier: Apache-2.0
// What is above a level in images of 64-bit integers, of which float64 does not hold all. Elements of uint64 are
// compared as int64 with the sign bit flipped, which has the same order.
#pragma once

#include <cstdint>
#include <limits>

#include "core/math.h"
#include "opsin/dtype.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t least_int64 = std::numeric_limits<std::int64_t>::min();

inline bool is_wide(DType t) { return is_integer(t) && itemsize(t) == 8; }

struct FlipSign {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] ^ broadcast<V>(least_int64);
  }
};

/// 1 for what is above, else 0.
struct AboveWhole {
  std::int64_t threshold = 0;  // its sign bit flipped, as that of the elements
  std::int64_t flip = 0;       // the sign bit, for uint64
  std::int64_t others = 0;     // 1 where what is not above `threshold` is above the level as well

  template <class V>
  HD V operator()(V x) const {
    return pick((x ^ broadcast<V>(flip)) > broadcast<V>(threshold), broadcast<V>(1), broadcast<V>(others));
  }

  AboveWhole() = default;
  AboveWhole(DType t, std::int64_t level) : flip(t == DType::uint64 ? least_int64 : 0) {
    threshold = level ^ flip;
    if (flip != 0 && level < 0) {  // below all there are
      threshold = least_int64;
      others = 1;
    }
  }
  /// NumPy compares integers as float64 with what is none: those above it are those above one of them.
  AboveWhole(DType t, double level) : flip(t == DType::uint64 ? least_int64 : 0) {
    const auto is_above = [&](std::int64_t x) {
      const std::int64_t element = x ^ flip;
      return (flip != 0 ? static_cast<double>(static_cast<std::uint64_t>(element)) : static_cast<double>(element)) >
             level;
    };
    std::int64_t low = least_int64, high = std::numeric_limits<std::int64_t>::max();
    others = is_above(low) ? 1 : 0;
    while (low < high) {
      const std::int64_t middle = (low >> 1) + (high >> 1) + ((low | high) & 1);  // rounded up
      if (is_above(middle)) {
        high = middle - 1;
      } else {
        low = middle;
      }
    }
    threshold = low;
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
