// SPDX-License-Identifier: Apache-2.0
// Sharpening and band-pass filters from Gaussians.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::filters {

struct UnsharpMaskOptions {
  /// Standard deviation of the blur in pixels: one for all axes, or one per axis but the channels'.
  std::vector<double> radius = {1.0};
  /// How much of the difference to the blurred image is added.
  double amount = 1.0;
  /// Keep the range of integer images, and do not clip; else values are clipped to [0, 1], or to [-1, 1] when the image
  /// holds a negative one.
  bool preserve_range = false;
  /// An axis that is not filtered.
  std::optional<int> channel_axis = std::nullopt;
};

/// image + amount * (image - its Gaussian), for images of any number of axes. The result has float_result()'s dtype.
/// Throws ValueError for a negative radius or a complex image, RuntimeError for a wrong number of radii.
Array unsharp_mask(const Array& image, const UnsharpMaskOptions& options = {});

struct DifferenceOfGaussiansOptions {
  /// Standard deviations of the broader Gaussian; 1.6 times the narrower one's without.
  std::optional<std::vector<double>> high_sigma = std::nullopt;
  Border mode = Border::nearest;
  double cval = 0;
  /// An axis that is not filtered.
  std::optional<int> channel_axis = std::nullopt;
  /// The filters end at this many standard deviations.
  double truncate = 4.0;
};

/// Gaussian of `low_sigma` less Gaussian of `high_sigma` (one for all axes, or one per axis but the channels'). The
/// result has float_result()'s dtype, integers are scaled to [0, 1].
/// Throws ValueError for a wrong number of sigmas, a negative one, one of `high_sigma` below its twin, a complex image.
Array difference_of_gaussians(const Array& image, const std::vector<double>& low_sigma,
                              const DifferenceOfGaussiansOptions& options = {});

}  // namespace opsin::filters
