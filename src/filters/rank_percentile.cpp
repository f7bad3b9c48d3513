// SPDX-License-Identifier: Apache-2.0
// Rank filters between two percentiles.
#include <cmath>

#include "core/target.h"
#include "filters/rank_shares.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

struct Percentile : OfShares {
  template <class W>
  HD double operator()(const W& w, int) const {
    const std::int64_t n = w.population();
    if (n == 0) return 0;
    return p0 == 1 ? w.kth(n) : first_above(w, p0 * static_cast<double>(n), bins - 1);
  }
};

struct ThresholdPercentile : OfValuesUpto {
  double p0;
  int bins;
  HD double within(const WindowTotals& t, std::int64_t population, int value) const {
    if (population == 0) return 0;
    const bool reached = static_cast<double>(t.count) >= p0 * static_cast<double>(population);
    return reached || value == bins - 1 ? bins - 1 : 0;
  }
  template <class W>
  HD double operator()(const W& w, int value) const {
    return within({w.count_upto(value), 0}, w.population(), value);
  }
};

struct GradientPercentile : OfShares {
  template <class W>
  HD double operator()(const W& w, int) const {
    const std::int64_t n = w.population();
    if (n == 0) return 0;
    const auto all = static_cast<double>(n);
    return last_reaching(w, (1.0 - p1) * all, bins) - first_reaching(w, p0 * all, 0);
  }
};

struct AutolevelPercentile : OfShares {
  Whole whole;
  template <class W>
  HD double operator()(const W& w, int value) const {
    const std::int64_t n = w.population();
    if (n == 0) return 0;
    const auto all = static_cast<double>(n);
    const int low = first_above(w, p0 * all, 0), high = last_above(w, (1.0 - p1) * all, bins);
    if (high <= low) return high - low;
    const int raised = value > low ? value : low;
    const int clipped = raised < high ? raised : high;
    return whole(std::int64_t{bins - 1} * (clipped - low) / (high - low));
  }
};

struct EnhanceContrastPercentile : OfShares {
  template <class W>
  HD double operator()(const W& w, int value) const {
    const std::int64_t n = w.population();
    if (n == 0) return 0;
    const auto all = static_cast<double>(n);
    const int low = first_above(w, p0 * all, 0), high = last_above(w, (1.0 - p1) * all, bins);
    return high - value < value - low ? high : low;
  }
};

}  // namespace

Array percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return ordered(call, Percentile{{o.p0, o.p1, call.bins()}});
}

Array threshold_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return ordered(call, ThresholdPercentile{{}, o.p0, call.bins()});
}

Array gradient_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return ordered(call, GradientPercentile{{o.p0, o.p1, call.bins()}});
}

Array autolevel_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return ordered(call, AutolevelPercentile{{o.p0, o.p1, call.bins()}, {call.integer()}});
}

Array enhance_contrast_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return ordered(call, EnhanceContrastPercentile{{o.p0, o.p1, call.bins()}});
}

}  // namespace opsin::OPSIN_TARGET::filters::rank

OPSIN_EXPORT(filters::rank, percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, threshold_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, gradient_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, autolevel_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, enhance_contrast_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
