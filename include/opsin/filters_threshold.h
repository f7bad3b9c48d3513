// SPDX-License-Identifier: Apache-2.0
// Thresholds: skimage.filters.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/exposure.h"

namespace opsin::filters {

/// A number to compare with: a value, or an array of one element on the image's device, such as a threshold function
/// returns; its kernel reads it there, and the host does not wait for it.
class Level {
 public:
  Level(double value) : value_(value) {}  // NOLINT: implicit on purpose
  Level(std::integral auto value)         // NOLINT: implicit on purpose
      : value_(static_cast<double>(value)) {
    if (value < 0 || static_cast<std::uint64_t>(value) <= std::numeric_limits<std::int64_t>::max()) {
      whole_ = static_cast<std::int64_t>(value);
    }
  }
  Level(const Array& array) : array_(array) {}  // NOLINT: implicit on purpose
  double value() const { return value_; }
  /// The value where it was given as an integer, of which a double holds 53 bits only.
  const std::optional<std::int64_t>& whole() const { return whole_; }
  /// Not defined for a value.
  const Array& array() const { return array_; }

 private:
  double value_ = 0;
  std::optional<std::int64_t> whole_;
  Array array_;
};

/// True where the image is above `high`, and where it is above `low` and connected with such an element through
/// elements above `low`. Neighbours share a face. A `low` above `high` counts as `high`. Integers of 64 bits are
/// compared as float64, as NumPy does, with levels that are no integers. Throws ValueError for complex and empty
/// images.
Array apply_hysteresis_threshold(const Array& image, const Level& low, const Level& high);

struct HistogramThresholdOptions {
  /// Bins of float and bool images; integers have one for each value.
  std::int64_t nbins = 256;
};

enum class HistogramMethod : std::uint8_t { otsu, yen, isodata, minimum, triangle };

struct HistogramRule {
  HistogramMethod method = HistogramMethod::otsu;
  /// Of HistogramMethod::minimum: how often the histogram is smoothed at most.
  std::int64_t max_num_iter = 10000;
};

/// A threshold that follows from an image's histogram, a 0-d array: the centre of a bin. int64 for integer images, the
/// image's dtype for floats, float64 for bool; of an image of one value, that value (of the image's dtype where that
/// costs no wait: on the CPU). Throws as exposure::histogram(); on CUDA float images are waited for, to see whether
/// their range is finite.
Array threshold_from_image(const Array& image, const HistogramRule& rule, const HistogramThresholdOptions& options);
/// The same from a histogram; counts are taken as float32. On CUDA this waits.
Array threshold_from_histogram(const Array& counts, const Array& bin_centers, const HistogramRule& rule);

/// N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9, 1979.
inline Array threshold_otsu(const Array& image, const HistogramThresholdOptions& o = {}) {
  return threshold_from_image(image, {HistogramMethod::otsu}, o);
}
inline Array threshold_otsu(const exposure::Histogram& hist) {
  return threshold_from_histogram(hist.counts, hist.bin_centers, {HistogramMethod::otsu});
}

/// J. C. Yen, F. J. Chang, S. Chang, "A new criterion for automatic multilevel thresholding", IEEE Trans. Image
/// Processing 4, 1995.
inline Array threshold_yen(const Array& image, const HistogramThresholdOptions& o = {}) {
  return threshold_from_image(image, {HistogramMethod::yen}, o);
}
inline Array threshold_yen(const exposure::Histogram& hist) {
  return threshold_from_histogram(hist.counts, hist.bin_centers, {HistogramMethod::yen});
}

/// T. W. Ridler, S. Calvard, "Picture thresholding using an iterative selection method", IEEE Trans. SMC 8, 1978. The
/// first threshold that is halfway between the means of what it divides.
inline Array threshold_isodata(const Array& image, const HistogramThresholdOptions& o = {}) {
  return threshold_from_image(image, {HistogramMethod::isodata}, o);
}
inline Array threshold_isodata(const exposure::Histogram& hist) {
  return threshold_from_histogram(hist.counts, hist.bin_centers, {HistogramMethod::isodata});
}
/// All of them, a 1-d array; waits for a CUDA device.
Array threshold_isodata_all(const Array& image, const HistogramThresholdOptions& options = {});
Array threshold_isodata_all_from_histogram(const Array& counts, const Array& bin_centers);

/// J. M. S. Prewitt, M. L. Mendelsohn, "The analysis of cell images", Ann. N. Y. Acad. Sci. 128, 1966: the least count
/// between the two maxima of a histogram that was smoothed until it had two. Throws RuntimeError where that fails, and
/// waits for a CUDA device to see it.
inline Array threshold_minimum(const Array& image, const HistogramThresholdOptions& o = {},
                               std::int64_t max_num_iter = 10000) {
  return threshold_from_image(image, {HistogramMethod::minimum, max_num_iter}, o);
}
inline Array threshold_minimum(const exposure::Histogram& hist, std::int64_t max_num_iter = 10000) {
  return threshold_from_histogram(hist.counts, hist.bin_centers, {HistogramMethod::minimum, max_num_iter});
}

/// G. W. Zack, W. E. Rogers, S. A. Latt, "Automatic measurement of sister chromatid exchange frequency", J. Histochem.
/// Cytochem. 25, 1977.
inline Array threshold_triangle(const Array& image, const HistogramThresholdOptions& o = {}) {
  return threshold_from_image(image, {HistogramMethod::triangle}, o);
}

/// The mean of an image, a 0-d array: of the image's dtype for floats, else float64. Summed in float64.
Array threshold_mean(const Array& image);

struct LiOptions {
  /// The iteration ends when a step is not above this; 0 for half of the least difference between values.
  double tolerance = 0;
  /// Where it starts, within the image's range; the mean by default.
  std::optional<double> initial_guess = std::nullopt;
};
/// The threshold of least cross entropy, by Li's iteration: a 0-d array of float64 for integers and bool, else of the
/// image's dtype. NaN and infinite elements do not count. NaN for an image of nothing else. Throws ValueError for a
/// guess outside the range, which makes this wait for a CUDA device.
Array threshold_li(const Array& image, const LiOptions& options = {});
/// The same with the thresholds that the iteration went through, a 1-d array; waits for a CUDA device.
std::vector<Array> threshold_li_steps(const Array& image, const LiOptions& options = {});

struct MultiOtsuOptions {
  /// From 2 to 16.
  std::int64_t classes = 3;
  std::int64_t nbins = 256;
};
/// The thresholds that leave the most variance between several classes, a 1-d array of bin centres. Throws ValueError
/// for fewer different values than classes; waits for a CUDA device, to see that.
Array threshold_multiotsu(const Array& image, const MultiOtsuOptions& options = {});
Array threshold_multiotsu_from_histogram(const Array& counts, const Array& bin_centers, std::int64_t classes);

}  // namespace opsin::filters
