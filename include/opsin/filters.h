// SPDX-License-Identifier: Apache-2.0
// Filters: skimage.filters.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/filters_edges.h"
#include "opsin/filters_frequency.h"
#include "opsin/filters_gabor.h"
#include "opsin/filters_lpi.h"
#include "opsin/filters_median.h"
#include "opsin/filters_rank.h"
#include "opsin/filters_ridges.h"
#include "opsin/filters_sharpen.h"
#include "opsin/filters_sparse.h"
#include "opsin/filters_threshold.h"
#include "opsin/filters_threshold_local.h"
#include "opsin/filters_window.h"

namespace opsin::filters {

struct GaussianOptions {
  /// Standard deviation in pixels: one for all axes, or one per axis (without or with the channel axis).
  std::vector<double> sigma = {1.0};
  Border mode = Border::nearest;
  double cval = 0;
  /// Keep the range of integer images instead of scaling it to [0, 1].
  bool preserve_range = false;
  /// The filter ends at this many standard deviations.
  double truncate = 4.0;
  /// An axis that is not filtered, counted modulo the number of axes.
  std::optional<int> channel_axis = std::nullopt;
  /// Where the result goes: same shape, a real floating dtype; may overlap the image.
  std::optional<Array> out = std::nullopt;
};

/// Gaussian filter of an image of any number of axes. The result has float_result()'s dtype, or is `out`.
/// Throws ValueError for a negative sigma, a wrong number of them, complex input or an `out` that is not floating;
/// RuntimeError for an `out` of another shape.
Array gaussian(const Array& image, const GaussianOptions& options = {});

}  // namespace opsin::filters
