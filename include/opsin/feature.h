// SPDX-License-Identifier: Apache-2.0
// Features: skimage.feature.
//
// Images of integers and bool are scaled as util::img_as_float does it; float16 is computed in float32. Symmetric
// matrices per element are given by their upper triangle, row by row: (00, 01, 11), (00, 01, 02, 11, 12, 22), ...
#pragma once

#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/feature_basic.h"
#include "opsin/feature_canny.h"
#include "opsin/feature_corners.h"
#include "opsin/feature_peaks.h"

namespace opsin::feature {

/// Which axis counts as the first: rows (rc), or columns (xy, two axes only).
enum class AxisOrder { rc, xy };

struct HessianMatrixOptions {
  /// Standard deviation in pixels, one for all axes or one per axis.
  std::vector<double> sigma = {1};
  Border mode = Border::constant;
  double cval = 0;
  AxisOrder order = AxisOrder::rc;
  /// Two successive Gaussian derivatives at sigma / sqrt(2); else central differences of the smoothed image.
  bool use_gaussian_derivatives = false;
};

/// The upper triangle of the Hessian: ndim (ndim + 1) / 2 images of the image's shape.
/// Throws ValueError for complex images, order xy with more than two axes, a negative sigma and, for differences, axes
/// of fewer than two elements or fewer than two axes; RuntimeError for a wrong number of sigmas.
std::vector<Array> hessian_matrix(const Array& image, const HessianMatrixOptions& options = {});

/// Eigenvalues per element, greatest first along a new first axis. Three images are 2 x 2 matrices whatever their
/// number of axes; otherwise the matrix has as many rows as the images have axes, and images beyond its triangle are
/// ignored. Throws IndexError for too few images, TypeError for integers in 2 x 2 and float16 in larger matrices,
/// ValueError for complex images or shapes that differ. Matrices of 1 to 3 rows take a closed form, larger ones Jacobi
/// rotations.
Array hessian_matrix_eigvals(const std::vector<Array>& elements);

struct HessianMatrixDetOptions {
  /// One value, or one per axis where the determinant is not approximated.
  std::vector<double> sigma = {1};
  /// For two axes: box filters over the integral image, in float64 whatever the image.
  bool approximate = true;
};

/// Determinant of the Hessian of central differences, or its approximation. Errors as hessian_matrix.
Array hessian_matrix_det(const Array& image, const HessianMatrixDetOptions& options = {});

struct StructureTensorOptions {
  /// Standard deviation of the window: one for all axes, or one per axis of the image.
  std::vector<double> sigma = {1};
  Border mode = Border::constant;
  double cval = 0;
  AxisOrder order = AxisOrder::rc;
};

/// The upper triangle of the smoothed products of Sobel derivatives. Axes of length 1 are dropped first. Two to five
/// axes. Throws ValueError for another number of axes, empty or complex images, a wrong number of sigmas, negative
/// sigma.
std::vector<Array> structure_tensor(const Array& image, const StructureTensorOptions& options = {});

/// As hessian_matrix_eigvals.
Array structure_tensor_eigenvalues(const std::vector<Array>& elements);

struct ShapeIndexOptions {
  std::vector<double> sigma = {1};
  Border mode = Border::constant;
  double cval = 0;
};

/// Koenderink's shape index in [-1, 1] of an image with two axes; NaN where it is flat. Errors as hessian_matrix, and
/// ValueError for more than two axes.
Array shape_index(const Array& image, const ShapeIndexOptions& options = {});

}  // namespace opsin::feature
