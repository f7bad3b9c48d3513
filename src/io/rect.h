// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace opsin::io {

/// Pixels [x0, x1) x [y0, y1).
struct Rect {
  std::int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool empty() const { return x0 >= x1 || y0 >= y1; }
  std::int64_t width() const { return x1 - x0; }
  std::int64_t height() const { return y1 - y0; }
  friend bool operator==(const Rect&, const Rect&) = default;
};

inline Rect meet(const Rect& a, const Rect& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

}  // namespace opsin::io
