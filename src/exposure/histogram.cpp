// SPDX-License-Identifier: Apache-2.0
// histogram and cumulative_distribution.
#include "core/assign.h"
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/team.h"
#include "exposure/color_warning.h"
#include "exposure/counted.h"
#include "opsin/exposure.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

using opsin::exposure::Histogram;
using opsin::exposure::HistogramOptions;
using opsin::exposure::SourceRange;

/// counts / sum of counts, for each of several lines.
struct Normalize {
  const std::int64_t* counts;
  double* to;
  std::int64_t lines, n;

  HD void operator()(const engine::Team& team) const {
    for (std::int64_t line = 0; line < lines; ++line) {
      const std::int64_t* from = counts + line * n;
      const auto count = [&](std::int64_t i) { return from[i]; };
      const auto total = static_cast<double>(team.sum(n, count));
      team.each(n, [&](std::int64_t i) { to[line * n + i] = static_cast<double>(from[i]) / total; });
    }
  }
};

/// Sums of the counts up to each, over the last sum.
template <class C>
struct Cumulate {
  const std::int64_t* counts;
  C* to;
  std::int64_t n;

  HD void operator()(const engine::Team& team) const {
    const auto count = [&](std::int64_t i) { return counts[i]; };
    const auto total = static_cast<double>(team.sum(n, count));
    team.cumulate(n, count,
                  [&](std::int64_t i, std::int64_t sum) { to[i] = static_cast<C>(static_cast<double>(sum) / total); });
  }
};

/// The bins from the image's least to its greatest value: first and how many. Waits for a CUDA device.
std::pair<std::int64_t, std::int64_t> occupied(const Array& counts) {
  const Array host = counts.to({});
  const auto* p = host.data_as<std::int64_t>();
  std::int64_t begin = 0, end = host.size();
  while (begin < end && p[begin] == 0) ++begin;
  while (end > begin && p[end - 1] == 0) --end;
  return {begin, end - begin};
}

/// A copy in memory of the caller's.
Array as_result(const Array& a) {
  const Array out = core::empty_result(a.shape(), a.dtype(), a.device());
  opsin::memory::assign(out, a);
  return out;
}

Histogram finish(const Array& counts, const Array& centres, bool normalize) {
  if (!normalize) return {as_result(counts), as_result(centres)};
  const Array whole = counts.contiguous();
  const Array out = core::empty_result(counts.shape(), DType::float64, counts.device());
  const std::int64_t n = centres.size();
  engine::run_team(Normalize{whole.data_as<std::int64_t>(), out.mutable_data_as<double>(), n ? out.size() / n : 0, n});
  return {out, as_result(centres)};
}

bool is_narrow(DType t) { return is_integer(t) && itemsize(t) <= 2; }

/// Counts of shape (channels, bins).
Array count_channels(const Array& image, int axis, const Bins& bins) {
  const std::int64_t channels = image.shape(axis), n = bins.centres.size();
  const Array counts = Array::empty({channels, n}, DType::int64, image.device());
  for (std::int64_t c = 0; c < channels; ++c) {
    opsin::memory::assign(counts.slice(0, c, 1).reshape({n}), count_in(bins, image.slice(axis, c, 1)));
  }
  return counts;
}

/// A histogram on its way: what there is to say against its bins is not known yet.
struct Counted {
  Array counts, centres, status;
};

Counted counted(const char* op, const Array& image, const HistogramOptions& o) {
  std::optional<int> axis;
  if (o.channel_axis) {
    axis = core::normalize_axis(op, *o.channel_axis, image.ndim());
    core::check(image.shape(*axis) > 0, op, "the image has no channels");
  }
  if (!axis) opsin::exposure::warn_of_color(image);
  const Bins bins = bins_of(image, o.nbins, o.source_range);
  if (bins.status.defined() || o.source_range == SourceRange::image) refuse_capture(op, image);
  Array counts = axis ? count_channels(image, *axis, bins) : count_in(bins, image);
  Array centres = bins.centres;
  if (is_narrow(image.dtype()) && o.source_range == SourceRange::image) {
    const auto [first, n] = occupied(axis ? count_in(bins, image) : counts);
    counts = counts.slice(counts.ndim() - 1, first, n);
    centres = centres.slice(0, first, n);
  }
  return {counts, centres, bins.status};
}

}  // namespace

// The results are on their way before the status is waited for.
Histogram histogram(const Array& image, const HistogramOptions& o) {
  const Counted c = counted("exposure.histogram", image, o);
  const Histogram result = finish(c.counts, c.centres, o.normalize);
  check_status(c.status);
  return result;
}

Histogram cumulative_distribution(const Array& image, std::int64_t nbins) {
  const DType dtype = float_result(image.dtype());
  const Counted c = counted("exposure.cumulative_distribution", image, {.nbins = nbins});
  const Array counts = c.counts.contiguous();
  const Array out = core::empty_result(counts.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::run_team(Cumulate<C>{counts.data_as<std::int64_t>(), out.mutable_data_as<C>(), out.size()});
  });
  const Histogram result{out, as_result(c.centres)};
  check_status(c.status);
  return result;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, histogram, opsin::exposure::Histogram, const Array&, const opsin::exposure::HistogramOptions&)
OPSIN_EXPORT(exposure, cumulative_distribution, opsin::exposure::Histogram, const Array&, std::int64_t)
