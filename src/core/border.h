// SPDX-License-Identifier: Apache-2.0
// What lies beyond the edge of an image. One index rule for all engines and devices.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/math.h"
#include "opsin/border.h"

namespace opsin::OPSIN_TARGET {

/// Index inside [0, n) that position i of an axis shows, or -1 where Border::constant shows its value. n >= 1.
template <class I>
HD I border_index(I i, I n, Border mode) {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case Border::constant: return -1;
    case Border::nearest: return i < 0 ? 0 : n - 1;
    case Border::wrap: {
      const I r = i % n;
      return r < 0 ? r + n : r;
    }
    case Border::mirror: {
      if (n == 1) return 0;
      const I period = 2 * n - 2;
      I r = i % period;
      if (r < 0) r += period;
      return r < n ? r : period - r;
    }
    case Border::reflect: break;
  }
  const I period = 2 * n;
  I r = i % period;
  if (r < 0) r += period;
  return r < n ? r : period - 1 - r;
}

}  // namespace opsin::OPSIN_TARGET
