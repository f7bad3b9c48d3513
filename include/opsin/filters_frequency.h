// SPDX-License-Identifier: Apache-2.0
// Filters in the Fourier domain.
#pragma once

#include <optional>

#include "opsin/array.h"

namespace opsin::filters {

struct ButterworthOptions {
  /// Where the gain is half its greatest, in units of the sampling frequency: from 0 to 0.5.
  double cutoff_frequency_ratio = 0.005;
  /// Keep what lies above the cutoff, else what lies below it.
  bool high_pass = true;
  /// How steep the slope is.
  double order = 2.0;
  /// An axis that is not transformed.
  std::optional<int> channel_axis = std::nullopt;
  /// The square of the classical filter; else its root, with a gain of 1 / sqrt(2) at the cutoff.
  bool squared_butterworth = true;
  /// Elements by which the edges are extended before, with their own values.
  int npad = 0;
};

/// The image times 1 / (1 + (f / cutoff)^(2 order)) in the Fourier domain, or what that leaves. The result has
/// float_result()'s dtype, complex images stay complex; integers are not scaled.
/// Throws ValueError for a negative npad, a cutoff outside [0, 0.5], and images without an axis to transform or with an
/// empty one; IndexError for a channel_axis that is none.
Array butterworth(const Array& image, const ButterworthOptions& options = {});

}  // namespace opsin::filters
