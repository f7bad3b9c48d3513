// SPDX-License-Identifier: Apache-2.0
// Corner detectors: skimage.feature.
//
// Images of integers and bool are scaled as util::img_as_float does it, but for corner_kitchen_rosenfeld and
// corner_subpix, which take values as they are; float16 is computed in float32. Results are float32 or float64.
#pragma once

#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::feature {

/// det - k trace^2, or 2 det / (trace + eps).
enum class HarrisMethod { k, eps };

struct CornerHarrisOptions {
  HarrisMethod method = HarrisMethod::k;
  double k = 0.05;
  double eps = 1e-6;
  /// Standard deviation of the structure tensor's window in pixels, one for both axes or one per axis.
  std::vector<double> sigma = {1};
};
/// Harris' measure of a plane image; axes of length 1 are dropped first. Errors as structure_tensor, and ValueError for
/// more axes. C. Harris, M. Stephens, "A combined corner and edge detector", 1988.
Array corner_harris(const Array& image, const CornerHarrisOptions& options = {});

struct CornerOptions {
  std::vector<double> sigma = {1};
};
/// The smaller eigenvalue of the structure tensor. Errors as corner_harris. J. Shi, C. Tomasi, "Good features to
/// track", 1994.
Array corner_shi_tomasi(const Array& image, const CornerOptions& options = {});
/// The size w = det / trace and the roundness q = 4 det / trace^2 of the error ellipse; 0 where the trace is. Errors as
/// corner_harris. W. Foerstner, E. Guelch, "A fast operator for detection and precise location of distinct points",
/// 1987.
std::vector<Array> corner_foerstner(const Array& image, const CornerOptions& options = {});

struct CornerKitchenRosenfeldOptions {
  Border mode = Border::constant;
  double cval = 0;
};
/// Curvature of the grey value contour times the gradient's length: 0 where that is. Throws ValueError for complex
/// images and another number of axes than two. L. Kitchen, A. Rosenfeld, "Gray-level corner detection", 1982.
Array corner_kitchen_rosenfeld(const Array& image, const CornerKitchenRosenfeldOptions& options = {});

struct CornerMoravecOptions {
  int window_size = 1;
};
/// The least sum of squared differences between a window and those around it, which are off along both axes; 0 nearer
/// to an edge than 2 window_size. Throws ValueError for complex images, TypeError for another number of axes than two.
/// H. Moravec, "Obstacle avoidance and navigation in the real world by a seeing robot rover", 1980.
Array corner_moravec(const Array& image, const CornerMoravecOptions& options = {});

struct CornerFastOptions {
  /// Neighbouring pixels of the circle of 16 that must be brighter, or darker, than the centre.
  int n = 12;
  /// By how much.
  double threshold = 0.15;
};
/// The sum of absolute differences to the circle where the test holds, else 0. Axes of length 1 are dropped; throws
/// ValueError for another number of axes than two then, empty and complex images. E. Rosten, T. Drummond, "Machine
/// learning for high-speed corner detection", 2006.
Array corner_fast(const Array& image, const CornerFastOptions& options = {});

/// Angle of the vector from each corner (rows of `corners`: row, column) to the centre of mass of the elements that
/// `mask` marks around it. Throws ValueError for a mask of an even size, corners that are not int64, and as
/// corner_fast.
Array corner_orientations(const Array& image, const Array& corners, const ndimage::Footprint& mask);

struct CornerSubpixOptions {
  int window_size = 11;
  double alpha = 0.99;
};
/// Corners (rows of `corners`: row, column) moved to where the gradients of the window around each meet (a corner) or
/// turn about (a dot); NaN where neither hypothesis holds at the significance level `alpha`. An even window counts as
/// the next smaller odd one. W. Foerstner, E. Guelch as above. Throws ValueError for another number of axes than two,
/// window_size < 1, complex images, and corners of a floating dtype that are not whole numbers: to look at those waits
/// for a CUDA device.
Array corner_subpix(const Array& image, const Array& corners, const CornerSubpixOptions& options = {});

}  // namespace opsin::feature
