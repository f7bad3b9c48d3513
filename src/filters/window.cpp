// SPDX-License-Identifier: Apache-2.0
// The window of one axis, as a spline over the distance from the centre, beyond whose values there are zeros.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "core/memory.h"
#include "filters/drawn_window.h"
#include "opsin/filters_window.h"

namespace opsin::filters {
namespace {

constexpr int most_order = 5;
/// The spline goes on among the zeros, as far as it makes a difference.
constexpr std::size_t margin = 12;

/// Unser, Aldroubi and Eden, "B-spline signal processing", IEEE Transactions on Signal Processing 41, 1993: one pole of
/// the filter from values to weights, there and back.
void filter(std::vector<double>& weights, double pole) {
  const std::size_t n = weights.size();
  const double gain = (1 - pole) * (1 - 1 / pole);
  for (double& w : weights) w *= gain;
  double power = pole, mirrored = std::pow(pole, static_cast<double>(2 * n - 3));
  const double whole = std::pow(pole, static_cast<double>(n - 1));
  double first = weights[0] + whole * weights[n - 1];
  for (std::size_t i = 1; i + 1 < n; ++i) {
    first += (power + mirrored) * weights[i];
    power *= pole;
    mirrored /= pole;
  }
  weights[0] = first / (1 - whole * whole);
  for (std::size_t i = 1; i < n; ++i) weights[i] += pole * weights[i - 1];
  weights[n - 1] = pole / (pole * pole - 1) * (pole * weights[n - 2] + weights[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) weights[i] = pole * (weights[i + 1] - weights[i]);
}

/// The spline of an order through equidistant values.
void set_spline(WindowDrawing& d, const std::vector<double>& values, int order) {
  static const std::array<std::vector<double>, most_order + 1> poles{
      {{},
       {},
       {std::sqrt(8.0) - 3},
       {std::sqrt(3.0) - 2},
       {std::sqrt(664 - std::sqrt(438976.0)) + std::sqrt(304.0) - 19,
        std::sqrt(664 + std::sqrt(438976.0)) - std::sqrt(304.0) - 19},
       {std::sqrt(67.5 - std::sqrt(4436.25)) + std::sqrt(26.25) - 6.5,
        std::sqrt(67.5 + std::sqrt(4436.25)) - std::sqrt(26.25) - 6.5}}};
  d.order = order;
  d.weights = values;
  if (order < 2) return;
  d.weights.insert(d.weights.begin(), margin, 0.0);
  d.weights.resize(d.weights.size() + margin);
  d.first = margin;
  for (const double pole : poles[static_cast<std::size_t>(order)]) filter(d.weights, pole);
}

}  // namespace

Array window(const WindowType& type, const std::vector<std::int64_t>& shape, const WindowOptions& o) {
  for (const std::int64_t n : shape) core::check_plain(n >= 0, "invalid shape");
  core::check_plain(!shape.empty(), "Number of dimensions must be greater than zero");
  core::check_plain(o.order >= 0 && o.order <= most_order,
                    "The spline interpolation order has to be in the range 0-5.");
  const std::int64_t longest = *std::max_element(shape.begin(), shape.end());
  // Before the window's values, which take long where there is no memory for the result.
  const Array result = core::empty_result(Extents(std::span<const std::int64_t>(shape)), DType::float64, o.device);
  const std::vector<double> values = window_function(type, longest);
  if (result.size() == 0) return result;
  WindowDrawing drawing;
  set_spline(drawing, values, o.order);
  drawing.middle = static_cast<double>(longest) / 2 - 0.5;
  for (const std::int64_t n : shape) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double distance =
          static_cast<double>(i) * (static_cast<double>(longest) / static_cast<double>(n)) - drawing.middle;
      drawing.squares.push_back(distance * distance);
    }
  }
  drawing.clip = o.clip;
  drawing.low = *std::min_element(values.begin(), values.end());
  drawing.high = *std::max_element(values.begin(), values.end());
  draw_window(result, drawing);
  return result;
}

}  // namespace opsin::filters
