// SPDX-License-Identifier: Apache-2.0
// The numbers of a Gabor kernel, in double on the host.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "opsin/filters_gabor.h"

namespace opsin::OPSIN_TARGET::filters {

struct GaborShape {
  double frequency, sigma_x, sigma_y, cos_theta, sin_theta, offset;
  int x0, y0;  // the kernel covers -x0 ... x0 and -y0 ... y0

  double amplitude() const { return 1 / (2 * std::numbers::pi * sigma_x * sigma_y); }
  std::complex<double> at(int y, int x) const {
    const double rotated_x = x * cos_theta + y * sin_theta;
    const double rotated_y = -x * sin_theta + y * cos_theta;
    const double fall =
        -0.5 * (rotated_x * rotated_x / (sigma_x * sigma_x) + rotated_y * rotated_y / (sigma_y * sigma_y));
    return std::exp(std::complex<double>(fall, 2 * std::numbers::pi * frequency * rotated_x + offset));
  }
};

template <class Options>
GaborShape gabor_shape(double frequency, const Options& o) {
  const auto sigma = [&](const std::optional<double>& given) {
    // The half-response bandwidth in octaves, as in Petkov's model of simple cells.
    const double octaves = std::pow(2.0, o.bandwidth);
    return given.value_or(1 / std::numbers::pi * std::sqrt(std::log(2.0) / 2) * (octaves + 1) / (octaves - 1) /
                          frequency);
  };
  GaborShape s{frequency, sigma(o.sigma_x), sigma(o.sigma_y), std::cos(o.theta), std::sin(o.theta), o.offset, 0, 0};
  core::check(s.sigma_x != 0 && s.sigma_y != 0, "filters.gabor", "a standard deviation of 0 gives no kernel");
  const auto size = [&](double along, double across) {
    const double reach = std::ceil(std::max({std::fabs(o.n_stds * along), std::fabs(o.n_stds * across), 1.0}));
    core::check(std::isfinite(reach) && !std::isnan(along) && !std::isnan(across) && reach < 16384, "filters.gabor",
                "the kernel would reach ", reach, " pixels");
    return static_cast<int>(reach);
  };
  s.x0 = size(s.sigma_x * s.cos_theta, s.sigma_y * s.sin_theta);
  s.y0 = size(s.sigma_y * s.cos_theta, s.sigma_x * s.sin_theta);
  return s;
}

}  // namespace opsin::OPSIN_TARGET::filters
