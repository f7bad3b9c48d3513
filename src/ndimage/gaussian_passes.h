// SPDX-License-Identifier: Apache-2.0
// The passes of scipy.ndimage.gaussian_filter.
#pragma once

#include <cmath>
#include <optional>

#include "core/check.h"
#include "ndimage/line_passes.h"

namespace opsin::OPSIN_TARGET::ndimage {

inline opsin::ndimage::LinePass gaussian_pass(int axis, double sigma, int order, Border mode, double truncate,
                                              std::optional<int> radius) {
  core::check_plain(radius.value_or(0) >= 0 && (radius || truncate * sigma + 0.5 > -1),
                    "Radius must be a nonnegative integer.");
  core::check_plain(sigma != 0, "ndimage.gaussian_filter: sigma must not be 0");
  core::check_plain(radius || !std::isnan(truncate * sigma), "cannot convert float NaN to integer");
  return {axis, opsin::engine::gaussian_taps(sigma, order, truncate, radius.value_or(-1)), mode};
}

/// Axes with a sigma of at most 1e-15 (or NaN) drop out.
inline std::vector<opsin::ndimage::LinePass> gaussian_passes(const std::vector<int>& axes,
                                                             const std::vector<double>& sigma,
                                                             const std::vector<int>& order,
                                                             const std::vector<Border>& mode, double truncate,
                                                             const std::vector<std::optional<int>>& radius) {
  std::vector<opsin::ndimage::LinePass> passes;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (sigma[i] > 1e-15) passes.push_back(gaussian_pass(axes[i], sigma[i], order[i], mode[i], truncate, radius[i]));
  }
  return passes;
}

}  // namespace opsin::OPSIN_TARGET::ndimage
