// SPDX-License-Identifier: Apache-2.0
// Moments of images of any number of axes: skimage.measure.
//
// Results are float32 for float16 and float32 images, else float64; sums are float64 always. Complex images throw
// ValueError, negative orders as well. The array of moments of order n has n + 1 elements along each of the image's
// axes, the powers of the coordinates.
#pragma once

#include <variant>
#include <vector>

#include "opsin/array.h"

namespace opsin::measure {

struct MomentsOptions {
  int order = 3;
  /// Distance of two elements along each axis; 1 by default.
  std::vector<double> spacing = {};
};
/// Raw moments: coordinates are indices times spacing. Throws IndexError for too few spacings.
Array moments(const Array& image, const MomentsOptions& options = {});

/// Numbers, or a float64 array with one for each axis on the image's device; nothing stands for the centroid.
using Centre = std::variant<std::monostate, std::vector<double>, Array>;

struct MomentsCentralOptions {
  Centre center = {};
  int order = 3;
  std::vector<double> spacing = {};
};
/// Moments about a centre. Those about the centroid are made of the raw ones, and those of a total order above `order`
/// are left zero then. Throws IndexError for too few spacings or coordinates, and about the centroid for order 0.
Array moments_central(const Array& image, const MomentsCentralOptions& options = {});

struct MomentsCoordsOptions {
  /// One number stands for all coordinates.
  Centre center = {};
  int order = 3;
  /// The result in float64 whatever the coordinates.
  bool wide = false;
};
/// Moments of points, one in each row of `coords`, about a centre (by default their mean). Throws ValueError for no
/// points, for points of more than 8 coordinates, and for a centre of another number of them or on another device.
Array moments_coords_central(const Array& coords, const MomentsCoordsOptions& options = {});

struct MomentsNormalizedOptions {
  int order = 3;
  std::vector<double> spacing = {};
};
/// Central moments made independent of scale; NaN where the total order is below 2. Throws ValueError when `mu` holds
/// fewer orders, or integers.
Array moments_normalized(const Array& mu, const MomentsNormalizedOptions& options = {});

/// Hu's seven moments (1962), independent of scale and rotation, of the normalised moments of a plane image. Throws
/// ValueError for moments of an order below 3, TypeError for complex ones and for another number of axes than 2.
Array moments_hu(const Array& nu);

struct CentroidOptions {
  std::vector<double> spacing = {};
};
/// The weighted mean of the coordinates.
Array centroid(const Array& image, const CentroidOptions& options = {});

/// The inertia tensor about the centroid, from central moments `mu` of at least order 2. `ndim` is the image's. Throws
/// IndexError for fewer moments, and for an `mu` of another number of axes than `ndim`.
Array inertia_tensor(const Array& mu, int ndim);
/// Eigenvalues of a symmetric matrix, at least zero, the greatest first. Throws ValueError for what is no square of at
/// most 8 rows, TypeError for float16 and complex ones.
Array inertia_tensor_eigvals(const Array& tensor);

}  // namespace opsin::measure
