// SPDX-License-Identifier: Apache-2.0
// How an input's elements become numbers.
#pragma once

#include "core/math.h"
#include "opsin/dtype.h"

namespace opsin::OPSIN_TARGET {

/// value = x * scale, raised to -1 where `at_least_minus_one`: scikit-image's img_as_float for integers, done on load.
struct Scaling {
  double scale = 1;
  bool at_least_minus_one = false;

  template <class C>
  HD C apply(C x) const {
    if (scale != 1) x *= static_cast<C>(scale);
    return at_least_minus_one && x < C(-1) ? C(-1) : x;
  }
  HD bool identity() const { return scale == 1 && !at_least_minus_one; }
};

/// img_as_float's scaling: integers by the reciprocal of their largest value, floats and bool not at all.
inline Scaling scaling_to_unit(DType t) {
  switch (t) {
    case DType::uint8: return {1.0 / 255, false};
    case DType::uint16: return {1.0 / 65535, false};
    case DType::uint32: return {1.0 / 4294967295.0, false};
    case DType::uint64: return {1.0 / 18446744073709551615.0, false};
    case DType::int8: return {1.0 / 127, true};
    case DType::int16: return {1.0 / 32767, true};
    case DType::int32: return {1.0 / 2147483647.0, true};
    case DType::int64: return {1.0 / 9223372036854775807.0, true};
    default: return {};
  }
}

}  // namespace opsin::OPSIN_TARGET
