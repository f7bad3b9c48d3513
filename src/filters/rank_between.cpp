// SPDX-License-Identifier: Apache-2.0
// Rank filters that count and sum the values of an interval: between two percentiles, or near the element's own.
#include <algorithm>

#include "core/target.h"
#include "filters/rank_shares.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

/// Of the values from low to high.
template <class W>
HD WindowTotals between(const W& w, std::int64_t low, std::int64_t high) {
  if (high < low) return {};
  const WindowTotals a = w.upto(high), b = w.upto(low - 1);
  return {a.count - b.count, a.sum - b.sum};
}

/// What the filters make of it; divisions are those of integers.
struct Average {
  static constexpr bool summed = true;
  HD double operator()(const WindowTotals& t, int) const {
    return t.count > 0 ? static_cast<double>(t.sum / t.count) : 0.0;
  }
};

struct Total {
  static constexpr bool summed = true;
  Whole whole;
  HD double operator()(const WindowTotals& t, int) const { return whole(t.sum); }
};

struct Count {
  static constexpr bool summed = false;
  HD double operator()(const WindowTotals& t, int) const { return static_cast<double>(t.count); }
};

struct BelowAverage {
  int middle;
  HD double operator()(const WindowTotals& t, int value) const {
    return t.count > 0 ? static_cast<double>(value - t.sum / t.count) * 0.5 + middle : 0.0;
  }
};

/// Values whose count from the least one up, themselves included, lies between the shares.
template <class F>
struct BetweenShares : OfShares {
  static constexpr int uses = engine::uses::order | engine::uses::sums;
  F f;

  template <class W>
  HD double operator()(const W& w, int value) const {
    const auto all = static_cast<double>(w.population());
    const double most = p1 * all;
    if (all == 0 || !(most >= 0)) return f(WindowTotals{}, value);
    const int low = first_reaching(w, p0 * all, bins);
    return f(between(w, low, first_above(w, most, bins) - 1), value);
  }
};

/// Values nearer to the element's than s1 below and s0 above.
template <class F>
struct Near {
  static constexpr int uses = engine::uses::order | engine::uses::sums;
  static constexpr bool few = true;
  static constexpr bool summed = F::summed;
  F f;
  std::int64_t s0, s1;

  HD std::int64_t below() const { return s1 - 1; }
  HD std::int64_t above() const { return s0 - 1; }
  HD double within(const WindowTotals& t, std::int64_t, int value) const { return f(t, value); }
  template <class W>
  HD double operator()(const W& w, int value) const {
    return f(between(w, value - below(), value + above()), value);
  }
};

template <class F>
Array between_shares(const RankCall& call, const PercentileOptions& o, const F& f) {
  return ordered(call, BetweenShares<F>{{o.p0, o.p1, call.bins()}, f});
}

template <class F>
Array near(const RankCall& call, const BilateralOptions& o, const F& f) {
  // Further away than any value is as good.
  const auto reach = [](std::int64_t s) { return std::clamp<std::int64_t>(s, -65537, 65537); };
  return ordered(call, Near<F>{f, reach(o.s0), reach(o.s1)});
}

}  // namespace

Array mean_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  return between_shares(rank_call_2d(image, footprint, o), o, Average{});
}

Array pop_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  return between_shares(rank_call_2d(image, footprint, o), o, Count{});
}

Array sum_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return between_shares(call, o, Total{{call.integer()}});
}

Array subtract_mean_percentile(const Array& image, const Footprint& footprint, const PercentileOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return between_shares(call, o, BelowAverage{call.bins() / 2});
}

Array mean_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& o) {
  return near(rank_call_2d(image, footprint, o), o, Average{});
}

Array pop_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& o) {
  return near(rank_call_2d(image, footprint, o), o, Count{});
}

Array sum_bilateral(const Array& image, const Footprint& footprint, const BilateralOptions& o) {
  const RankCall call = rank_call_2d(image, footprint, o);
  return near(call, o, Total{{call.integer()}});
}

}  // namespace opsin::OPSIN_TARGET::filters::rank

OPSIN_EXPORT(filters::rank, mean_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, pop_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, sum_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, subtract_mean_percentile, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::PercentileOptions&)
OPSIN_EXPORT(filters::rank, mean_bilateral, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::BilateralOptions&)
OPSIN_EXPORT(filters::rank, pop_bilateral, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::BilateralOptions&)
OPSIN_EXPORT(filters::rank, sum_bilateral, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::BilateralOptions&)
