// SPDX-License-Identifier: Apache-2.0
// sobel, prewitt, laplace and the Gaussian derivatives: sums of passes along the axes.
#include <algorithm>

#include "core/target.h"
#include "ndimage/exact.h"
#include "ndimage/gaussian_passes.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::engine::correlation_taps;
using opsin::ndimage::LinePass;
using Chains = std::vector<std::vector<LinePass>>;

Array edges(std::string_view op, const Array& input, const opsin::ndimage::DerivativeOptions& o,
            const std::vector<double>& smooth) {
  const int axis = core::normalize_axis(op, o.axis, input.ndim());
  const std::vector<Border> modes = per_axis(o.mode, static_cast<std::size_t>(input.ndim()));
  std::vector<LinePass> passes = {{axis, correlation_taps({-1, 0, 1}), modes[static_cast<std::size_t>(axis)]}};
  for (int i = 0; i < input.ndim(); ++i) {
    if (i != axis) passes.push_back({i, correlation_taps(smooth), modes[static_cast<std::size_t>(i)]});
  }
  check_cval(is_complex(input.dtype()), o.cval);
  return Result(o.output, input, is_complex(input.dtype()))
      .fill(input, [&](const Array& to, const Array& from, int part) {
        opsin::ndimage::line_passes(to, from, passes, part_of(o.cval, part));
      });
}

/// The Laplacian's weights in a box of three elements along the filtered axes.
opsin::ndimage::Weights cross(int ndim, const std::vector<int>& axes) {
  opsin::ndimage::Weights w;
  for (int i = 0; i < ndim; ++i) w.shape.push_back(std::find(axes.begin(), axes.end(), i) == axes.end() ? 1 : 3);
  w.real.assign(static_cast<std::size_t>(w.shape.product()), 0.0);
  const std::size_t centre = w.real.size() / 2;
  std::size_t step = 1;
  for (int i = ndim - 1; i >= 0; --i) {
    if (w.shape[i] == 1) continue;
    w.real[centre - step] = w.real[centre + step] = 1;
    step *= 3;
  }
  w.real[centre] = -2.0 * static_cast<double>(axes.size());
  return w;
}

/// One chain of Gaussian passes per axis of `axes`: the derivative along it and the smoothing along all others.
Chains gaussian_chains(const std::vector<int>& axes, const std::vector<double>& sigma, int order, int ndim,
                       const opsin::ndimage::GaussianDerivativeOptions& o) {
  const auto n = static_cast<std::size_t>(ndim);
  const std::vector<Border> modes = per_axis(o.mode, axes.size());
  const std::vector<std::optional<int>> radius = per_axis(o.radius, n);
  Chains chains;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::vector<int> orders(n, 0);
    orders[static_cast<std::size_t>(axes[i])] = order;
    chains.push_back(gaussian_passes(normalized_axes(std::nullopt, ndim), sigma, orders,
                                     std::vector<Border>(n, modes[i]), o.truncate, radius));
  }
  return chains;
}

/// `combine` is line_sum or line_magnitude. Without a filtered axis the image itself stands for every derivative.
template <class F>
Array combined(F&& combine, const Array& input, const Chains& chains,
               const opsin::ndimage::GaussianDerivativeOptions& o) {
  const bool complex_input = is_complex(input.dtype());
  const Result result(o.output, input, complex_input && !chains.empty());
  if (chains.empty()) return result.copy_of(input);
  check_cval(complex_input, o.cval);
  return result.fill(
      input, [&](const Array& to, const Array& from, int part) { combine(to, from, chains, part_of(o.cval, part)); });
}

}  // namespace

Array sobel(const Array& input, const opsin::ndimage::DerivativeOptions& o) {
  return edges("ndimage.sobel", input, o, {1, 2, 1});
}

Array prewitt(const Array& input, const opsin::ndimage::DerivativeOptions& o) {
  return edges("ndimage.prewitt", input, o, {1, 1, 1});
}

Array laplace(const Array& input, const opsin::ndimage::LaplaceOptions& o) {
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const bool complex_input = is_complex(input.dtype());
  const std::vector<Border> modes = per_axis(o.mode, axes.size());
  const bool same = !axes.empty() && std::all_of(modes.begin(), modes.end(), [&](Border m) { return m == modes[0]; });
  // Small integers: the sum over all axes at once is exact, and wraps as the sums of the single axes do.
  if (same && is_integer(result_dtype(o.output, input, false)) && largest(input.dtype()) > 0 &&
      o.cval.real() == std::rint(o.cval.real())) {
    return opsin::ndimage::correlate(input, cross(input.ndim(), axes),
                                     {.output = o.output, .mode = modes[0], .cval = o.cval});
  }
  const Result result(o.output, input, complex_input && !axes.empty());
  if (axes.empty()) return result.copy_of(input);
  Chains chains;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    chains.push_back({{axes[i], correlation_taps({1, -2, 1}), modes[i]}});
  }
  check_cval(complex_input, o.cval);
  return result.fill(input, [&](const Array& to, const Array& from, int part) {
    opsin::ndimage::line_sum(to, from, chains, part_of(o.cval, part));
  });
}

Array gaussian_laplace(const Array& input, const std::vector<double>& sigma,
                       const opsin::ndimage::GaussianDerivativeOptions& o) {
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const std::vector<double> given = per_axis(sigma, axes.size());
  // SciPy reads the sigmas by position when all axes are filtered, and by `axes` otherwise.
  std::vector<double> all = given;
  if (axes.size() < static_cast<std::size_t>(input.ndim())) {
    all.assign(static_cast<std::size_t>(input.ndim()), 0.0);
    for (std::size_t i = 0; i < axes.size(); ++i) all[static_cast<std::size_t>(axes[i])] = given[i];
  }
  const Chains chains = gaussian_chains(axes, all, 2, input.ndim(), o);
  return combined(opsin::ndimage::line_sum, input, chains, o);
}

Array gaussian_gradient_magnitude(const Array& input, const std::vector<double>& sigma,
                                  const opsin::ndimage::GaussianDerivativeOptions& o) {
  if (is_complex(input.dtype())) {
    const auto derivative = [&](const Array& image, int axis, DType dtype, Border mode, Complex cval) {
      std::vector<int> order(static_cast<std::size_t>(image.ndim()), 0);
      order[static_cast<std::size_t>(axis)] = 1;
      return opsin::ndimage::gaussian_filter(
          image, sigma,
          {.order = order, .output = dtype, .mode = {mode}, .cval = cval, .truncate = o.truncate, .radius = o.radius});
    };
    return opsin::ndimage::generic_gradient_magnitude(
        input, derivative, {.output = o.output, .mode = o.mode, .cval = o.cval, .axes = o.axes});
  }
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const Chains chains =
      gaussian_chains(axes, per_axis(sigma, static_cast<std::size_t>(input.ndim())), 1, input.ndim(), o);
  return combined(opsin::ndimage::line_magnitude, input, chains, o);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, sobel, Array, const Array&, const opsin::ndimage::DerivativeOptions&)
OPSIN_EXPORT(ndimage, prewitt, Array, const Array&, const opsin::ndimage::DerivativeOptions&)
OPSIN_EXPORT(ndimage, laplace, Array, const Array&, const opsin::ndimage::LaplaceOptions&)
OPSIN_EXPORT(ndimage, gaussian_laplace, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::GaussianDerivativeOptions&)
OPSIN_EXPORT(ndimage, gaussian_gradient_magnitude, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::GaussianDerivativeOptions&)
