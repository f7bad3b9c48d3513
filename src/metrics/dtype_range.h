// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "opsin/dtype.h"

namespace opsin::metrics {

/// Least and greatest value of an image of this dtype as scikit-image sees it: those of the integer, [0, 1] for bool
/// and [-1, 1] for floats.
struct DtypeRange {
  double least, greatest;
};

inline DtypeRange dtype_range(DType t) {
  const int bits = 8 * static_cast<int>(itemsize(t));
  if (t == DType::boolean) return {0, 1};
  if (is_unsigned(t)) return {0, static_cast<double>(std::numeric_limits<std::uint64_t>::max() >> (64 - bits))};
  if (is_signed(t)) {
    const auto greatest = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
    return {-static_cast<double>(greatest) - 1, static_cast<double>(greatest)};
  }
  return {-1, 1};
}

}  // namespace opsin::metrics
