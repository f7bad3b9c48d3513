// SPDX-License-Identifier: Apache-2.0
// Rank filters that need the sum of the values or of their logarithms.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/target.h"
#include "engine/on_device.h"
#include "filters/rank.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

/// Sums of the values themselves.
struct OfValues {
  static constexpr bool narrow = true;
  HD std::int64_t weight(int value) const { return value; }
};

HD double mean_of(const WindowTotals& t) { return static_cast<double>(t.sum) / static_cast<double>(t.count); }

struct Mean : OfValues {
  HD double operator()(const WindowTotals& t, int) const { return t.count == 0 ? 0.0 : mean_of(t); }
};

struct Sum : OfValues {
  Whole whole;
  HD double operator()(const WindowTotals& t, int) const { return whole(t.sum); }
};

struct Pop : OfValues {
  HD double operator()(const WindowTotals& t, int) const { return static_cast<double>(t.count); }
};

struct SubtractMean : OfValues {
  int middle;
  HD double operator()(const WindowTotals& t, int value) const {
    return t.count == 0 ? 0.0 : (value - mean_of(t)) / 2 + middle - 1;
  }
};

struct Threshold : OfValues {
  HD double operator()(const WindowTotals& t, int value) const {
    return t.count != 0 && value > mean_of(t) ? 1.0 : 0.0;
  }
};

/// Logarithms in whole multiples of 1 / scale, so that their sum is the same in any order.
struct GeometricMean {
  static constexpr bool narrow = false;
  const std::int64_t* logarithms;
  double scale;
  HD std::int64_t weight(int value) const { return logarithms[value]; }
  HD double operator()(const WindowTotals& t, int) const {
    if (t.count == 0) return 0;
    const double x = exp(static_cast<double>(t.sum) / scale / static_cast<double>(t.count)) - 1;
    return static_cast<double>(static_cast<std::int64_t>(x > 0 ? x + 0.5 : x - 0.5));
  }
};

}  // namespace

Array mean(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return totalled(rank_call(image, footprint, o), Mean{});
}

Array sum(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  return totalled(call, Sum{{}, {call.integer()}});
}

Array pop(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return totalled(rank_call(image, footprint, o), Pop{});
}

Array subtract_mean(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  return totalled(call, SubtractMean{{}, call.bins() / 2});
}

Array threshold(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return totalled(rank_call(image, footprint, o), Threshold{});
}

Array geometric_mean(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  // log(65536) < 2^4: the sum of all logarithms stays below 2^63.
  const int bits = 59 - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(call.window.size())));
  const double scale = std::ldexp(1.0, bits);
  std::vector<std::int64_t> logarithms(static_cast<std::size_t>(call.window.bins));
  for (std::size_t i = 0; i < logarithms.size(); ++i) {
    const long double exact = std::log(static_cast<long double>(i + 1));
    logarithms[i] = static_cast<std::int64_t>(std::llround(std::ldexp(exact, bits)));
  }
  const Array table = engine::on_device(logarithms, image.device());
  return totalled(call, GeometricMean{static_cast<const std::int64_t*>(table.data()), scale});
}

}  // namespace opsin::OPSIN_TARGET::filters::rank

OPSIN_EXPORT(filters::rank, mean, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, sum, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, pop, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, subtract_mean, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, threshold, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, geometric_mean, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
