// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/target.h"
#include "ndimage/gaussian_passes.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {

Array gaussian_filter(const Array& input, const std::vector<double>& sigma,
                      const opsin::ndimage::GaussianFilterOptions& o) {
  const bool complex_input = is_complex(input.dtype());
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const auto passes = gaussian_passes(axes, per_axis(sigma, axes.size()), per_axis(o.order, axes.size()),
                                      per_axis(o.mode, axes.size()), o.truncate, per_axis(o.radius, axes.size()));
  const Result result(o.output, input, complex_input && !passes.empty());
  if (passes.empty()) return result.copy_of(input);
  check_cval(complex_input, o.cval);
  return result.fill(input, [&](const Array& to, const Array& from, int part) {
    opsin::ndimage::line_passes(to, from, passes, part_of(o.cval, part));
  });
}

Array gaussian_filter1d(const Array& input, double sigma, const opsin::ndimage::GaussianFilter1dOptions& o) {
  const int axis = core::normalize_axis("ndimage.gaussian_filter1d", o.axis, input.ndim());
  const bool complex_input = is_complex(input.dtype());
  check_cval(complex_input, o.cval);
  const auto pass = gaussian_pass(axis, sigma, o.order, o.mode, o.truncate, o.radius);
  return Result(o.output, input, complex_input).fill(input, [&](const Array& to, const Array& from, int part) {
    opsin::ndimage::line_passes(to, from, {pass}, part_of(o.cval, part));
  });
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, gaussian_filter, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::GaussianFilterOptions&)
OPSIN_EXPORT(ndimage, gaussian_filter1d, Array, const Array&, double, const opsin::ndimage::GaussianFilter1dOptions&)
