// SPDX-License-Identifier: Apache-2.0
// The incomplete beta function of two equal parameters: tails of the correlation coefficient and of Fisher's F with
// equal degrees of freedom.
#pragma once

#include <cmath>

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// Gamma(a + 1/2) / Gamma(a) for a > 0: an asymptotic series, from 40 on good to 1e-15, and the recurrence below.
HD double half_step_of_gamma(double a) {
  double factor = 1;
  for (; a < 40; a += 1) factor *= a / (a + 0.5);
  const double x = 1 / a;
  const double series =
      1 + x * (-1.0 / 8 +
               x * (1.0 / 128 + x * (5.0 / 1024 + x * (-21.0 / 32768 + x * (-399.0 / 262144 + x * 869.0 / 4194304)))));
  return factor * sqrt(a) * series;
}

/// The share of Beta(a, a) on [-1, 1] that lies at r or beyond, for r in [0, 1]: the regularised incomplete beta
/// function of (1 - r) / 2, by its continued fraction (W. Lentz' method; NIST DLMF 8.17.22).
HD double symmetric_beta_tail(double a, double r) {
  if (!(r > 0)) return r == 0 ? 0.5 : r;
  if (r >= 1) return 0;
  const double x = (1 - r) / 2;
  constexpr double least = 1e-300;
  double c = 1, d = 0, fraction = 1;
  // The number of terms grows with the root of a.
  for (int step = 1; step < 200000; ++step) {
    const double m = step / 2;
    const double term = step % 2 == 0 ? m * (a - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                                      : -(a + m) * (2 * a + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + term * d;
    d = 1 / (abs(d) < least ? least : d);
    c = 1 + term / c;
    c = abs(c) < least ? least : c;
    fraction *= c * d;
    if (abs(c * d - 1) < 1e-16) break;
  }
  const double power = exp(a * ::log1p(-r * r));
  return power * half_step_of_gamma(a) / (2 * a * 1.7724538509055160273) / fraction;
}

}  // namespace opsin::OPSIN_TARGET::engine
