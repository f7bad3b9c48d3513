// SPDX-License-Identifier: Apache-2.0
// Points that keep a distance: in the order of the list, a point is kept unless one that is kept lies too near. The
// result is the same however many points are looked at at once.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/check.h"
#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Minkowski distance of points with whole coordinates.
struct Spacing {
  double distance;
  double p;
  bool inclusive;        // a point at exactly that distance is too near
  double powers = 0;     // for other p: sums of powers up to this,
  double powers_to = 0;  // and below this, are too near

  template <class I>
  HD bool too_near(const I* a, const I* b, int ndim) const {
    double sum = 0;
    for (int k = 0; k < ndim; ++k) {
      const double d = static_cast<double>(a[k] < b[k] ? b[k] - a[k] : a[k] - b[k]);
      if (p == 2) {
        sum += d * d;
      } else if (p == 1) {
        sum += d;
      } else if (p == static_cast<double>(INFINITY)) {
        sum = d > sum ? d : sum;
      } else {
        sum += ::pow(d, p);
      }
    }
    if (p != 1 && p != 2 && p != static_cast<double>(INFINITY)) return sum <= powers && (inclusive || sum < powers_to);
    const double limit = p == 2 ? distance * distance : distance;
    return inclusive ? sum <= limit : sum < limit;
  }
};

/// For other p than 1, 2 and infinity SciPy takes the root of the sum, whose rounding decides: where it reaches the
/// distance is found here once, so that every device decides alike.
inline Spacing spacing_of(double distance, double p, bool inclusive) {
  const bool unused = !inclusive && distance <= 1;  // All points have that distance from each other.
  core::check_plain(unused || p > 0, "p must be greater than 0");
  Spacing s{distance, p, inclusive};
  if (unused || p == 1 || p == 2 || std::isinf(p)) return s;
  s.powers = std::pow(distance, p);
  // Bits of positive numbers have their order. The root of infinity reaches every distance.
  std::uint64_t low = 0, high = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity());
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (std::pow(std::bit_cast<double>(middle), 1 / p) >= distance) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  s.powers_to = std::bit_cast<double>(high);
  return s;
}

/// Bytes, 1 for the points that are kept. `points` is a contiguous int64 array (points, axes) of not negative numbers.
Array spaced_points(const Array& points, const Spacing& spacing);

}  // namespace opsin::OPSIN_TARGET::engine
