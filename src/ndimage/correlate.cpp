// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/target.h"
#include "engine/correlate.h"
#include "ndimage/combine.h"
#include "ndimage/exact.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::CorrelateOptions;
using opsin::ndimage::Weights;

/// SciPy reads the origins by position when all axes are filtered, and by `axes` otherwise.
int axis_of_origin(const std::vector<int>& axes, std::size_t k, int ndim) {
  return axes.size() == static_cast<std::size_t>(ndim) ? static_cast<int>(k) : axes[k];
}

/// The nonzero elements in C order. `shape` and `origin` have an entry per axis of the image.
std::vector<engine::KernelElement> kernel_elements(const std::vector<double>& weights, const Extents& shape,
                                                   const std::vector<std::int64_t>& origin) {
  std::vector<engine::KernelElement> elements;
  std::array<std::int64_t, max_ndim> at{};
  for (const double w : weights) {
    if (std::fabs(w) > std::numeric_limits<double>::epsilon()) {
      engine::KernelElement e{at, w};
      for (int i = 0; i < shape.size(); ++i) e.offset[i] -= shape[i] / 2 + origin[static_cast<std::size_t>(i)];
      elements.push_back(e);
    }
    for (int i = shape.size() - 1; i >= 0 && ++at[i] == shape[i]; --i) at[i] = 0;
  }
  return elements;
}

void filter(const Array& to, const Array& from, const std::vector<engine::KernelElement>& elements, Border border,
            double cval) {
  if (to.dtype() == DType::boolean) {
    const Array bytes = Array::empty(to.shape(), DType::uint8, to.device());
    filter(bytes, from, elements, border, cval);
    opsin::memory::assign(to, bytes);
    return;
  }
  bool single = to.dtype() == DType::float32 && (from.dtype() == DType::float32 || itemsize(from.dtype()) <= 2);
  if (!is_floating(to.dtype())) {
    double sum = 0;
    bool whole = true;
    for (const engine::KernelElement& e : elements) {
      sum += std::fabs(e.weight);
      whole = whole && e.weight == std::rint(e.weight);
    }
    single = whole && exact_in_float(from.dtype(), sum, border == Border::constant ? cval : 0);
  }
  if (single) {
    engine::correlate<float>(to, from, elements, border, cval);
  } else {
    engine::correlate<double>(to, from, elements, border, cval);
  }
}

}  // namespace

Array correlate(const Array& input, const Weights& weights, const CorrelateOptions& o) {
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const std::vector<int> origins = per_axis(o.origin, axes.size());
  const bool matches = weights.shape.size() == static_cast<int>(axes.size()) &&
                       std::all_of(weights.shape.begin(), weights.shape.end(), [](auto n) { return n > 0; });
  core::check_plain<RuntimeError>(matches, "weights.ndim (", weights.shape.size(), ") must match len(axes) (",
                                  axes.size(), ")");
  Extents shape;
  std::vector<std::int64_t> origin(static_cast<std::size_t>(input.ndim()), 0);
  for (int i = 0; i < input.ndim(); ++i) shape.push_back(1);
  // The k-th axis of the weights is the k-th filtered one in the order of the image's axes.
  std::vector<int> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 0; k < axes.size(); ++k) {
    shape[sorted[k]] = weights.shape[static_cast<int>(k)];
    origin[static_cast<std::size_t>(axis_of_origin(axes, k, input.ndim()))] = origins[k];
  }
  for (int i = 0; i < input.ndim(); ++i) {
    const std::int64_t at = origin[static_cast<std::size_t>(i)];
    core::check_plain(at >= -(shape[i] / 2) && at <= (shape[i] - 1) / 2,
                      "Invalid origin; origin must satisfy -(weights.shape[k] // 2) <= origin[k] <= "
                      "(weights.shape[k]-1) // 2");
  }
  const auto real_filter = [&](const Array& to, const Array& from, const std::vector<double>& w, double cval) {
    filter(to, from, kernel_elements(w, shape, origin), o.mode, cval);
  };
  std::vector<double> conjugated = weights.imag;
  for (double& w : conjugated) w = -w;
  return combine_parts(input, weights.real, conjugated, o.output, o.cval, real_filter);
}

Array convolve(const Array& input, const Weights& weights, const CorrelateOptions& o) {
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  Weights reversed = weights;
  std::reverse(reversed.real.begin(), reversed.real.end());
  std::reverse(reversed.imag.begin(), reversed.imag.end());
  for (double& w : reversed.imag) w = -w;
  CorrelateOptions options = o;
  options.origin = per_axis(o.origin, axes.size());
  std::vector<int> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const auto at = std::find(sorted.begin(), sorted.end(), axis_of_origin(axes, k, input.ndim())) - sorted.begin();
    const bool even = at < weights.shape.size() && weights.shape[static_cast<int>(at)] % 2 == 0;
    options.origin[k] = -options.origin[k] - (even ? 1 : 0);
  }
  return opsin::ndimage::correlate(input, reversed, options);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, correlate, Array, const Array&, const opsin::ndimage::Weights&,
             const opsin::ndimage::CorrelateOptions&)
OPSIN_EXPORT(ndimage, convolve, Array, const Array&, const opsin::ndimage::Weights&,
             const opsin::ndimage::CorrelateOptions&)
