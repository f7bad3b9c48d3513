// SPDX-License-Identifier: Apache-2.0
// Views, mosaics, grids and marks: skimage.util.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "opsin/array.h"

namespace opsin::util {

/// The image cut into blocks that do not overlap: a view with the axes (blocks along each axis..., elements of a block
/// along each axis...), of an image of up to 4 axes. Throws ValueError for another number of sizes than axes, a size
/// below 1 or one that does not divide the image.
Array view_as_blocks(const Array& image, std::span<const std::int64_t> block_shape);

/// All windows of an image, `step` apart: a view with the axes (windows along each axis..., elements of a window along
/// each axis...), of an image of up to 4 axes. One step stands for all axes. Throws ValueError for sizes or steps of
/// another number than axes, below 1, or larger than the image.
Array view_as_windows(const Array& image, std::span<const std::int64_t> window_shape,
                      std::span<const std::int64_t> step = {});

struct SliceAlongAxesOptions {
  /// One for each slice; by default the first ones.
  std::optional<std::vector<int>> axes;
  bool copy = false;
};
/// The part from first to second of each pair along its axis: a view, or a copy. A negative end counts from the other
/// end. Throws ValueError for ends out of order or outside the image, axes that repeat or are not there, and more
/// slices than axes.
Array slice_along_axes(const Array& image, std::span<const std::array<std::int64_t, 2>> slices,
                       const SliceAlongAxesOptions& options = {});

struct MontageOptions {
  /// The colour between images, one value per channel; by default the images' mean.
  std::optional<std::vector<double>> fill;
  /// Rows and columns of images; by default a square.
  std::optional<std::array<std::int64_t, 2>> grid_shape;
  std::int64_t padding_width = 0;
  std::optional<int> channel_axis;
};
/// Images of one size, along the first axis, side by side in one image: (images, rows, columns), or with a further
/// channel axis, which is the result's last. Throws ValueError for another number of axes, IndexError for fewer values
/// of `fill` than channels or a grid with too few places.
Array montage(const Array& images, const MontageOptions& options = {});

/// A label image with i + 1 at the i-th point, 0 elsewhere; uint64. `coords`: (points, axes), rounded to nearest even.
/// Of points at one place the last one counts. Throws ValueError for coordinates below 0 or of another number of axes
/// than output_shape, IndexError for those outside it; on CUDA it waits for that.
Array label_points(const Array& coords, const Extents& output_shape);

/// Places start, start + step, ... along one axis; step 0: all of them.
struct GridAxis {
  std::int64_t start = 0;
  std::int64_t step = 0;
};
/// About n_points points, regularly spaced. Throws ValueError unless n_points is positive.
std::vector<GridAxis> regular_grid(std::span<const std::int64_t> shape, double n_points);
/// The points of that grid numbered from 1 on, 0 elsewhere.
Array regular_seeds(const Extents& shape, double n_points, DType dtype = DType::int64);

}  // namespace opsin::util
