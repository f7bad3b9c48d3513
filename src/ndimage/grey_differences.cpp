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
  const bool truths = input.dtype() == DType::boolean && to == DType::boolean;
  run_tophat(output.array(), input.contiguous(), steps, white, truths);
  return output.finish();
}

/// Dilation minus erosion, or their sum minus twice the input.
Array dilation_and_erosion(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o,
                           engine::Finish finish) {
  const DType to = result_dtype(o.output, input, false);
  const Step dilation = step_of(input, n, o, false, true);
  Step erosion = step_of(input, n, o, true, false);
  erosion.to = to;
  check_input(input, to);
  const core::Output output(array_of(o.output), input.shape(), to, input.device(), {&input});
  const Array& out = output.array();
  const Array from = input.contiguous();
  const Array dilated = Array::empty(input.shape(), input.dtype(), input.device());
  run_steps(dilated, from, std::span(&dilation, 1));
  const std::span<const Step> last(&erosion, 1);
  if (input.dtype() != DType::boolean && can_finish(from, last)) {
    run_steps(out, from, last, {finish, dilated, from});
    return output.finish();
  }
  run_steps(out, from, last);
  if (finish == engine::Finish::laplace) {
    add(out, dilated, out);
    subtract(out, out, from);
    subtract(out, out, from);
  } else {
    subtract(out, dilated, out);
  }
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
  return dilation_and_erosion(input, n, o, engine::Finish::subtracted_from);
}

Array morphological_laplace(const Array& input, const Neighbourhood& n, const ExtremeFilterOptions& o) {
  return dilation_and_erosion(input, n, o, engine::Finish::laplace);
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
