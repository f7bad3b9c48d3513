// SPDX-License-Identifier: Apache-2.0
// Curves of intensity, and images brought to a range: skimage.exposure.
#pragma once

#include <array>
#include <optional>

#include "opsin/array.h"

namespace opsin::exposure {

struct AdjustGammaOptions {
  double gamma = 1;
  double gain = 1;
};
/// (x / scale)^gamma * scale * gain, with scale the dtype's largest value, 1 for floats. The result has the image's
/// dtype; integers are truncated, but for uint8, which is rounded and at most 255. Throws ValueError for a negative
/// gamma, for complex images and for images with negative values; those are looked for where the dtype has them, for
/// which CUDA is waited for.
Array adjust_gamma(const Array& image, const AdjustGammaOptions& options = {});

struct AdjustLogOptions {
  double gain = 1;
  /// (2^(x / scale) - 1) * scale * gain instead of the logarithm.
  bool inv = false;
};
/// log2(1 + x / scale) * scale * gain; else as adjust_gamma().
Array adjust_log(const Array& image, const AdjustLogOptions& options = {});

struct AdjustSigmoidOptions {
  double cutoff = 0.5;
  double gain = 10;
  /// 1 - the sigmoid.
  bool inv = false;
};
/// scale / (1 + exp(gain * (cutoff - x / scale))); else as adjust_gamma().
Array adjust_sigmoid(const Array& image, const AdjustSigmoidOptions& options = {});

/// What an image's values, or those that it shall have, lie between: a pair, or the image's own least and greatest
/// value.
using Range = std::optional<std::array<double, 2>>;

struct RescaleIntensityOptions {
  Range in_range = std::nullopt;
  Range out_range = std::nullopt;
  /// The result's dtype.
  DType dtype = DType::float64;
  /// The lower end of out_range is 0 where in_range has no negative values.
  bool clip_negative = false;
};
/// Values clipped to in_range, then stretched to out_range. Of a range without width, values are only clipped to
/// out_range. A range that is NaN makes everything NaN; that is warned of where it costs no wait for the device.
Array rescale_intensity(const Array& image, const RescaleIntensityOptions& options);

}  // namespace opsin::exposure
