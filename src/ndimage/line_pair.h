// SPDX-License-Identifier: Apache-2.0
// Two filters of the same two neighbouring axes and their sum or magnitude in one pass of the separable engine. A file
// per compute type keeps the compile times down.
#pragma once

#include <array>

#include "engine/taps.h"
#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::ndimage {

struct LinePair {
  int axis;  // the filtered axes are this one (y) and the next (x)
  std::array<engine::Taps, 2> y = {};
  std::array<engine::Taps, 2> x = {};
  Border border;
  double cval;
  bool magnitude;  // the root of the sum of squares in place of the sum
};

/// Arrays as in line_passes(); `out` is float32 and float64.
void line_pair_single(const Array& out, const Array& image, const LinePair& pair);
void line_pair_double(const Array& out, const Array& image, const LinePair& pair);

}  // namespace opsin::ndimage
