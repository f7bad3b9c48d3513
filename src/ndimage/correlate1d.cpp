// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/target.h"
#include "ndimage/combine.h"
#include "ndimage/line_passes.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {

Array correlate1d(const Array& input, const opsin::ndimage::Weights& weights,
                  const opsin::ndimage::Correlate1dOptions& o) {
  core::check_plain<RuntimeError>(weights.shape.size() == 1 && weights.shape[0] >= 1, "no filter weights given");
  const int axis = core::normalize_axis("ndimage.correlate1d", o.axis, input.ndim());
  const std::int64_t n = weights.shape[0];
  core::check_plain(o.origin >= -(n / 2) && o.origin <= (n - 1) / 2,
                    "Invalid origin; origin must satisfy -(len(weights) // 2) <= origin <= (len(weights)-1) // 2");
  core::check_plain<RuntimeError>(n <= std::numeric_limits<int>::max() / 2, "ndimage.correlate1d: too many weights");
  const auto filter = [&](const Array& to, const Array& from, const std::vector<double>& w, double cval) {
    opsin::ndimage::line_passes(to, from, {{axis, opsin::engine::correlation_taps(w, o.origin), o.mode}}, cval);
  };
  std::vector<double> conjugated = weights.imag;
  for (double& w : conjugated) w = -w;
  return combine_parts(input, weights.real, conjugated, o.output, o.cval, filter);
}

Array convolve1d(const Array& input, const opsin::ndimage::Weights& weights,
                 const opsin::ndimage::Correlate1dOptions& o) {
  core::check_plain<RuntimeError>(weights.shape.size() == 1 && weights.shape[0] >= 1, "no filter weights given");
  opsin::ndimage::Weights reversed = weights;
  std::reverse(reversed.real.begin(), reversed.real.end());
  std::reverse(reversed.imag.begin(), reversed.imag.end());
  for (double& w : reversed.imag) w = -w;
  opsin::ndimage::Correlate1dOptions options = o;
  options.origin = -o.origin - (weights.shape[0] % 2 == 0 ? 1 : 0);
  return opsin::ndimage::correlate1d(input, reversed, options);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, correlate1d, Array, const Array&, const opsin::ndimage::Weights&,
             const opsin::ndimage::Correlate1dOptions&)
OPSIN_EXPORT(ndimage, convolve1d, Array, const Array&, const opsin::ndimage::Weights&,
             const opsin::ndimage::Correlate1dOptions&)
