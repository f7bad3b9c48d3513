// SPDX-License-Identifier: Apache-2.0
// Rank filters that need the values in their order, or the histogram itself.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/target.h"
#include "engine/greatest.h"
#include "engine/on_device.h"
#include "engine/reduce.h"
#include "filters/rank.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

struct Median {
  static constexpr int uses = engine::uses::order;
  static constexpr bool few = false;
  template <class W>
  HD double operator()(const W& w, int) const {
    const std::int64_t n = w.population();
    return n == 0 ? 0 : w.kth(n / 2 + 1);
  }
};

struct Equalize : OfValuesUpto {
  int bins;
  HD double within(const WindowTotals& t, std::int64_t population, int) const {
    if (population == 0) return 0;
    return static_cast<double>((bins - 1) * t.count) / static_cast<double>(population);
  }
  template <class W>
  HD double operator()(const W& w, int value) const {
    return within({w.count_upto(value), 0}, w.population(), value);
  }
};

/// 0 and the last bin stand in for values that are not there.
struct NoiseFilter {
  static constexpr int uses = engine::uses::order;
  static constexpr bool few = false;
  int bins;
  template <class W>
  HD double operator()(const W& w, int value) const {
    if (w.has(value)) return 0;
    const std::int64_t below = w.count_upto(value - 1), n = w.population();
    const int down = value - (below > 0 ? w.kth(below) : 0);
    const int up = (below < n ? w.kth(below + 1) : bins - 1) - value;
    return up < down ? up : down;
  }
  HD double nearest(int distance, int value) const {
    const int end = value < bins - 1 - value ? value : bins - 1 - value;
    return distance < end ? distance : end;
  }
};

struct Modal {
  static constexpr int uses = engine::uses::order;
  static constexpr bool few = false;
  template <class W>
  HD double operator()(const W& w, int) const {
    return w.population() == 0 ? 0 : w.fullest();
  }
};

struct Otsu {
  static constexpr int uses = engine::uses::order | engine::uses::sums;
  static constexpr bool few = false;
  template <class W>
  HD double operator()(const W& w, int) const {
    return w.population() == 0 ? 0 : w.otsu();
  }
};

/// log2(n) - sum of m log2(m) / n over the values, m of n elements having each. Logarithms are whole multiples of 1 /
/// scale, so that the sum is the same in any order.
struct Entropy {
  static constexpr int uses = engine::uses::entropy;
  static constexpr bool few = false;
  const std::int64_t* logarithms;
  double scale;
  HD const std::int64_t* information() const { return logarithms; }
  template <class W>
  HD double operator()(const W& w, int) const {
    const std::int64_t n = w.population();
    if (n == 0) return 0;
    return static_cast<double>(n * logarithms[n] - w.information()) / (scale * static_cast<double>(n));
  }
};

/// All neighbours within one element.
Footprint neighbours(int ndim) {
  Footprint result;
  for (int a = 0; a < ndim; ++a) result.shape.push_back(3);
  result.inside.assign(static_cast<std::size_t>(result.shape.product()), 1);
  return result;
}

/// The footprint without its shifted centre; of three axes, shift_y goes along the first and shift_x along the second
/// here, as in scikit-image.
Footprint without_centre(Footprint footprint, int ndim, const RankOptions& o) {
  const int shift[3] = {o.shift_y, o.shift_x, o.shift_z};
  std::int64_t index = 0;
  for (int a = 0; a < std::min(ndim, footprint.shape.size()); ++a) {
    const std::int64_t n = footprint.shape[a], at = n / 2 + shift[a];
    core::check_plain<IndexError>(at >= -n && at < n, "index ", at, " is out of bounds for axis ", a, " with size ", n);
    index = index * n + (at < 0 ? at + n : at);
  }
  if (footprint.shape.size() == ndim) footprint.inside[static_cast<std::size_t>(index)] = 0;
  return footprint;
}

/// The greatest value of an image before its conversion, at least 0.
std::int64_t peak_of(const Array& image) {
  if (has_values(image.dtype())) return engine::greatest(image.contiguous());
  const Array peak = engine::new_peak<double>(image.device());
  engine::find_peak(peak.mutable_data_as<double>(), image.astype(DType::float64));
  return static_cast<std::int64_t>(peak.item());
}

}  // namespace

Array median(const Array& image, const std::optional<Footprint>& footprint, const RankOptions& o) {
  const Array values = rank_image(image, 3);
  return ordered(rank_call(values, footprint ? *footprint : neighbours(values.ndim()), o), Median{});
}

Array equalize(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  return ordered(call, Equalize{{}, call.bins()});
}

Array noise_filter(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const Array values = rank_image(image, 3);
  const RankCall call = rank_call(values, without_centre(footprint, values.ndim(), o), o);
  return ordered(call, NoiseFilter{call.bins()});
}

Array modal(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return ordered(rank_call(image, footprint, o), Modal{});
}

Array majority(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return ordered(rank_call(image, footprint, o), Modal{});
}

Array otsu(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return ordered(rank_call(image, footprint, o), Otsu{});
}

Array entropy(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o, DType::float64);
  // n log2(n) of the whole footprint stays below 2^62.
  const auto n = static_cast<std::size_t>(call.window.size());
  const auto width = static_cast<int>(std::bit_width(n));
  const int bits = 62 - width - static_cast<int>(std::bit_width(static_cast<unsigned>(width)));
  std::vector<std::int64_t> logarithms(n + 1);
  for (std::size_t i = 2; i <= n; ++i) {
    const long double exact = std::log2(static_cast<long double>(i));
    logarithms[i] = static_cast<std::int64_t>(std::llround(std::ldexp(exact, bits)));
  }
  const Array table = engine::on_device(logarithms, image.device());
  return ordered(call, Entropy{static_cast<const std::int64_t*>(table.data()), std::ldexp(1.0, bits)});
}

Array windowed_histogram(const Array& image, const Footprint& footprint,
                         const opsin::filters::rank::WindowedHistogramOptions& o) {
  core::check_plain(!o.n_bins || *o.n_bins >= 0, "negative dimensions are not allowed");
  if (o.out) {
    check_out(*o.out);
    core::check_plain(o.out->ndim() == 3, "out must have the image's axes and one of bins");
  }
  const Array values = rank_image(image, 2);
  const RankWindow w = rank_window(values, footprint, o.mask, {o.shift_x, o.shift_y, 0});
  const std::int64_t bins = o.out ? o.out->shape(2) : o.n_bins ? *o.n_bins : peak_of(image) + 1;
  const Array* mask = o.mask ? &*o.mask : &image;
  const core::Output output(o.out, {values.shape(0), values.shape(1), bins}, DType::float64, image.device(),
                            {&image, mask});
  if (bins > 0) engine::windowed_bins(output.array(), w);
  return output.finish();
}

}  // namespace opsin::OPSIN_TARGET::filters::rank

OPSIN_EXPORT(filters::rank, median, Array, const Array&, const std::optional<opsin::filters::rank::Footprint>&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, equalize, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, noise_filter, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, modal, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, majority, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, otsu, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, entropy, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, windowed_histogram, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::WindowedHistogramOptions&)
