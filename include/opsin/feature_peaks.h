// SPDX-License-Identifier: Apache-2.0
// Local maxima: skimage.feature.peak_local_max and corner_peaks. Images are integers, float32 or float64. A CUDA call
// waits for the device, whose values decide the result's shape.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::feature {

struct PeakLocalMaxOptions {
  std::int64_t min_distance = 1;
  /// Peaks are greater than this, by default than the image's minimum,
  std::optional<double> threshold_abs = std::nullopt;
  /// and than this share of its maximum.
  std::optional<double> threshold_rel = std::nullopt;
  /// Width of the border without peaks: one for each axis; none stands for min_distance.
  std::vector<std::int64_t> exclude_border = {};
  /// The greatest ones.
  std::optional<std::int64_t> num_peaks = std::nullopt;
  /// By default a box of side 2 min_distance + 1.
  std::optional<ndimage::Footprint> footprint = std::nullopt;
  /// Objects whose peaks are looked for apart: bool or integers, of the image's shape; 0 and less is background.
  std::optional<Array> labels = std::nullopt;
  std::optional<std::int64_t> num_peaks_per_label = std::nullopt;
  /// Of the Minkowski distance that peaks keep.
  double p_norm = std::numeric_limits<double>::infinity();
};
/// Coordinates of peaks, an int64 array (peaks, axes), the greatest first (label by label). Of peaks nearer to each
/// other than min_distance the first is kept. Throws ValueError for empty and 0-d images, TypeError for bool and
/// complex ones and for labels of other dtypes.
Array peak_local_max(const Array& image, const PeakLocalMaxOptions& options = {});

struct CornerPeaksOptions {
  /// With p_norm infinity; num_peaks and p_norm count for the second choice.
  PeakLocalMaxOptions peaks = {};
  /// Coordinates; else a bool image.
  bool indices = true;
};
/// Peaks as above, of which no two lie at min_distance or nearer.
Array corner_peaks(const Array& image, const CornerPeaksOptions& options = {});

}  // namespace opsin::feature
