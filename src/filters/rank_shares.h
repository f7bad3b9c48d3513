// SPDX-License-Identifier: Apache-2.0
// Values at shares of a window's population. A share times the population is a double, as in scikit-image, and NaN is
// never reached.
#pragma once

#include "filters/rank.h"

namespace opsin::OPSIN_TARGET::filters::rank {

/// A functor of the values between two shares.
struct OfShares {
  static constexpr int uses = engine::uses::order;
  static constexpr bool few = false;
  double p0, p1;
  int bins;
};

/// The least whole number that is not below `t`, at least 0.
HD std::int64_t reach_of(double t) {
  if (t <= 0) return 0;
  const auto n = static_cast<std::int64_t>(t);
  return static_cast<double>(n) < t ? n + 1 : n;
}

/// The least value that more than t elements do not exceed; `none` where there is none. The window is not empty.
template <class W>
HD int first_above(const W& w, double t, int none) {
  if (!(t < static_cast<double>(w.population()))) return none;
  return t < 0 ? 0 : w.kth(static_cast<std::int64_t>(t) + 1);
}

/// The least value that at least t elements do not exceed; `none` where there is none.
template <class W>
HD int first_reaching(const W& w, double t, int none) {
  if (!(t <= static_cast<double>(w.population()))) return none;
  const std::int64_t k = reach_of(t);
  return k == 0 ? 0 : w.kth(k);
}

/// The greatest value that more than t elements reach, 0 where there is none.
template <class W>
HD int last_above(const W& w, double t, int bins) {
  if (!(t < static_cast<double>(w.population()))) return 0;
  return t < 0 ? bins - 1 : w.kth(w.population() - static_cast<std::int64_t>(t));
}

/// The greatest value that at least t elements reach, 0 where there is none.
template <class W>
HD int last_reaching(const W& w, double t, int bins) {
  if (!(t <= static_cast<double>(w.population()))) return 0;
  const std::int64_t k = reach_of(t);
  return k == 0 ? bins - 1 : w.kth(w.population() - k + 1);
}

}  // namespace opsin::OPSIN_TARGET::filters::rank
