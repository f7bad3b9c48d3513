// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/check.h"
#include "filters/window_functions.h"

namespace opsin::filters {
namespace {

constexpr double pi = std::numbers::pi;

/// The Chebyshev polynomial of the first kind, also outside [-1, 1].
double chebyshev_polynomial(std::int64_t degree, double x) {
  const auto d = static_cast<double>(degree);
  if (x > 1) return std::cosh(d * std::acosh(x));
  if (x < -1) return (degree % 2 == 0 ? 1 : -1) * std::cosh(d * std::acosh(-x));
  return std::cos(d * std::acos(x));
}

/// A symmetric tridiagonal matrix.
struct Tridiagonal {
  std::vector<double> diagonal, beside;

  std::size_t size() const { return diagonal.size(); }

  /// Eigenvalues below x: the negative pivots of the factorisation of the matrix less x.
  std::size_t below(double x) const {
    std::size_t count = 0;
    double pivot = 1;
    for (std::size_t i = 0; i < size(); ++i) {
      const double e = i == 0 ? 0 : beside[i - 1];
      pivot = diagonal[i] - x - e * e / pivot;
      if (pivot == 0) pivot = -1e-300;
      if (pivot < 0) ++count;
    }
    return count;
  }

  double greatest_eigenvalue() const {
    double low = diagonal[0], high = low;
    for (std::size_t i = 0; i < size(); ++i) {
      const double reach = (i > 0 ? std::fabs(beside[i - 1]) : 0) + (i + 1 < size() ? std::fabs(beside[i]) : 0);
      low = std::min(low, diagonal[i] - reach);
      high = std::max(high, diagonal[i] + reach);
    }
    for (int i = 0; i < 200; ++i) {
      const double middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) break;
      (below(middle) == size() ? high : low) = middle;
    }
    return high;
  }

  /// x of (matrix - shift) x = b, in place. The shift is an eigenvalue: only the direction of x means something.
  void solve(double shift, std::vector<double>& b) const {
    const std::size_t n = size();
    // Rows of the upper factor after partial pivoting: up to three elements.
    std::vector<std::array<double, 3>> upper(n);
    std::array<double, 3> row{diagonal[0] - shift, n > 1 ? beside[0] : 0, 0};
    for (std::size_t i = 0; i + 1 < n; ++i) {
      std::array<double, 3> next{beside[i], diagonal[i + 1] - shift, i + 2 < n ? beside[i + 1] : 0};
      if (std::fabs(next[0]) > std::fabs(row[0])) {
        std::swap(row, next);
        std::swap(b[i], b[i + 1]);
      }
      const double factor = row[0] == 0 ? 0 : next[0] / row[0];
      upper[i] = row;
      b[i + 1] -= factor * b[i];
      row = {next[1] - factor * row[1], next[2] - factor * row[2], 0};
    }
    upper[n - 1] = row;
    const double least = 1e-16 * std::fabs(shift) + 1e-300;
    for (std::size_t i = n; i-- > 0;) {
      double x = b[i];
      if (i + 1 < n) x -= upper[i][1] * b[i + 1];
      if (i + 2 < n) x -= upper[i][2] * b[i + 2];
      const double pivot = upper[i][0];
      b[i] = x / (std::fabs(pivot) < least ? std::copysign(least, pivot) : pivot);
    }
    double scale = 0;
    for (const double x : b) scale = std::max(scale, std::fabs(x));
    for (double& x : b) x /= scale;
  }
};

}  // namespace

std::vector<double> chebyshev(std::int64_t n, const std::vector<double>& parameter) {
  const auto m = static_cast<double>(n);
  const double beta = std::cosh(std::acosh(std::pow(10.0, std::fabs(parameter[0]) / 20)) / (m - 1));
  std::vector<double> spectrum, cosines;
  for (std::int64_t k = 0; k < n; ++k) {
    spectrum.push_back(chebyshev_polynomial(n - 1, beta * std::cos(pi * static_cast<double>(k) / m)));
  }
  for (std::int64_t k = 0; k < 2 * n; ++k) cosines.push_back(std::cos(pi * static_cast<double>(k) / m));
  // The window is the spectrum's transform around an element, or between two of them.
  std::vector<double> w(static_cast<std::size_t>(n));
  double greatest = 0;
  for (std::int64_t i = 0; i < (n + 1) / 2; ++i) {
    const std::int64_t twice = n % 2 == 0 ? 2 * i + 1 : 2 * i;  // of the distance from the centre
    double sum = 0;
    std::int64_t at = 0;  // k * twice, modulo 2 n
    for (std::int64_t k = 0; k < n; ++k) {
      sum += spectrum[static_cast<std::size_t>(k)] * cosines[static_cast<std::size_t>(at)];
      at += twice;
      if (at >= 2 * n) at -= 2 * n;
    }
    w[static_cast<std::size_t>(n / 2 + i)] = w[static_cast<std::size_t>((n - 1) / 2 - i)] = sum;
    greatest = std::max(greatest, sum);
  }
  for (double& v : w) v /= greatest;
  return w;
}

std::vector<double> slepian(std::int64_t n, const std::vector<double>& parameter) {
  const double bandwidth = parameter[0];
  const auto m = static_cast<double>(n);
  core::check_plain(bandwidth < m / 2, "NW must be less than M/2.");
  core::check_plain(bandwidth > 0, "NW must be positive");
  // The sequence is an eigenvector of a tridiagonal matrix (Slepian, "Prolate spheroidal wave functions, Fourier
  // analysis, and uncertainty V", Bell System Technical Journal 57, 1978).
  Tridiagonal matrix;
  const double cosine = std::cos(2 * pi * bandwidth / m);
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = (m - 1 - 2 * static_cast<double>(i)) / 2;
    matrix.diagonal.push_back(x * x * cosine);
    if (i > 0) matrix.beside.push_back(static_cast<double>(i) * (m - static_cast<double>(i)) / 2);
  }
  std::vector<double> w(static_cast<std::size_t>(n), 1.0);
  const double eigenvalue = matrix.greatest_eigenvalue();
  for (int i = 0; i < 4; ++i) matrix.solve(eigenvalue, w);
  double sum = 0, greatest = 0;
  for (const double v : w) sum += v;
  for (const double v : w) greatest = std::max(greatest, sum < 0 ? -v : v);
  // An even window has its maximum between two elements.
  const double scale = (n % 2 == 0 ? m * m / (m * m + bandwidth) : 1) / greatest;
  for (double& v : w) v = (sum < 0 ? -v : v) * scale;
  return w;
}

}  // namespace opsin::filters
