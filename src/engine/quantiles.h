// SPDX-License-Identifier: Apache-2.0
// Quantiles of values that are zero or greater, as numpy.percentile's linear method has them: NaN where any value is.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/dispatch.h"
#include "engine/reduce.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// The ranks that two quantiles are made of, and the greatest value, which is NaN when any is.
inline constexpr int quantile_ranks = 5;

struct QuantileRanks {
  std::int64_t rank[quantile_ranks];
  double share[2];  // of the way from a rank to the next one
};

inline QuantileRanks quantile_ranks_of(const double (&q)[2], std::int64_t n) {
  QuantileRanks r{};
  for (int i = 0; i < 2; ++i) {
    const double at = static_cast<double>(n - 1) * q[i];
    const auto before = std::min(n - 1, static_cast<std::int64_t>(std::floor(at)));
    r.rank[2 * i] = before;
    r.rank[2 * i + 1] = std::min(n - 1, before + 1);
    r.share[i] = at - static_cast<double>(before);
  }
  r.rank[4] = n - 1;
  return r;
}

/// NumPy's interpolation: from the nearer end, the difference in the values' own type.
template <class C>
HD double between(C a, C b, double share) {
  const C difference = b - a;
  return share >= 0.5 ? static_cast<double>(b) - static_cast<double>(difference) * (1 - share)
                      : static_cast<double>(a) + static_cast<double>(difference) * share;
}

template <class C>
HD void quantiles_from(double* out, const C (&value)[quantile_ranks], const QuantileRanks& ranks) {
  const bool any_nan = value[4] != value[4];
  for (int i = 0; i < 2; ++i) {
    out[i] = any_nan ? static_cast<double>(value[4]) : between(value[2 * i], value[2 * i + 1], ranks.share[i]);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/quantiles_cuda.h"
#else
#include "engine/quantiles_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Two float64 values on the device of a contiguous array of type C, which may be reordered.
template <class C>
Array quantiles(const Array& values, const double (&q)[2]) {
  const Array out = Array::empty({2}, DType::float64, values.device());
  find_quantiles<C>(out.mutable_data_as<double>(), values, quantile_ranks_of(q, values.size()));
  return out;
}

}  // namespace opsin::OPSIN_TARGET::engine
