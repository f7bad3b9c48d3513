// SPDX-License-Identifier: Apache-2.0
// Interpolation in a table on the device: numpy.interp, in float64.
#pragma once

#include "core/dispatch.h"
#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// The line between (x[j], y[j]) and (x[j + 1], y[j + 1]), and the y of the ends outside. x increases.
struct LineTable {
  const double* x;
  const double* y;
  const double* slope;  // of the line from point j on
  std::int64_t n;

  /// What slope[j] has to be.
  HD static double slope_at(const double* x, const double* y, std::int64_t j) {
    return (y[j + 1] - y[j]) / (x[j + 1] - x[j]);
  }

  /// j is found from a guess near it.
  HD double from(std::int64_t guess, double at) const {
    if (!(at >= x[0])) return at != at ? at : y[0];
    if (at >= x[n - 1]) return y[n - 1];
    std::int64_t j = guess < 0 ? 0 : guess > n - 2 ? n - 2 : guess;
    while (at < x[j]) --j;
    while (at >= x[j + 1]) ++j;
    if (x[j] == at) return y[j];
    double value = slope[j] * (at - x[j]) + y[j];
    if (value != value) value = slope[j] * (at - x[j + 1]) + y[j + 1];
    return value != value && y[j] == y[j + 1] ? y[j] : value;
  }
  /// j is searched by halves.
  HD double search(double at) const {
    std::int64_t low = 0, high = n;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (at >= x[middle] ? low : high) = middle;
    }
    return from(low, at);
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
