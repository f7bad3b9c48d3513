// SPDX-License-Identifier: Apache-2.0
// Local features for pixel classifiers: skimage.feature.multiscale_basic_features.
#pragma once

#include <optional>

#include "opsin/array.h"

namespace opsin::feature {

struct MultiscaleBasicFeaturesOptions {
  bool intensity = true;
  bool edges = true;
  bool texture = true;
  double sigma_min = 0.5;
  double sigma_max = 16;
  /// Sigmas lie at equal ratios; by default one for each octave.
  std::optional<int> num_sigma = std::nullopt;
  std::optional<int> channel_axis = std::nullopt;
};
/// Local features at several scales, along a new last axis, in float32: for each channel and sigma the smoothed image,
/// the Sobel magnitude of that, and the eigenvalues of its Hessian. The smoothed images of all scales are held while
/// the result is written once: less than a quarter of its size. Throws ValueError when no kind of feature is wanted,
/// for complex images, and for texture of images with fewer than two axes or axes of fewer than two elements.
Array multiscale_basic_features(const Array& image, const MultiscaleBasicFeaturesOptions& options = {});

}  // namespace opsin::feature
