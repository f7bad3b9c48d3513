// SPDX-License-Identifier: Apache-2.0
// Median filter: skimage.filters.median with behavior "ndimage".
#pragma once

#include <optional>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::filters {

struct MedianOptions {
  /// Of the image's number of axes; by default a box of side 3.
  std::optional<ndimage::Footprint> footprint = std::nullopt;
  /// An array of the image's shape and any real dtype. It may overlap the image.
  std::optional<Array> out = std::nullopt;
  Border mode = Border::nearest;
  double cval = 0;
};

/// Median of every neighbourhood: of n elements the one of rank n / 2. The result has the image's dtype and equals
/// scikit-image's to the bit. Throws as ndimage::median_filter does.
Array median(const Array& image, const MedianOptions& options = {});

}  // namespace opsin::filters
