// SPDX-License-Identifier: Apache-2.0
#include "exposure/counted.h"

#include "core/check.h"
#include "core/device_api.h"
#include "engine/bins.h"
#include "engine/each.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

using opsin::exposure::SourceRange;

struct Ramp {
  std::int64_t* to;
  std::int64_t first;
  HD void operator()(std::int64_t i) const { to[i] = first + i; }
};

struct Ends {
  std::int64_t low, high;
};

Ends ends_of(const Array& image, SourceRange range, const std::optional<Array>& mask) {
  const DType t = image.dtype();
  if (itemsize(t) <= 2) return {engine::least_value(t), engine::least_value(t) + engine::value_count(t) - 1};
  if (range == SourceRange::dtype) {
    const auto limits = util::dtype_limits(t);
    return {limits.low, static_cast<std::int64_t>(limits.high)};
  }
  const engine::Extent extent = engine::read_extent(engine::extent_of(image, mask));
  core::check_plain(!extent.empty(), "zero-size array to reduction operation minimum which has no identity");
  const Ends ends{extent.least<std::int64_t>(), extent.greatest<std::int64_t>()};
  // Values from 2**63 on are counted as negative ones.
  core::check_plain(t != DType::uint64 || ends.low >= 0, "uint64 values from 2**63 on are not supported");
  return ends;
}

Bins integer_bins(const Array& image, SourceRange range, const std::optional<Array>& mask) {
  const Ends ends = ends_of(image, range, mask);
  const std::uint64_t apart = static_cast<std::uint64_t>(ends.high) - static_cast<std::uint64_t>(ends.low);
  core::check_plain(apart < (std::uint64_t{1} << 60), "Maximum allowed size exceeded");
  Bins bins;
  bins.offset = ends.low;
  bins.centres = Array::empty({static_cast<std::int64_t>(apart) + 1}, DType::int64, image.device());
  engine::each(bins.centres.size(), 1 << 14, Ramp{bins.centres.mutable_data_as<std::int64_t>(), ends.low});
  return bins;
}

}  // namespace

Bins bins_of(const Array& image, std::int64_t nbins, SourceRange range, const std::optional<Array>& mask) {
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t), "histograms of ", t, " images are not supported");
  if (is_integer(t)) {
    const bool empty = image.size() == 0 && range == SourceRange::image;
    core::check_plain(!empty, "zero-size array to reduction operation minimum which has no identity");
    return integer_bins(image, range, mask);
  }
  core::check_plain(nbins >= 1, "`bins` must be positive, when an integer");
  // NumPy takes [0, 1] for an empty image.
  const bool given = range == SourceRange::dtype || image.size() == 0;
  const bool single = t == DType::float16 || (t == DType::float32 && !given);
  core::check_plain(!single || nbins < (1 << 23), "Too many bins for data range. Cannot create ", nbins,
                    " finite-sized bins.");
  Bins bins;
  bins.compute = single ? DType::float32 : DType::float64;
  bins.centres = Array::empty({nbins}, is_floating(t) ? t : DType::float64, image.device());
  if (!given) bins.extent = engine::extent_of(image, mask);
  bins.status = given ? Array::zeros({1}, DType::int32, image.device()) : engine::word_behind(bins.extent);
  with_real(bins.compute, [&]<class C>(Tag<C>) {
    bins.edges = Array::empty({static_cast<std::int64_t>(sizeof(engine::BinEdges<C>))}, DType::uint8, image.device());
    engine::MakeBins<C> make{};
    make.edges = static_cast<engine::BinEdges<C>*>(bins.edges.mutable_data());
    make.extent = given ? nullptr : engine::extent_in(bins.extent);
    make.low = t == DType::boolean || range == SourceRange::image ? 0 : -1;
    make.high = 1;
    make.count = nbins;
    make.rounding = t == DType::float16   ? given ? engine::EdgeRounding::half_in_the_end : engine::EdgeRounding::half
                    : t == DType::float32 ? engine::EdgeRounding::single
                                          : engine::EdgeRounding::none;
    make.centres = bins.centres.mutable_data();
    make.centre_type = bins.centres.dtype();
    make.status = bins.status.mutable_data_as<int>();
    engine::run_team(make);
  });
  return bins;
}

Array count_in(const Bins& bins, const Array& image, const std::optional<Array>& mask) {
  const std::int64_t n = bins.centres.size();
  const Array counts = Array::zeros({n}, DType::int64, image.device());
  auto* const to = counts.mutable_data_as<std::int64_t>();
  if (bins.edges.defined()) {
    with_real(bins.compute, [&]<class C>(Tag<C>) {
      const engine::UniformBins<C> bin{static_cast<const engine::BinEdges<C>*>(bins.edges.data())};
      engine::count_bins<C>(to, n, image, mask, bin);
    });
  } else if (itemsize(image.dtype()) <= 2) {
    engine::count_narrow(to, {bins.offset, n}, image, mask);
  } else {
    engine::count_bins<std::int64_t>(to, n, image, mask, engine::FromOffset{bins.offset, n});
  }
  return counts;
}

int read_status(const Array& status) { return status.defined() ? *status.to({}).data_as<int>() : 0; }

void check_status(int found) {
  core::check_plain(found != engine::status::not_finite, "autodetected range of the image is not finite");
  core::check_plain(found != engine::status::too_many_bins,
                    "Too many bins for data range. Cannot create finite-sized bins.");
}

void refuse_capture(const char* op, const Array& image) {
  if (image.device().kind == DeviceKind::cpu) return;
  core::check<CudaError>(!core::device_api().is_capturing(current_stream()), op,
                         "looks at the values of its input, which cannot be captured into a graph");
}

}  // namespace opsin::OPSIN_TARGET::exposure
