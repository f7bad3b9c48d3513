// SPDX-License-Identifier: Apache-2.0
#include "core/assign.h"
#include "core/target.h"
#include "engine/order.h"
#include "ndimage/window.h"
#include "opsin/ndimage_order.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::RankFilterOptions;

/// What lies beyond the edges, as SciPy casts it to the image's dtype; to bool it truncates.
double beyond(DType image, double cval) {
  return with_storage<double>(image == DType::boolean ? DType::uint8 : image, [&]<class S>(Tag<S>) {
    const S element = store_as<S>(cval);
    return load_as<double>(&element);
  });
}

/// SciPy selects among doubles, which makes a difference for 64 bit integers alone.
void select(const Array& out, const Array& image, engine::Selection s) {
  const bool wide = image.dtype() == DType::int64 || image.dtype() == DType::uint64;
  s.cval = beyond(image.dtype(), s.cval);
  const Array from = wide ? image.astype(DType::float64) : image;
  const bool direct = from.dtype() == out.dtype();
  const Array result = direct ? out : Array::empty(out.shape(), from.dtype(), out.device());
  engine::order_filter(result, from, s);
  if (!direct) opsin::memory::assign(out, before_cast(result, out.dtype()));
}

/// `rank_of(n)` is the rank among n elements.
template <class F>
Array filter(const Array& input, const Neighbourhood& n, const RankFilterOptions& o, const F& rank_of) {
  engine::Selection s{window_elements(input, n, o.origin, o.axes), 0, o.mode.empty() ? Border::reflect : o.mode[0],
                      o.cval};
  const auto count = static_cast<std::int64_t>(s.elements.size());
  s.rank = rank_of(count);
  if (s.rank < 0) s.rank += count;
  core::check_plain<RuntimeError>(s.rank >= 0 && s.rank < count, "rank not within filter footprint size");
  const DType to = result_dtype(o.output, input, false);
  const std::optional<Array> out =
      std::holds_alternative<Array>(o.output) ? std::optional(std::get<Array>(o.output)) : std::nullopt;
  if (s.rank == 0 || s.rank == count - 1) {
    Step step = step_of(input, n, o, s.rank == 0, false);
    step.to = to;
    return run_chain(input, out, std::span(&step, 1));
  }
  core::check_plain<RuntimeError>(o.mode.size() == 1,
                                  "A sequence of modes is not supported by non-separable rank filters");
  check_supported(input.dtype());
  check_supported(to);
  const core::Output output(out, input.shape(), to, input.device(), {&input});
  if (input.size() > 0) select(output.array(), input.contiguous(), s);
  return output.finish();
}

}  // namespace

Array rank_filter(const Array& input, std::int64_t rank, const Neighbourhood& n, const RankFilterOptions& o) {
  return filter(input, n, o, [&](std::int64_t) { return rank; });
}

Array median_filter(const Array& input, const Neighbourhood& n, const RankFilterOptions& o) {
  return filter(input, n, o, [](std::int64_t count) { return count / 2; });
}

Array percentile_filter(const Array& input, double percentile, const Neighbourhood& n, const RankFilterOptions& o) {
  return filter(input, n, o, [&](std::int64_t count) {
    const double p = percentile < 0 ? percentile + 100 : percentile;
    core::check_plain<RuntimeError>(p >= 0 && p <= 100, "invalid percentile");
    return p == 100 ? count - 1 : static_cast<std::int64_t>(static_cast<double>(count) * p / 100);
  });
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, rank_filter, Array, const Array&, std::int64_t, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::RankFilterOptions&)
OPSIN_EXPORT(ndimage, median_filter, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::RankFilterOptions&)
OPSIN_EXPORT(ndimage, percentile_filter, Array, const Array&, double, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::RankFilterOptions&)
