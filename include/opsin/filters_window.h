// SPDX-License-Identifier: Apache-2.0
// Window functions of any number of axes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "opsin/array.h"

namespace opsin::filters {

/// A window of one axis: scipy.signal.get_window's names ("hann", "tukey", "kaiser", ...), their short forms included,
/// and the parameters of those that have some; NaN stands for one that is left out. The name may end in "_periodic" or
/// "_symmetric".
struct WindowType {
  std::string name;
  std::vector<double> parameters = {};
};

/// `size` values, symmetric unless the name says otherwise. Throws ValueError for unknown names, parameters where the
/// window has none or none where it needs some, and values out of its range; TypeError for a wrong number of them.
std::vector<double> window_function(const WindowType& type, std::int64_t size);

struct WindowOptions {
  /// Of the spline between the values of the window: 0 to 5.
  int order = 1;
  /// Hold the result to the range of the window's values.
  bool clip = true;
  /// Where the window is made.
  Device device = {};
};

/// A window of these sizes, float64: the window of one axis at the distance from the centre; 0 in the corners, where
/// that is beyond its end. Errors as window_function, and ValueError for sizes below 1.
Array window(const WindowType& type, const std::vector<std::int64_t>& shape, const WindowOptions& options = {});

}  // namespace opsin::filters
