// SPDX-License-Identifier: Apache-2.0
// Exposure: skimage.exposure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/exposure_adjust.h"

namespace opsin::exposure {

/// How often values occur, and the values, or the centres of the bins that hold them.
struct __attribute__((visibility("default"))) Histogram {
  Array counts;
  Array bin_centers;
};

enum class SourceRange : std::uint8_t {
  image,  // from the least to the greatest value of the image
  dtype,  // of the dtype: [-1, 1] for floats
};

struct HistogramOptions {
  /// Bins of float and bool images; integers have one for each value.
  std::int64_t nbins = 256;
  SourceRange source_range = SourceRange::image;
  /// Divide the counts by their sum.
  bool normalize = false;
  /// An axis of channels, which have a histogram each, of the same bins: counts then has the shape (channels, bins).
  std::optional<int> channel_axis = std::nullopt;
};

/// The histogram of an image as numpy.histogram gives it for floats, with centres instead of edges; of integers the
/// counts of all values in the range. Counts are int64, or float64 when normalised; centres are int64 for integers, of
/// the image's dtype for floats, float64 for bool. Values outside the range do not count. Throws ValueError for an
/// image whose range is not finite, for an empty integer image, fewer than 1 bin, uint64 values from 2^63 on and
/// integers too far apart for a bin each, TypeError for complex images. On CUDA this waits for the device, to see
/// whether the range is finite or to size the histogram of integers.
Histogram histogram(const Array& image, const HistogramOptions& options = {});

/// Cumulative sums of the histogram over their last one, of float_result()'s dtype, and the histogram's centres.
Histogram cumulative_distribution(const Array& image, std::int64_t nbins = 256);

struct EqualizeHistOptions {
  std::int64_t nbins = 256;
  /// Only elements where this bool array of the image's shape is true are counted; all are equalised.
  std::optional<Array> mask = std::nullopt;
};

/// The cumulative distribution of an image, interpolated at its values: a float_result() image in [0, 1] of about
/// equally frequent values. Throws as histogram().
Array equalize_hist(const Array& image, const EqualizeHistOptions& options = {});

struct EqualizeAdapthistOptions {
  /// Of a tile: one size for all axes or one for each; an eighth of the image by default.
  std::vector<std::int64_t> kernel_size = {};
  /// The share of a tile's elements that a bin may hold before it is cut off; 0 for no limit.
  double clip_limit = 0.01;
  std::int64_t nbins = 256;
};
/// Contrast-limited adaptive histogram equalisation of an image of any number of axes: a float_result() image in [0,
/// 1]. An image of shape (M, N, 3) or (M, N, 4) is colour: its value is equalised, and alpha left out. Throws
/// ValueError for floats outside [-1, 1] (CUDA is waited for, to see them), for complex and empty images and for a
/// number of sizes that is not the image's.
Array equalize_adapthist(const Array& image, const EqualizeAdapthistOptions& options = {});

struct IsLowContrastOptions {
  double fraction_threshold = 0.05;
  double lower_percentile = 1;
  double upper_percentile = 99;
};
/// Whether the range between two percentiles is less than a fraction of the dtype's range ([-1, 1] for floats): a 0-d
/// bool array. 3-d images with 3 or 4 elements along the last axis count as colour, of which the luminance is taken;
/// bool images have low contrast unless they hold both values. Throws IndexError for empty images, ValueError for
/// percentiles outside [0, 100].
Array is_low_contrast(const Array& image, const IsLowContrastOptions& options = {});

struct MatchHistogramsOptions {
  /// An axis of channels, each of which is matched to the same one of the reference.
  std::optional<int> channel_axis = std::nullopt;
};
/// The image with the cumulative histogram of the reference: a float_result() image, or of the image's dtype with a
/// channel axis (float32 for float16). Throws ValueError for images of different numbers of axes or channels, TypeError
/// for complex and uint64 ones.
Array match_histograms(const Array& image, const Array& reference, const MatchHistogramsOptions& options = {});

}  // namespace opsin::exposure
