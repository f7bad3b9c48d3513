// SPDX-License-Identifier: Apache-2.0
#include "engine/taps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/check.h"

namespace opsin::engine {

namespace {

/// NumPy's summation order (eight running sums, halves above 128), so that normalised weights equal SciPy's to the bit.
double pairwise_sum(const double* a, std::size_t n) {
  if (n < 8) return std::accumulate(a, a + n, -0.0);
  if (n > 128) {
    std::size_t half = n / 2;
    half -= half % 8;
    return pairwise_sum(a, half) + pairwise_sum(a + half, n - half);
  }
  double r[8];
  std::copy(a, a + 8, r);
  std::size_t i = 8;
  for (; i < n - n % 8; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) r[j] += a[i + j];
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; ++i) sum += a[i];
  return sum;
}

}  // namespace

double Taps::sum() const { return std::accumulate(weight.begin(), weight.end(), 0.0); }

Taps correlation_taps(std::vector<double> weights, int origin) {
  Taps t;
  const int n = static_cast<int>(weights.size());
  const int half = n / 2;
  t.first = -half - origin;
  t.symmetry = Taps::Symmetry::none;
  if (n % 2 == 1) {
    const auto pairs = [&](double sign) {
      for (int i = 1; i <= half; ++i) {
        const double difference = weights[half + i] - sign * weights[half - i];
        if (!(std::fabs(difference) <= std::numeric_limits<double>::epsilon())) return false;
      }
      return true;
    };
    if (pairs(1)) {
      t.symmetry = Taps::Symmetry::even;
    } else if (pairs(-1)) {
      t.symmetry = Taps::Symmetry::odd;
    }
  }
  t.weight = std::move(weights);
  return t;
}

namespace {

Taps make_gaussian_taps(double sigma, int order, double truncate, int radius) {
  core::check_plain(order >= 0, "order must be non-negative");
  const double width = truncate * sigma + 0.5;
  core::check(radius >= 0 || width < 1e8, "gaussian", "sigma ", sigma, " with truncate ", truncate,
              " needs too many taps");
  const int r = radius >= 0 ? radius : static_cast<int>(width);
  const auto n = static_cast<std::size_t>(2 * r + 1);
  std::vector<double> w(n);
  const double factor = -0.5 / (sigma * sigma);
  for (int i = -r; i <= r; ++i) w[static_cast<std::size_t>(i + r)] = std::exp(factor * (static_cast<double>(i) * i));
  const double total = pairwise_sum(w.data(), w.size());
  for (double& v : w) v /= total;
  if (order > 0) {
    // d^n/dx^n of exp(-x^2 / 2 s^2) is q(x) times it, with q' - x/s^2 q as the recurrence between orders. The
    // reciprocal is rounded before it is used, as in SciPy, for weights that are equal to the bit.
    const double falloff = 1 / -(sigma * sigma);
    std::vector<double> q(static_cast<std::size_t>(order) + 1, 0.0);
    q[0] = 1;
    for (int step = 0; step < order; ++step) {
      std::vector<double> next(q.size(), 0.0);
      for (std::size_t d = 0; d < q.size(); ++d) {
        if (d > 0) next[d] += falloff * q[d - 1];
        if (d + 1 < q.size()) next[d] += static_cast<double>(d + 1) * q[d + 1];
      }
      q = std::move(next);
    }
    for (int i = -r; i <= r; ++i) {
      double p = 0;
      double power = 1;
      for (const double c : q) {
        // NumPy leaves this product to BLAS, which fuses three terms and not four.
        p = order == 2 ? std::fma(c, power, p) : p + c * power;
        power *= i;
      }
      w[static_cast<std::size_t>(i + r)] *= p;
    }
    // SciPy correlates with the reversed weights, so that the result is the derivative.
    std::reverse(w.begin(), w.end());
  }
  return correlation_taps(std::move(w));
}

}  // namespace

Taps gaussian_taps(double sigma, int order, double truncate, int radius) {
  // What this thread made last: a call on a small image takes less time than a few hundred exponentials.
  struct Made {
    double sigma, truncate;
    int order, radius;
    Taps taps;
  };
  constexpr std::size_t most_kept = 16;
  constexpr int most_taps = 256;
  thread_local std::vector<Made> kept;
  for (const Made& m : kept) {
    if (m.sigma == sigma && m.truncate == truncate && m.order == order && m.radius == radius) return m.taps;
  }
  Taps taps = make_gaussian_taps(sigma, order, truncate, radius);
  if (taps.size() <= most_taps) {
    if (kept.size() == most_kept) kept.erase(kept.begin());
    kept.push_back({sigma, truncate, order, radius, taps});
  }
  return taps;
}

Taps trimmed(const Taps& taps, double relative) {
  double total = 0;
  for (const double w : taps.weight) total += std::fabs(w);
  const double least = relative * total;
  int begin = 0;
  int end = taps.size();
  // Both ends at once where the taps are symmetric, so that they stay so.
  const bool both = taps.symmetry != Taps::Symmetry::none;
  while (end - begin > 1 && std::fabs(taps.weight[begin]) < least &&
         (!both || (end - begin > 2 && std::fabs(taps.weight[end - 1]) < least))) {
    ++begin;
    if (both) --end;
  }
  while (!both && end - begin > 1 && std::fabs(taps.weight[end - 1]) < least) --end;
  Taps t = taps;
  t.weight.assign(taps.weight.begin() + begin, taps.weight.begin() + end);
  t.first += begin;
  return t;
}

}  // namespace opsin::engine
