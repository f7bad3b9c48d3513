// SPDX-License-Identifier: Apache-2.0
// match_histograms: an element at some place in the order of its image becomes what stands at that place in the order
// of the reference, between two values interpolated as numpy.interp does. Images of 8 and 16 bits go by counts of their
// values and a table, others are sorted.
#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/histogram.h"
#include "engine/interpolate.h"
#include "engine/lookup.h"
#include "engine/runs.h"
#include "engine/sort.h"
#include "engine/team.h"
#include "opsin/exposure.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

/// From the counts of both images to what each value becomes.
struct MakeTable {
  const std::int64_t* counts;
  const std::int64_t* reference;
  std::int64_t values, least;
  std::int64_t n, reference_n;
  double* x;  // shares of the reference's values, ascending
  double* y;  // the values
  double* slope;
  double* table;

  HD void operator()(const engine::Team& team) const {
    team.cumulate(
        values, [&](std::int64_t i) { return reference[i] > 0; },
        [&](std::int64_t i, std::int64_t place) {
          if (reference[i] == 0) return;
          y[place - 1] = static_cast<double>(least + i);
          slope[place - 1] = static_cast<double>(i);
        });
    const std::int64_t found = team.sum(values, [&](std::int64_t i) { return reference[i] > 0; });
    team.cumulate(
        found, [&](std::int64_t k) { return reference[static_cast<std::int64_t>(slope[k])]; },
        [&](std::int64_t k, std::int64_t sum) { x[k] = static_cast<double>(sum) / static_cast<double>(reference_n); });
    team.each(found - 1, [&](std::int64_t k) { slope[k] = engine::LineTable::slope_at(x, y, k); });
    const engine::LineTable line{x, y, slope, found};
    team.cumulate(
        values, [&](std::int64_t i) { return counts[i]; },
        [&](std::int64_t i, std::int64_t sum) {
          table[i] = line.search(static_cast<double>(sum) / static_cast<double>(n));
        });
  }
};

struct FromTable {
  const double* table;
  double least;
  HD double operator()(double x) const { return table[static_cast<std::int64_t>(x - least)]; }
};

void match_values(const Array& out, const Array& image, const Array& reference) {
  const bool truth = image.dtype() == DType::boolean;
  const auto bytes = [&](const Array& a) { return truth ? a.astype(DType::uint8) : a; };
  const Array source = bytes(image), target = bytes(reference);
  const DType t = source.dtype();
  const std::int64_t values = engine::value_count(t);
  const Array counts = engine::count_values(source), wanted = engine::count_values(target);
  const Array work = Array::empty({4, values}, DType::float64, image.device());
  auto* const w = work.mutable_data_as<double>();
  engine::run_team(MakeTable{counts.data_as<std::int64_t>(), wanted.data_as<std::int64_t>(), values,
                             engine::least_value(t), source.size(), target.size(), w, w + values, w + 2 * values,
                             w + 3 * values});
  engine::lookup<double>(out, source, FromTable{w + 3 * values, static_cast<double>(engine::least_value(t))});
}

/// An element of the sorted source, to its place in the result.
template <class K>
struct MatchSorted {
  const K* keys;
  const std::uint32_t* places;
  std::int64_t n;
  const K* reference;
  std::int64_t reference_n;
  engine::KeyBits<K> bits;
  DType reference_type;
  double* out;

