// SPDX-License-Identifier: Apache-2.0
// Interpolation in a table on the device: numpy.interp, in float64.
#pragma once

#include "core/dispatch.h"
#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

struct LinePoint {
  double x, y, slope;
};

/// numpy.interp of n points, whose x increases from first() to last(). at(j) is point j with the slope of the line to
/// the next, x(j) its x alone. The line's number is found from a guess near it.
template <class Points, class I, class X>
HD double interpolated(const Points& points, I n, I guess, X at) {
  if (!(at >= points.first())) return at != at ? at : points.at(0).y;
  if (at >= points.last()) return points.at(n - 1).y;
  I j = guess < 0 ? 0 : guess > n - 2 ? n - 2 : guess;
  auto point = points.at(j);
  while (at < point.x) point = points.at(--j);
  while (at >= points.x(j + 1)) point = points.at(++j);
  if (point.x == at) return point.y;
  const double place = at, x = point.x, y = point.y;
  double value = point.slope * (place - x) + y;
  if (value != value) {
    const double next = points.at(j + 1).y;
    value = point.slope * (place - static_cast<double>(points.x(j + 1))) + next;
    if (value != value && y == next) value = y;
  }
  return value;
}

/// The line between (x[j], y[j]) and (x[j + 1], y[j + 1]), and the y of the ends outside. x increases.
struct LineTable {
  const double* x;
  const double* y;
  const double* slope;  // of the line from point j on
  std::int64_t n;

  /// What slope[j] has to be.
  HD static double slope_at(const double* x, const double* y, std::int64_t j) {
    return (y[j + 1] - y[j]) / (x[j + 1] - x[j]);
  }

  struct Points {
    const LineTable* table;
    HD LinePoint at(std::int64_t j) const { return {table->x[j], table->y[j], table->slope[j]}; }
    HD double x(std::int64_t j) const { return table->x[j]; }
    HD double first() const { return table->x[0]; }
    HD double last() const { return table->x[table->n - 1]; }
  };

  HD double from(std::int64_t guess, double at) const { return interpolated(Points{this}, n, guess, at); }
  /// j is searched by halves.
  HD double search(double at) const {
    std::int64_t low = 0, high = n;
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (at >= x[middle] ? low : high) = middle;
    }
    return from(low, at);
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
