// SPDX-License-Identifier: Apache-2.0
// Values along a line: skimage.measure.profile_line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/measure_blocks.h"

namespace opsin::measure {

struct ProfileLineOptions {
  /// Width of the scan in pixels, perpendicular to the line.
  std::int64_t linewidth = 1;
  /// Of the spline interpolation, 0 to 5; by default 0 for bool images, else 1.
  std::optional<int> order = std::nullopt;
  Border mode = Border::reflect;
  double cval = 0;
  /// What makes one value of those across the line; nothing keeps them all.
  std::optional<Reduction> reduce_func = Reduction::mean;
};
/// Values of a plane image, with or without channels as its third axis, along the line from `src` to `dst` (row,
/// column), both ends included: (length), or (length, linewidth) without a reduction, and channels. Interpolated values
/// have the image's dtype, rounded for integers. Throws ValueError for an order outside 0 to 5 and other than 0 for
/// bool images, RuntimeError for float16 and other numbers of axes, TypeError for complex images.
Array profile_line(const Array& image, const std::array<double, 2>& src, const std::array<double, 2>& dst,
                   const ProfileLineOptions& options = {});

}  // namespace opsin::measure
