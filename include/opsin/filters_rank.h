// SPDX-License-Identifier: Apache-2.0
// Rank filters: skimage.filters.rank. Part of opsin/filters.h.
//
// Each looks at the values under a footprint around an element, as a histogram. The footprint is cropped where the
// image ends: nothing lies beyond. With a mask, elements where it is zero do not count (as values; the result is
// computed there too). Where nothing counts the result is 0.
//
// Images are uint8 or uint16 of two axes, those that say so of three axes as well. Any other real dtype is brought to
// uint8 by img_as_ubyte, with a warning; bool images of two axes throw. A value below is one of `bins`: 256 for uint8,
// the greatest value of the image (at least 3) plus one for uint16, whose greatest value is looked at first, which
// waits for a CUDA device. More than 1024 bins leave a warning.
//
// Results have the image's dtype unless `out` has another. Integer results equal scikit-image's bit for bit.
//
// All throw ValueError for an image of another number of axes or without elements, a footprint of another number of
// axes, or a shift that moves the footprint's centre out of it.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::filters::rank {

using ndimage::Footprint;

struct RankOptions {
  /// Where the result goes: the image's shape; uint8, uint16, float32 or float64. It may overlap the image.
  std::optional<Array> out = std::nullopt;
  /// Of the image's shape; img_as_ubyte makes it an image of bytes, those other than 0 count.
  std::optional<Array> mask = std::nullopt;
  /// Move the centre of the footprint. Of an image of rows and columns, x goes along the columns and y along the rows;
  /// of three axes, x, y and z go along the first, second and third.
  int shift_x = 0;
  int shift_y = 0;
  int shift_z = 0;
};

/// Two or three axes.

/// (bins - 1) (value - least) / (greatest - least), in integers.
Array autolevel(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The greatest or the least value, whichever is nearer.
Array enhance_contrast(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// Shannon's entropy in bits, float64.
Array entropy(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// (bins - 1) times the share of values that are not above the element's.
Array equalize(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The geometric mean of values + 1, less 1, rounded.
Array geometric_mean(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// Greatest less least value.
Array gradient(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The most frequent value, the least one of several.
Array majority(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The greatest value.
Array maximum(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The mean, rounded down where the result is an integer.
Array mean(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The upper median. Without a footprint: all neighbours within one element.
Array median(const Array& image, const std::optional<Footprint>& footprint = std::nullopt,
             const RankOptions& options = {});
/// The least value.
Array minimum(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// As majority.
Array modal(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The distance to the nearest other value, where the footprint's centre does not count; 0 and bins - 1 are taken for
/// present. Throws IndexError where the shifted centre lies outside the footprint.
Array noise_filter(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// Otsu's threshold of the values.
Array otsu(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// How many values there are.
Array pop(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// (value - mean) / 2 + bins / 2 - 1.
Array subtract_mean(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// The sum, modulo 2^8 or 2^16 where the result is an integer.
Array sum(const Array& image, const Footprint& footprint, const RankOptions& options = {});
/// 1 where the element is above the mean.
Array threshold(const Array& image, const Footprint& footprint, const RankOptions& options = {});

/// Two axes from here on.

struct PercentileOptions {
  std::optional<Array> out = std::nullopt;
  std::optional<Array> mask = std::nullopt;
  int shift_x = 0;
  int shift_y = 0;
  /// Between 0 and 1: of the sorted values, those from the first share to the second count.
  double p0 = 0;
  double p1 = 1;
};
/// As autolevel, between the least and the greatest of the values that count; what lies beyond is brought there.
Array autolevel_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// The greatest or the least of the values that count, whichever is nearer.
Array enhance_contrast_percentile(const Array& image, const Footprint& footprint,
                                  const PercentileOptions& options = {});
/// Greatest less least of the values that count.
Array gradient_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// The mean of the values that count, rounded down.
Array mean_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// The value at the share p0; p1 has no influence.
Array percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// How many values count.
Array pop_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// (value - mean of the values that count) / 2 + bins / 2.
Array subtract_mean_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// The sum of the values that count, modulo 2^8 or 2^16 where the result is an integer.
Array sum_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});
/// bins - 1 where the element is not below the value at the share p0, else 0; p1 has no influence.
Array threshold_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& options = {});

struct BilateralOptions {
  std::optional<Array> out = std::nullopt;
  std::optional<Array> mask = std::nullopt;
  int shift_x = 0;
  int shift_y = 0;
  /// Values above value - s1 and below value + s0 count.
  std::int64_t s0 = 10;
  std::int64_t s1 = 10;
};
/// The mean of the values that count, rounded down.
Array mean_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& options = {});
/// How many values count.
Array pop_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& options = {});
/// The sum of the values that count, modulo 2^8 or 2^16 where the result is an integer.
Array sum_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& options = {});

struct WindowedHistogramOptions {
  /// float64, of the image's shape and n_bins.
  std::optional<Array> out = std::nullopt;
  std::optional<Array> mask = std::nullopt;
  int shift_x = 0;
  int shift_y = 0;
  /// By default the greatest value plus one, which waits for a CUDA device.
  std::optional<std::int64_t> n_bins = std::nullopt;
};
/// The histogram around every element, divided by its sum: float64, bins along a new last axis.
Array windowed_histogram(const Array& image, const Footprint& footprint, const WindowedHistogramOptions& options = {});

}  // namespace opsin::filters::rank

namespace opsin::filters {

/// Two arrays: the rank of every element's value among the different values of a real image (of its shape; uint8,
/// uint16 or uint32, whatever counts the elements), and those values, ascending. NaN is one value above all others.
/// Waits for a CUDA device. Throws IndexError for an image without elements, NotImplementedError for 2^32 and more.
std::vector<Array> rank_order(const Array& image);

}  // namespace opsin::filters
