// SPDX-License-Identifier: Apache-2.0
// Scaling of pixels for thumbnails, reading at a resolution, and sparse tiles.
#pragma once

#include "opsin/array.h"
#include "opsin/slide.h"

namespace opsin::io {

/// Where a result's pixel grid lies on its source: result pixel i covers [x0 + i * sx, x0 + (i + 1) * sx).
struct Grid {
  double x0 = 0, y0 = 0;
  double sx = 1, sy = 1;
};

/// A C-contiguous array (height, width, channels) of any real dtype on the CPU to `size`: a triangle filter, as wide as
/// the larger of a source and a result pixel on either side (bilinear when enlarging, without aliasing when shrinking;
/// PIL's and PyTorch's "bilinear with antialias"). Beyond its edges the source has no weight. Integers are rounded to
/// nearest.
Array resize(const Array& pixels, Size size, const Grid& grid);

struct Scaled {
  Array pixels;
  Array coverage;  ///< uint8 (height, width): 255 where any source pixel counted
};

/// The same with a box filter over those pixels whose coverage is not 0.
Scaled shrink_covered(const Array& pixels, const Array& coverage, Size size, const Grid& grid);

}  // namespace opsin::io
