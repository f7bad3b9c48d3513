// SPDX-License-Identifier: Apache-2.0
#include "engine/fft_plan.h"

#include <cmath>
#include <numbers>

#include "engine/smooth_length.h"

namespace opsin::engine {
namespace {

/// e^(-2 pi i k / n), from an angle of at most pi / 4: exact where it is 1, -i, -1 or i.
std::complex<double> root_of_unity(std::int64_t k, std::int64_t n) {
  k %= n;
  const bool upper = 2 * k > n;
  const std::int64_t eighths = 8 * (upper ? n - k : k);  // of pi / (4 n)
  const auto angle = [&](std::int64_t a) {
    return std::numbers::pi * static_cast<double>(a) / static_cast<double>(4 * n);
  };
  double x, y;
  if (eighths <= n) {
    x = std::cos(angle(eighths));
    y = std::sin(angle(eighths));
  } else if (eighths <= 3 * n) {
    x = -std::sin(angle(eighths - 2 * n));
    y = std::cos(angle(eighths - 2 * n));
  } else {
    x = -std::cos(angle(4 * n - eighths));
    y = std::sin(angle(4 * n - eighths));
  }
  return {x, upper ? y : -y};
}

std::vector<int> factors(std::int64_t n) {
  std::vector<int> found;
  const auto take = [&](int radix) {
    while (n % radix == 0) {
      found.push_back(radix);
      n /= radix;
    }
  };
  take(4);
  for (int radix = 2; radix <= most_fft_radix; ++radix) take(radix);
  if (n > 1) found.push_back(0);
  return found;
}

FftPlan plan_passes(std::int64_t length, const std::vector<int>& radices) {
  FftPlan plan;
  plan.length = length;
  std::int64_t n = length, stride = 1;
  for (const int radix : radices) {
    FftPass pass{radix, n / radix, stride, plan.roots.size(), 0};
    for (std::int64_t p = 0; p < pass.groups; ++p) {
      for (int j = 1; j < radix; ++j) plan.roots.push_back(root_of_unity(p * j, n));
    }
    pass.unit = plan.roots.size();
    for (int j = 0; radix > 5 && j < radix; ++j) plan.roots.push_back(root_of_unity(j, radix));
    plan.passes.push_back(pass);
    n = pass.groups;
    stride *= radix;
  }
  return plan;
}

}  // namespace

FftMethod plan_fft(std::int64_t length) {
  FftMethod method;
  const std::vector<int> radices = factors(length);
  if (radices.empty() || radices.back() != 0) {
    method.plan = plan_passes(length, radices);
    return method;
  }
  const std::int64_t whole = smooth_length(2 * length - 1);
  method.plan = plan_passes(whole, factors(whole));
  // e^(-pi i k^2 / n), with k^2 mod 2 n built up step by step, where it cannot overflow.
  std::int64_t square = 0;
  for (std::int64_t k = 0; k < length; ++k) {
    method.chirp.push_back(root_of_unity(square, 2 * length));
    square = (square + 2 * k + 1) % (2 * length);
  }
  return method;
}

}  // namespace opsin::engine
