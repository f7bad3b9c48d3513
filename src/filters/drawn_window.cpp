// SPDX-License-Identifier: Apache-2.0
// Positions are float32 in scikit-image: their rounding decides what is left at the window's end.
#include "filters/drawn_window.h"

#include "core/target.h"
#include "engine/each.h"
#include "engine/extent.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::WindowDrawing;

struct Range {
  double low, high;
  HD double held(double value) const { return value < low ? low : high < value ? high : value; }
};

template <int Order>
struct Window {
  int ndim;
  std::int64_t size[max_ndim];
  const double* squares[max_ndim];
  const double* weights;
  std::int64_t count, first;
  double middle;
  Range range;
  double* out;

  HD double weight(std::int64_t i) const { return i >= 0 && i < count ? weights[i] : 0; }

  /// The spline's value at x, by the recursion of B-splines over whole knots, from degree to degree.
  HD double spline(double x) const {
    const double shifted = Order % 2 == 0 ? x + 0.5 : x;
    const double below = floor(shifted);
    const double t = shifted - below;
    const auto whole = static_cast<std::int64_t>(below) + first;
    double b[Order + 1] = {1};
    for (int degree = 1; degree <= Order; ++degree) {
      for (int j = degree; j >= 0; --j) {
        const double before = j > 0 ? b[j - 1] : 0;
        const double here = j < degree ? b[j] : 0;
        b[j] = ((t + degree - j) * before + (j + 1 - t) * here) / degree;
      }
    }
    double sum = 0;
    for (int j = 0; j <= Order; ++j) sum += b[j] * weight(whole - Order / 2 + j);
    return sum;
  }

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int last = ndim - 1;
    std::int64_t at[max_ndim];
    std::int64_t rest = line;
    for (int d = last - 1; d > 0; --d) {
      at[d] = rest % size[d];
      rest /= size[d];
    }
    at[0] = rest;
    double others = 0;
    for (int d = 0; d < last; ++d) others += squares[d][at[d]];
    double* to = out + line * size[last];
    for (std::int64_t x = begin; x < end; ++x) {
      const double distance = sqrt(others + squares[last][x]);
      to[x] = range.held(spline(static_cast<double>(static_cast<float>(distance + middle))));
    }
  }
};

/// A range that reaches to 0 where the values do.
struct Hold {
  double* values;
  const engine::Extent* extent;
  Range range;

  HD void operator()(std::int64_t i) const {
    Range r = range;
    if (extent->least<double>() <= 0 && extent->greatest<double>() >= 0) {
      r.low = r.low < 0 ? r.low : 0;
      r.high = r.high > 0 ? r.high : 0;
    }
    values[i] = r.held(values[i]);
  }
};

template <int Order>
void draw(const Array& out, const WindowDrawing& d, const Range& range) {
  Window<Order> window{};
  window.ndim = out.ndim();
  const Array squares = engine::on_device(d.squares, out.device());
  const Array weights = engine::on_device(d.weights, out.device());
  const auto* next = static_cast<const double*>(squares.data());
  for (int i = 0; i < window.ndim; ++i) {
    window.size[i] = out.shape(i);
    window.squares[i] = next;
    next += window.size[i];
  }
  window.weights = static_cast<const double*>(weights.data());
  window.count = static_cast<std::int64_t>(d.weights.size());
  window.first = d.first;
  window.middle = d.middle;
  window.range = range;
  window.out = out.mutable_data_as<double>();
  const std::int64_t length = window.size[window.ndim - 1];
  engine::each_span(out.size() / length, length, window);
}

}  // namespace

void draw_window(const Array& out, const WindowDrawing& d) {
  const Range given{d.low, d.high}, all{-INFINITY, INFINITY};
  // A range that holds 0 does not depend on the result.
  const bool known = d.low <= 0 && d.high >= 0;
  const Range& range = d.clip && known ? given : all;
  switch (d.order) {
    case 0: draw<0>(out, d, range); break;
    case 1: draw<1>(out, d, range); break;
    case 2: draw<2>(out, d, range); break;
    case 3: draw<3>(out, d, range); break;
    case 4: draw<4>(out, d, range); break;
    default: draw<5>(out, d, range);
  }
  if (d.clip && !known) {
    const Array extent = engine::extent_of(out);
    engine::each(out.size(), 1 << 15, Hold{out.mutable_data_as<double>(), engine::extent_in(extent), given});
  }
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, draw_window, void, const Array&, const opsin::filters::WindowDrawing&)
