// SPDX-License-Identifier: Apache-2.0
// The window of one axis, as a spline over the distance from the centre, beyond whose values there are zeros. Positions
// are float32 in scikit-image: their rounding decides what is left at the window's end.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "core/threads.h"
#include "opsin/filters_window.h"

namespace opsin::filters {
namespace {

constexpr int most_order = 5;

/// The value at x of a spline through equidistant values.
class Spline {
 public:
  Spline(std::vector<double> values, int order) : weights_(std::move(values)), order_(order) {
    static const std::array<std::vector<double>, most_order + 1> poles{
        {{},
         {},
         {std::sqrt(8.0) - 3},
         {std::sqrt(3.0) - 2},
         {std::sqrt(664 - std::sqrt(438976.0)) + std::sqrt(304.0) - 19,
          std::sqrt(664 + std::sqrt(438976.0)) - std::sqrt(304.0) - 19},
         {std::sqrt(67.5 - std::sqrt(4436.25)) + std::sqrt(26.25) - 6.5,
          std::sqrt(67.5 + std::sqrt(4436.25)) - std::sqrt(26.25) - 6.5}}};
    if (order < 2) return;
    // The spline goes on among the zeros, as far as it makes a difference.
    weights_.insert(weights_.begin(), margin, 0.0);
    weights_.resize(weights_.size() + margin);
    start_ = margin;
    for (const double pole : poles[static_cast<std::size_t>(order)]) filter(pole);
  }

  double operator()(double x) const {
    const double shifted = order_ % 2 == 0 ? x + 0.5 : x;
    const double below = std::floor(shifted);
    const double t = shifted - below;
    const auto whole = static_cast<std::int64_t>(below) + start_;
    // The recursion of B-splines over whole knots, from degree to degree.
    std::array<double, most_order + 1> b{1};
    for (int degree = 1; degree <= order_; ++degree) {
      for (int j = degree; j >= 0; --j) {
        const double before = j > 0 ? b[static_cast<std::size_t>(j - 1)] : 0;
        const double here = j < degree ? b[static_cast<std::size_t>(j)] : 0;
        b[static_cast<std::size_t>(j)] = ((t + degree - j) * before + (j + 1 - t) * here) / degree;
      }
    }
    double sum = 0;
    for (int j = 0; j <= order_; ++j) sum += b[static_cast<std::size_t>(j)] * at(whole - order_ / 2 + j);
    return sum;
  }

 private:
  static constexpr std::size_t margin = 12;

  double at(std::int64_t i) const {
    return i >= 0 && i < static_cast<std::int64_t>(weights_.size()) ? weights_[static_cast<std::size_t>(i)] : 0;
  }

  /// Unser, Aldroubi and Eden, "B-spline signal processing", IEEE Transactions on Signal Processing 41, 1993: one pole
  /// of the filter from values to weights, there and back.
  void filter(double pole) {
    const std::size_t n = weights_.size();
    const double gain = (1 - pole) * (1 - 1 / pole);
    for (double& w : weights_) w *= gain;
    double power = pole, mirrored = std::pow(pole, static_cast<double>(2 * n - 3));
    const double whole = std::pow(pole, static_cast<double>(n - 1));
    double first = weights_[0] + whole * weights_[n - 1];
    for (std::size_t i = 1; i + 1 < n; ++i) {
      first += (power + mirrored) * weights_[i];
      power *= pole;
      mirrored /= pole;
    }
    weights_[0] = first / (1 - whole * whole);
    for (std::size_t i = 1; i < n; ++i) weights_[i] += pole * weights_[i - 1];
    weights_[n - 1] = pole / (pole * pole - 1) * (pole * weights_[n - 2] + weights_[n - 1]);
    for (std::size_t i = n - 1; i-- > 0;) weights_[i] = pole * (weights_[i + 1] - weights_[i]);
  }

  std::vector<double> weights_;
  int order_;
  std::int64_t start_ = 0;  // where the first value lies
};

/// The range is that of the window's values, and reaches to 0 where the result does.
void hold_to_range(double* p, std::int64_t n, const std::vector<double>& values) {
  double low = *std::min_element(values.begin(), values.end());
  double high = *std::max_element(values.begin(), values.end());
  if (*std::min_element(p, p + n) <= 0 && *std::max_element(p, p + n) >= 0) {
    low = std::min(low, 0.0);
    high = std::max(high, 0.0);
  }
  core::parallel_for(n, 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) p[i] = std::clamp(p[i], low, high);
  });
}

}  // namespace

Array window(const WindowType& type, const std::vector<std::int64_t>& shape, const WindowOptions& o) {
  for (const std::int64_t n : shape) core::check_plain(n >= 0, "invalid shape");
  core::check_plain(!shape.empty(), "Number of dimensions must be greater than zero");
  core::check_plain(o.order >= 0 && o.order <= most_order,
                    "The spline interpolation order has to be in the range 0-5.");
  const std::int64_t longest = *std::max_element(shape.begin(), shape.end());
  // Before the window's values, which take long where there is no memory for the result.
  const Array result = Array::empty(Extents(std::span<const std::int64_t>(shape)), DType::float64);
  const std::vector<double> values = window_function(type, longest);
  if (result.size() == 0) return result;
  const Spline spline(values, o.order);
  const double middle = static_cast<double>(longest) / 2 - 0.5;
  std::vector<std::vector<double>> squares;  // of the distances along each axis
  for (const std::int64_t n : shape) {
    squares.emplace_back();
    for (std::int64_t i = 0; i < n; ++i) {
      const double distance = static_cast<double>(i) * (static_cast<double>(longest) / static_cast<double>(n)) - middle;
      squares.back().push_back(distance * distance);
    }
  }
  const std::int64_t width = shape.back();
  double* out = result.mutable_data_as<double>();
  core::parallel_for(result.size() / width, std::max<std::int64_t>(1, (1 << 13) / width),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t line = begin; line < end; ++line) {
                         std::array<std::int64_t, max_ndim> at{};
                         std::int64_t rest = line;
                         for (std::size_t d = shape.size() - 1; d-- > 0;) {
                           at[d] = rest % shape[d];
                           rest /= shape[d];
                         }
                         double others = 0;
                         for (std::size_t d = 0; d + 1 < shape.size(); ++d)
                           others += squares[d][static_cast<std::size_t>(at[d])];
                         for (std::int64_t i = 0; i < width; ++i) {
                           const double distance = std::sqrt(others + squares.back()[static_cast<std::size_t>(i)]);
                           out[line * width + i] = spline(static_cast<double>(static_cast<float>(distance + middle)));
                         }
                       }
                     });
  if (o.clip) hold_to_range(out, result.size(), values);
  return result;
}

}  // namespace opsin::filters
