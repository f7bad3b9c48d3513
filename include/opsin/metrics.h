// SPDX-License-Identifier: Apache-2.0
// How much two images differ: skimage.metrics.
//
// A scalar result is an array of no axes and float64 unless something else is said. On CUDA nothing waits for it.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"

namespace opsin::metrics {

struct StructuralSimilarityOptions {
  /// Side of the window, odd; without, 7, or what the Gaussian needs.
  std::optional<int> win_size = std::nullopt;
  /// Return the gradient with respect to the second image.
  bool gradient = false;
  /// Greatest possible value less the least one; without, that of an integer dtype.
  std::optional<double> data_range = std::nullopt;
  /// An axis of images of their own, whose similarities are averaged.
  std::optional<int> channel_axis = std::nullopt;
  /// Weigh the window by a Gaussian of `sigma`, cut at 3.5 sigma.
  bool gaussian_weights = false;
  /// Return the similarity at each element.
  bool full = false;
  double K1 = 0.01;
  double K2 = 0.03;
  double sigma = 1.5;
  /// Variances are divided by the number of elements of a window less one.
  bool use_sample_covariance = true;
};

struct StructuralSimilarity {
  /// The mean over all windows that lie in the image: float64; with channels of float_result()'s dtype.
  Array mean;
  /// Where asked for; of the images' shape and float_result()'s dtype, as are sums.
  std::optional<Array> gradient;
  std::optional<Array> full;
};

/// Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE Transactions on Image
/// Processing 13, 2004; the gradient after Avanaki, "Exact global histogram specification optimized for structural
/// similarity", Optical Review 16, 2009. Images of one shape and any number of axes.
/// Throws ValueError for shapes that differ, complex images, an even window or one larger than the images, negative K1,
/// K2 or sigma, a window of one element whose variance is to be a sample's, and floats without data_range.
StructuralSimilarity structural_similarity(const Array& im1, const Array& im2,
                                           const StructuralSimilarityOptions& options = {});

/// Mean of the squared differences. Throws ValueError for shapes that differ and complex images.
Array mean_squared_error(const Array& image0, const Array& image1);

/// What the root of the mean squared error is divided by: the root of the mean square, the range or the mean of the
/// first image.
enum class Normalization { euclidean, min_max, mean };

struct NormalizedRootMseOptions {
  Normalization normalization = Normalization::euclidean;
};

/// Errors as mean_squared_error, and ValueError for the range of an empty image.
Array normalized_root_mse(const Array& image_true, const Array& image_test,
                          const NormalizedRootMseOptions& options = {});

struct PeakSignalNoiseRatioOptions {
  /// Greatest possible value less the least one. Without: the dtype's greatest value (1 for floats), or its whole range
  /// when the first image holds a negative value.
  std::optional<double> data_range = std::nullopt;
};

/// 10 log10(data_range^2 / mean squared error). Without a data_range, floats outside [-1, 1] are a ValueError; to find
/// them a call on CUDA waits for the device.
Array peak_signal_noise_ratio(const Array& image_true, const Array& image_test,
                              const PeakSignalNoiseRatioOptions& options = {});

struct NormalizedMutualInformationOptions {
  /// Bins along each axis of the joint histogram: one number for both images, or one each.
  std::vector<std::int64_t> bins = {100};
};

/// (H(A) + H(B)) / H(A, B) with the entropies of a joint histogram whose bins divide the range of each image evenly;
/// from 1 to 2. Studholme, Hill and Hawkes, "An overlap invariant entropy measure of 3D medical image alignment",
/// Pattern Recognition 32, 1999. An image that is smaller along an axis is extended by zeros.
/// Throws ValueError for numbers of axes that differ, bins < 1, complex images, and values that are not finite; to find
/// those a call on CUDA waits for the device when an image holds floats.
Array normalized_mutual_information(const Array& image0, const Array& image1,
                                    const NormalizedMutualInformationOptions& options = {});

}  // namespace opsin::metrics
