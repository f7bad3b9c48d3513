// SPDX-License-Identifier: Apache-2.0
// Segmentation: skimage.segmentation.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "opsin/array.h"

namespace opsin::segmentation {

/// A level set of tiles on `device`: int8, 1 in every other tile and 0 in the rest.
Array checkerboard_level_set(const Extents& image_shape, std::int64_t square_size = 5, Device device = {});

struct DiskLevelSetOptions {
  /// By default the middle, rounded down.
  std::optional<std::vector<double>> center;
  /// By default 3/8 of the shortest side.
  std::optional<double> radius;
  /// Where the level set is made.
  Device device = {};
};
/// A level set of a ball: int8, 1 nearer to the center than the radius and 0 elsewhere. Throws ValueError for a center
/// of another number of coordinates.
Array disk_level_set(const Extents& image_shape, const DiskLevelSetOptions& options = {});

struct InverseGaussianGradientOptions {
  /// The larger, the deeper the edges.
  double alpha = 100;
  /// One for all axes, or one for each.
  std::vector<double> sigma = {5};
};
/// 1 / sqrt(1 + alpha |g|) with g the gradient of the smoothed image (ndimage::gaussian_gradient_magnitude with border
/// `nearest`, which gives images of integers a gradient of integers): near 1 where the image is flat, near 0 at edges.
/// float32 for float32 images, else float64.
Array inverse_gaussian_gradient(const Array& image, const InverseGaussianGradientOptions& options = {});

}  // namespace opsin::segmentation
