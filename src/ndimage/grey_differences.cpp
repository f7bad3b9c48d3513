// SPDX-License-Identifier: Apache-2.0
// Differences between an image and its filtered images.
#include "core/target.h"
#include "ndimage/difference.h"
#include "ndimage/neighbourhood.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

std::optional<Array> array_of(const opsin::ndimage::Output& output) {
  return std::holds_alternative<Array>(output) ? std::optional(std::get<Array>(output)) : std::nullopt;
}

void check_input(const Array& input, DType to) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  check_supported(input.dtype());
  check_supported(to);
}

Array tophat(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o, bool white) {
  Step steps[2] = {step_of(input, n, o, white, !white), step_of(input, n, o, !white, white)};
  const DType to = result_dtype(o.output, input, false);
  steps[1].to = to;
  check_input(input, to);
  const core::Output output(array_of(o.output), input.shape(), to, input.device(), {&input});
  const Array& out = output.array();
  run_steps(out, input.contiguous(), steps);
  if (input.dtype() == DType::boolean && to == DType::boolean) {
    differ(out, input, out);
  } else if (white) {
    subtract(out, input, out);
  } else {
    subtract(out, out, input);
  }
  return output.finish();
}

/// Dilation and erosion, in the order in which SciPy makes them; f(out, dilated, eroded) finishes.
template <class F>
Array dilation_and_erosion(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o, const F& f) {
  const DType to = result_dtype(o.output, input, false);
  const Step dilation = step_of(input, n, o, false, true);
  Step erosion = step_of(input, n, o, true, false);
  erosion.to = to;
  check_input(input, to);
  const core::Output output(array_of(o.output), input.shape(), to, input.device(), {&input});
  const Array from = input.contiguous();
  const Array dilated = Array::empty(input.shape(), input.dtype(), input.device());
  run_steps(dilated, from, std::span(&dilation, 1));
  run_steps(output.array(), from, std::span(&erosion, 1));
  f(output.array(), dilated, output.array());
  return output.finish();
}

}  // namespace

Array white_tophat(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return tophat(input, n, o, true);
}

Array black_tophat(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return tophat(input, n, o, false);
}

Array morphological_gradient(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return dilation_and_erosion(
      input, n, o, [](const Array& out, const Array& dilated, const Array& eroded) { subtract(out, dilated, eroded); });
}

Array morphological_laplace(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return dilation_and_erosion(input, n, o, [&](const Array& out, const Array& dilated, const Array& eroded) {
    add(out, dilated, eroded);
    subtract(out, out, input);
    subtract(out, out, input);
  });
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, white_tophat, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, black_tophat, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, morphological_gradient, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
OPSIN_EXPORT(ndimage, morphological_laplace, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::ExtremeFilterOptions&)
