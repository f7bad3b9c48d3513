// SPDX-License-Identifier: Apache-2.0
// One-dimensional filter weights, always computed on the host in double.
#pragma once

#include <cstdint>
#include <vector>

namespace opsin::engine {

/// Correlation weights: out[i] = sum over k of weight[k] * in[i + first + k].
struct Taps {
  enum class Symmetry : std::uint8_t { none, even, odd };

  std::vector<double> weight{1.0};
  int first = 0;
  Symmetry symmetry = Symmetry::even;

  int size() const { return static_cast<int>(weight.size()); }
  bool identity() const { return size() == 1 && first == 0 && weight[0] == 1.0; }
  /// Elements before and after the output's own that the taps reach; both >= 0.
  int before() const { return first < 0 ? -first : 0; }
  int after() const { return first + size() - 1 > 0 ? first + size() - 1 : 0; }
  double sum() const;

  friend bool operator==(const Taps&, const Taps&) = default;
};

/// Taps as SciPy's correlate1d takes them: centred at size / 2, shifted by origin. Symmetry is found as SciPy finds it.
Taps correlation_taps(std::vector<double> weights, int origin = 0);

/// Gaussian of `sigma` or its derivative of `order`, cut at int(truncate * sigma + 0.5) (or `radius` when >= 0), as
/// scipy.ndimage.gaussian_filter1d builds it.
Taps gaussian_taps(double sigma, int order, double truncate, int radius = -1);

/// Drops taps at both ends whose absolute value is below `relative` times the sum of absolute values.
Taps trimmed(const Taps& taps, double relative);

}  // namespace opsin::engine
