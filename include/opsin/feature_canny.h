// SPDX-License-Identifier: Apache-2.0
// Canny's edges: skimage.feature.canny.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::feature {

struct CannyOptions {
  /// Standard deviation of the Gaussian in pixels, one for both axes or one per axis.
  std::vector<double> sigma = {1.0};
  /// Of the gradient's magnitude, in units of the image's dtype; by default a tenth and a fifth of its maximum (of 1
  /// for floats). With use_quantiles: shares of the elements, in [0, 1].
  std::optional<double> low_threshold = std::nullopt;
  std::optional<double> high_threshold = std::nullopt;
  /// Of the image's shape; where it is zero, elements count neither for the smoothing nor as edges.
  std::optional<Array> mask = std::nullopt;
  bool use_quantiles = false;
  /// Beyond the image's edges, for the smoothing. With `constant` the share of what lies beyond is divided out.
  Border mode = Border::constant;
  double cval = 0;
};

/// Canny's edges (1986) of a plane image: a bool image. Throws ValueError for int64, uint64 and complex images, another
/// number of axes, an empty image, a negative sigma, quantiles outside [0, 1] and a high threshold below the low one;
/// IndexError for a mask of another shape.
Array canny(const Array& image, const CannyOptions& options = {});

}  // namespace opsin::feature
