// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "ndimage/neighbourhood.h"
#include "ndimage/window_size.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

std::optional<Array> array_of(const opsin::ndimage::Output& output) {
  return std::holds_alternative<Array>(output) ? std::optional(std::get<Array>(output)) : std::nullopt;
}

Array filter(const Array& input, const opsin::ndimage::Output& wanted, Step step) {
  step.to = result_dtype(wanted, input, false);
  return run_chain(input, array_of(wanted), std::span(&step, 1));
}

Array filter1d(const Array& input, std::int64_t size, const opsin::ndimage::ExtremeFilter1dOptions& o, bool minimum) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  const int axis = core::normalize_axis("ndimage", o.axis, input.ndim());
  core::check_plain<RuntimeError>(size >= 1, "incorrect filter size");
  check_window(size, o.origin);
  Step step;
  step.minimum = minimum;
  step.cval = o.cval;
  if (size > 1) step.windows = {{axis, size, -(size / 2) - o.origin, o.mode}};
  return filter(input, o.output, step);
}

}  // namespace

Array minimum_filter1d(const Array& input, std::int64_t size, const opsin::ndimage::ExtremeFilter1dOptions& o) {
  return filter1d(input, size, o, true);
}

Array maximum_filter1d(const Array& input, std::int64_t size, const opsin::ndimage::ExtremeFilter1dOptions& o) {
  return filter1d(input, size, o, false);
}

Array minimum_filter(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return filter(input, o.output, step_of(input, n, o, true, false));
}

Array maximum_filter(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return filter(input, o.output, step_of(input, n, o, false, false));
}

Array grey_erosion(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return filter(input, o.output, step_of(input, n, o, true, false));
}

Array grey_dilation(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return filter(input, o.output, step_of(input, n, o, false, true));
}

namespace {

/// The first filter keeps the input's dtype.
Array two_filters(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o, bool minimum_first) {
  Step steps[2] = {step_of(input, n, o, minimum_first, !minimum_first),
                   step_of(input, n, o, !minimum_first, minimum_first)};
  steps[1].to = result_dtype(o.output, input, false);
  return run_chain(input, array_of(o.output), steps);
}

}  // namespace

Array grey_opening(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return two_filters(input, n, o, true);
}

Array grey_closing(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return two_filters(input, n, o, false);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, minimum_filter1d, Array, const Array&, std::int64_t,
             const opsin::ndimage::ExtremeFilter1dOptions&)
OPSIN_EXPORT(ndimage, maximum_filter1d, Array, const Array&, std::int64_t,
             const opsin::ndimage::ExtremeFilter1dOptions&)
OPSIN_EXPORT(ndimage, minimum_filter, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, maximum_filter, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, grey_erosion, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, grey_dilation, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, grey_opening, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, grey_closing, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
