// SPDX-License-Identifier: Apache-2.0
// Thresholds that differ from pixel to pixel: skimage.filters.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::filters {

struct NiblackOptions {
  /// Odd: one for all axes, or one for each.
  std::vector<std::int64_t> window_size = {15};
  double k = 0.2;
};
/// mean - k * deviation of the window about each pixel, the image being mirrored about its outermost pixels. The result
/// has float_result()'s dtype. Throws ValueError for even sizes, for a number of sizes that is not the image's, for
/// empty and complex images. W. Niblack, "An introduction to digital image processing", 1986.
Array threshold_niblack(const Array& image, const NiblackOptions& options = {});

struct SauvolaOptions {
  std::vector<std::int64_t> window_size = {15};
  double k = 0.2;
  /// The deviation's range; half of the dtype's by default.
  std::optional<double> r = std::nullopt;
};
/// mean * (1 + k * (deviation / r - 1)); else as threshold_niblack(). J. Sauvola, M. Pietikainen, "Adaptive document
/// image binarization", Pattern Recognition 33, 2000.
Array threshold_sauvola(const Array& image, const SauvolaOptions& options = {});

struct ThresholdLocalOptions {
  enum class Method : std::uint8_t { gaussian, mean };

  /// Odd: one for all axes, or one for each.
  std::vector<std::int64_t> block_size = {3};
  Method method = Method::gaussian;
  /// Subtracted from what the method gives.
  double offset = 0;
  Border mode = Border::reflect;
  /// Of Method::gaussian: one for all axes or one for each; a sixth of (block_size - 1) by default.
  std::vector<double> sigma = {};
  double cval = 0;
};
/// A weighted or plain mean of the window about each pixel, less an offset, in float_result()'s dtype. Throws
/// ValueError for even sizes and a number of sizes that is not the image's.
Array threshold_local(const Array& image, const ThresholdLocalOptions& options = {});

/// image - offset, in float_result()'s dtype: what a median or a caller's own method is followed by.
Array less_by(const Array& image, double offset);

}  // namespace opsin::filters
