// SPDX-License-Identifier: Apache-2.0
// A window drawn where the result lies.
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/array.h"

namespace opsin::filters {

struct WindowDrawing {
  /// Of the spline through the window's values, 0 to 5, and its weights; beyond them there are zeros.
  int order = 1;
  std::vector<double> weights;
  /// Which weight is the first value's, and where the centre of the window is.
  std::int64_t first = 0;
  double middle = 0;
  /// Squares of the distances from the centre along each axis, one axis after the other.
  std::vector<double> squares;
  /// What to hold the result to. The range reaches to 0 where the result does.
  bool clip = true;
  double low = 0, high = 0;
};

/// `out`: float64 and contiguous.
void draw_window(const Array& out, const WindowDrawing& drawing);

}  // namespace opsin::filters
