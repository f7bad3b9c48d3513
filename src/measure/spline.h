// SPDX-License-Identifier: Apache-2.0
// B-spline interpolation of plane images as scipy.ndimage has it: coefficients by recursive filters along each axis
// (M. Unser, "Splines: a perfect fit for signal and image processing", 1999), and the weights of their sum at a point.
#pragma once

#include "core/border.h"
#include "core/dispatch.h"

namespace opsin::OPSIN_TARGET::measure {

inline constexpr int most_taps = 6;

/// Poles of the recursive filter of an order, 2 to 5.
HD int spline_poles(int order, double (&z)[2]) {
  switch (order) {
    case 2: z[0] = ::sqrt(8.0) - 3; return 1;
    case 3: z[0] = ::sqrt(3.0) - 2; return 1;
    case 4:
      z[0] = ::sqrt(664.0 - ::sqrt(438976.0)) + ::sqrt(304.0) - 19;
      z[1] = ::sqrt(664.0 + ::sqrt(438976.0)) - ::sqrt(304.0) - 19;
      return 2;
    default:
      z[0] = ::sqrt(67.5 - ::sqrt(4436.25)) + ::sqrt(26.25) - 6.5;
      z[1] = ::sqrt(67.5 + ::sqrt(4436.25)) - ::sqrt(26.25) - 6.5;
      return 2;
  }
}

/// One line of samples to coefficients, in place. Beyond its ends lies what `border` (mirror, reflect or wrap) makes.
struct SplineLine {
  double* data;
  std::int64_t n, step;           // of a line
  std::int64_t lines, line_step;  // how the lines lie
  int order;
  Border border;

  HD double& at(double* line, std::int64_t i) const { return line[i * step]; }

  HD double first_causal(double* line, double z) const {
    double power = z;
    if (border == Border::mirror) {
      double last = ::pow(z, static_cast<double>(n - 1));
      double sum = at(line, 0) + last * at(line, n - 1);
      double back = last * last / z;
      for (std::int64_t i = 1; i < n - 1; ++i, power *= z, back /= z) sum += power * at(line, i) + back * at(line, i);
      return sum / (1 - last * last);
    }
    double sum = 0;
    if (border == Border::wrap) {
      sum = at(line, 0);
      for (std::int64_t i = 1; i < n; ++i, power *= z) sum += power * at(line, n - i);
      return sum / (1 - power);
    }
    const double period = ::pow(z, static_cast<double>(n));
    const double first = at(line, 0);
    sum = first + period * at(line, n - 1);  // The line backwards follows it, and both repeat.
    for (std::int64_t i = 1; i < n - 1; ++i, power *= z) {
      sum += power * (at(line, i) + period * at(line, n - 1 - i));
    }
    // SciPy sums in the first sample's place: its last term meets the sum there.
    sum += power * (at(line, n - 1) + period * sum);
    return first + sum * z / (1 - period * period);
  }

  HD double last_anticausal(double* line, double z) const {
    if (border == Border::mirror) return (z * at(line, n - 2) + at(line, n - 1)) * z / (z * z - 1);
    if (border == Border::wrap) {
      double power = z, sum = at(line, n - 1);
      for (std::int64_t i = 0; i < n - 1; ++i, power *= z) sum += power * at(line, i);
      return sum * z / (power - 1);
    }
    return at(line, n - 1) * z / (z - 1);
  }

  HD void operator()(std::int64_t index) const {
    if (n < 2) return;
    double* const line = data + index * line_step;
    double z[2];
    const int poles = spline_poles(order, z);
    double gain = 1;
    for (int k = 0; k < poles; ++k) gain *= (1 - z[k]) * (1 - 1 / z[k]);
    for (std::int64_t i = 0; i < n; ++i) at(line, i) *= gain;
    for (int k = 0; k < poles; ++k) {
      at(line, 0) = first_causal(line, z[k]);
      for (std::int64_t i = 1; i < n; ++i) at(line, i) += z[k] * at(line, i - 1);
      at(line, n - 1) = last_anticausal(line, z[k]);
      for (std::int64_t i = n - 2; i >= 0; --i) at(line, i) = z[k] * (at(line, i + 1) - at(line, i));
    }
  }
};

/// Weights of the taps from floor(x) - order / 2 on (from the nearest element for even orders); x is the distance
/// beyond that element.
HD void spline_weights(double x, int order, double (&w)[most_taps]) {
  const double z = 1 - x;
  const auto rest = [&](int last) {
    w[last] = 1;
    for (int i = 0; i < last; ++i) w[last] -= w[i];
  };
  switch (order) {
    case 0: w[0] = 1; return;
    case 1: w[0] = z, w[1] = x; return;
    case 2:
      w[1] = 0.75 - x * x;
      w[0] = 0.5 * (0.5 - x) * (0.5 - x);
      return rest(2);
    case 3:
      w[1] = (x * x * (x - 2) * 3 + 4) / 6;
      w[2] = (z * z * (z - 2) * 3 + 4) / 6;
      w[0] = z * z * z / 6;
      return rest(3);
    case 4: {
      const auto side = [](double y) { return y * (y * (y * (5 - y) / 6 - 1.25) + 5.0 / 24) + 55.0 / 96; };
      const double t = x * x, y = (0.5 - x) * (0.5 - x);
      w[2] = t * (t * 0.25 - 0.625) + 115.0 / 192;
      w[1] = side(1 + x);
      w[3] = side(z);
      w[0] = y * y / 24;
      return rest(4);
    }
    default: {
      const auto near = [](double y) { return y * y * (y * y * (0.25 - y / 12) - 0.5) + 0.55; };
      const auto far = [](double y) { return y * (y * (y * (y * (y / 24 - 0.375) + 1.25) - 1.75) + 0.625) + 0.425; };
      w[2] = near(x);
      w[3] = near(z);
      w[1] = far(1 + x);
      w[4] = far(1 + z);
      w[0] = z * z * z * z * z / 120;
      return rest(5);
    }
  }
}

/// A coordinate inside the image that stands for one beyond it; those of `constant` stay.
HD double folded(double x, std::int64_t count, Border border) {
  const double n = static_cast<double>(count);
  if ((x >= 0 && x <= n - 1) || border == Border::constant) return x;
  switch (border) {
    case Border::nearest: return x < 0 ? 0 : n - 1;
    case Border::wrap: return x - n * ::floor(x / n);
    case Border::mirror: {
      if (count <= 1) return 0;
      const double period = 2 * n - 2, y = x - period * ::floor(x / period);
      return y > n - 1 ? period - y : y;
    }
    default: {
      if (count <= 1) return 0;
      const double period = 2 * n, y = x - period * ::floor(x / period);
      return y > n - 0.5 ? period - 1 - y : y;
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::measure
