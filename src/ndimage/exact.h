// SPDX-License-Identifier: Apache-2.0
// Where float32 sums of small integers are as good as SciPy's double ones.
#pragma once

#include <algorithm>
#include <cmath>

#include "opsin/dtype.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// The largest absolute value of an element of at most 16 bits; 0 for wider and for floating types.
inline double largest(DType t) {
  switch (t) {
    case DType::boolean: return 1;
    case DType::uint8: return 255;
    case DType::int8: return 128;
    case DType::uint16: return 65535;
    case DType::int16: return 32768;
    default: return 0;
  }
}

/// True when float32 holds every partial sum of elements of this type, or of cval, under integer weights whose absolute
/// values sum to `weight`.
inline bool exact_in_float(DType image, double weight, double cval) {
  const double value = largest(image);
  return value > 0 && cval == std::rint(cval) && std::max(value, std::fabs(cval)) * std::max(weight, 1.0) <= 16777216;
}

}  // namespace opsin::OPSIN_TARGET::ndimage
