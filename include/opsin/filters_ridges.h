// SPDX-License-Identifier: Apache-2.0
// Ridge filters: skimage.filters.meijering, sato, frangi, hessian. Part of opsin/filters.h.
//
// All work on the eigenvalues of the Hessian (two successive Gaussian derivatives at sigma / sqrt(2)) at every sigma,
// and give the greatest response over the sigmas. Values are not scaled: integer images count as they are, in float64.
// The result has float_result()'s dtype and the image's shape. Memory: the result and ndim + 2 images.
//
// Where a NaN or an infinity is, results are NaN as far as the filters reach; scikit-image raises for three axes and
// more.
#pragma once

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::filters {

/// One scale: a standard deviation in pixels for all axes, or one per axis.
struct RidgeSigma : std::vector<double> {
  RidgeSigma(double sigma) : std::vector<double>{sigma} {}                          // NOLINT: {2} is a scale
  RidgeSigma(std::initializer_list<double> sigma) : std::vector<double>(sigma) {}   // NOLINT
  RidgeSigma(std::vector<double> sigma) : std::vector<double>(std::move(sigma)) {}  // NOLINT
};

struct MeijeringOptions {
  std::vector<RidgeSigma> sigmas = {1, 3, 5, 7, 9};
  /// Weight of the other eigenvalues; 1 / (ndim + 1) when not given.
  std::optional<double> alpha = std::nullopt;
  /// Look for dark ridges on a bright ground; bright ridges when false.
  bool black_ridges = true;
  Border mode = Border::reflect;
  double cval = 0;
};

struct SatoOptions {
  std::vector<double> sigmas = {1, 3, 5, 7, 9};
  bool black_ridges = true;
  Border mode = Border::reflect;
  double cval = 0;
};

struct FrangiOptions {
  std::vector<RidgeSigma> sigmas = {1, 3, 5, 7, 9};
  /// Sensitivity to deviation from a plate (three axes), from a blob, and to structure.
  double alpha = 0.5;
  double beta = 0.5;
  /// Half of the greatest Hessian norm at the first sigma when not given.
  std::optional<double> gamma = std::nullopt;
  bool black_ridges = true;
  Border mode = Border::reflect;
  double cval = 0;
};

struct HessianOptions {
  std::vector<RidgeSigma> sigmas = {1, 3, 5, 7, 9};
  double alpha = 0.5;
  double beta = 0.5;
  std::optional<double> gamma = 15.0;
  bool black_ridges = true;
  Border mode = Border::reflect;
  double cval = 0;
};

/// Meijering's neuriteness, any number of axes from one; each sigma's response is divided by its maximum.
/// Throws ValueError for complex or empty images, IndexError for 0-d ones, RuntimeError for a wrong number of sigmas.
Array meijering(const Array& image, const MeijeringOptions& options = {});

/// Sato's tubeness, two or three axes. Throws ValueError for another number of axes, an empty or a complex image.
Array sato(const Array& image, const SatoOptions& options = {});

/// Frangi's vesselness, two or three axes. Errors as sato, and RuntimeError for a wrong number of sigmas.
Array frangi(const Array& image, const FrangiOptions& options = {});

/// Frangi's vesselness with a fixed gamma, and 1 wherever it is zero. Errors as frangi.
Array hessian(const Array& image, const HessianOptions& options = {});

}  // namespace opsin::filters
