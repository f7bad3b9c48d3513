// SPDX-License-Identifier: Apache-2.0
// One-dimensional filters along the axes of a real array, one after the other: what most of scipy.ndimage's linear
// filters are made of.
#pragma once

#include <vector>

#include "engine/taps.h"
#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::ndimage {

struct LinePass {
  int axis;
  engine::Taps taps;
  Border border;
};

/// out = image after all passes. Both are C-contiguous, real, of one shape, not float16, and do
/// not overlap. A bool result is true where SciPy's sums, kept in bytes, are not 0. Scratch: up to two images of the
/// result's dtype.
void line_passes(const Array& out, const Array& image, const std::vector<LinePass>& passes, double cval);

/// The sum of each chain of passes, or the root of the sum of their squares, in the arithmetic of out's dtype.
void line_sum(const Array& out, const Array& image, const std::vector<std::vector<LinePass>>& chains, double cval);
void line_magnitude(const Array& out, const Array& image, const std::vector<std::vector<LinePass>>& chains,
                    double cval);

}  // namespace opsin::ndimage