  HD double value(std::int64_t i) const {
    const K element = bits.bits(reference[i]);
    return with_storage<double>(reference_type, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) -> double {
      if constexpr (sizeof(T) == sizeof(K)) {
        T x;
        __builtin_memcpy(&x, &element, sizeof x);
        return load_as<double>(&x);
      } else {
        return 0;
      }
    });
  }
  HD double share(std::int64_t end) const { return static_cast<double>(end) / static_cast<double>(reference_n); }

  HD void operator()(std::int64_t i) const {
    const double q = static_cast<double>(engine::run_end(keys, n, i)) / static_cast<double>(n);
    // The run of the reference that holds this share of it, its end not included.
    auto at = static_cast<std::int64_t>(q * static_cast<double>(reference_n));
    at = at < reference_n ? at : reference_n - 1;
    std::int64_t begin = engine::run_begin(reference, at);
    std::int64_t end = engine::run_end(reference, reference_n, at);
    while (end < reference_n && share(end) <= q) {
      begin = end;
      end = engine::run_end(reference, reference_n, end);
    }
    while (begin > 0 && share(begin) > q) {
      end = begin;
      begin = engine::run_begin(reference, begin - 1);
    }
    double y = value(begin);
    if (begin > 0 && share(end) > q) {
      const double x0 = share(begin), y0 = value(begin - 1);
      y = x0 == q ? y0 : (y - y0) / (share(end) - x0) * (q - x0) + y0;
    }
    out[places[i]] = y;
  }
};

void match_sorted(const Array& out, const Array& image, const Array& reference) {
  const Array source = image.contiguous();
  const Array target = reference.contiguous();
  const Array matched = Array::empty(image.shape(), DType::float64, image.device());
  with_bits(itemsize(image.dtype()), [&]<class K>(Tag<K>) {
    const engine::SortedKeys own = engine::sort_keys<K>(source, engine::key_bits<K>(image.dtype()));
    const engine::KeyBits<K> bits = engine::key_bits<K>(target.dtype());
    const Array sorted = engine::sorted_keys<K>(target, bits);
    engine::each(image.size(), 1 << 14,
                 MatchSorted<K>{own.keys.template data_as<K>(), own.places.template data_as<std::uint32_t>(),
                                image.size(), sorted.template data_as<K>(), target.size(), bits, target.dtype(),
                                matched.mutable_data_as<double>()});
  });
  opsin::memory::assign(out, matched);
}

void match(const Array& out, const Array& image, const Array& reference) {
  core::check_plain(reference.size() > 0, "array of sample points is empty");
  if (image.size() == 0) return;
  // Of one dtype, so that one way of sorting serves both.
  const bool same = image.dtype() == reference.dtype();
  const bool narrow = same && itemsize(image.dtype()) <= 2 && !is_floating(image.dtype());
  if (narrow) return match_values(out, image, reference);
  if (same) return match_sorted(out, image, reference);
  match_sorted(out, image.astype(DType::float64), reference.astype(DType::float64));
}

}  // namespace

Array match_histograms(const Array& image, const Array& reference, const opsin::exposure::MatchHistogramsOptions& o) {
  core::check_plain(image.ndim() == reference.ndim(), "Image and reference must have the same number of channels.");
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t) && !is_complex(reference.dtype()), "complex images are not supported");
  core::check_plain<TypeError>(t != DType::uint64, "uint64 images are not supported");
  if (!o.channel_axis) {
    const Array out = core::empty_result(image.shape(), float_result(t), image.device());
    match(out, image, reference);
    return out;
  }
  const int axis = core::normalize_axis("exposure.match_histograms", *o.channel_axis, image.ndim());
  core::check_plain(image.shape(axis) == reference.shape(axis),
                    "Number of channels in the input image and reference image must match!");
  // Channels are put together in the image's dtype; float16 becomes float32 in the end.
  const bool half = t == DType::float16;
  const Array matched =
      half ? Array::empty(image.shape(), t, image.device()) : core::empty_result(image.shape(), t, image.device());
  for (std::int64_t c = 0; c < image.shape(axis); ++c) {
    match(matched.slice(axis, c, 1), image.slice(axis, c, 1), reference.slice(axis, c, 1));
  }
  if (!half) return matched;
  const Array out = core::empty_result(image.shape(), DType::float32, image.device());
  opsin::memory::assign(out, matched);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, match_histograms, Array, const Array&, const Array&,
             const opsin::exposure::MatchHistogramsOptions&)
