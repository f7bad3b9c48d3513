// SPDX-License-Identifier: Apache-2.0
// The inner loops of the CPU's separable engine: one output line, or four, from the lines under the taps.
#pragma once

#include <algorithm>
#include <limits>

#include "engine/separable.h"

namespace opsin::OPSIN_TARGET::engine {

/// One output line from n tap lines: out[i] = sum over k of w[k] * p[k][i].
template <class C>
void fold_line(C* out, const C* const* p, const FoldTaps<C>& taps, std::int64_t count) {
  using V = Vec<C>;
  constexpr int unroll = 4;
  const C* w = taps.w.data();
  const int n = taps.n;
  std::int64_t x = 0;
  const auto sums = [&]<int U>(std::integral_constant<int, U>, std::int64_t at, std::int64_t limit) {
    V acc[U];
    const auto load = [&](const C* q, int u) {
      return U == 1 ? V::load(q + at, limit) : V::load(q + at + u * V::lanes);
    };
    if (std::is_same_v<C, float> && taps.symmetry == Taps::Symmetry::odd) {
      // The middle tap, though mostly zero, makes NaN of an infinity, as SciPy's does.
      for (int u = 0; u < U; ++u) acc[u] = load(p[n / 2], u) * V(w[n / 2]);
      for (int k = 0; k < n / 2; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) acc[u] = fma(wk, load(p[k], u) - load(p[n - 1 - k], u), acc[u]);
      }
    } else if constexpr (std::is_same_v<C, float>) {
      for (int k = 0; k < n; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) acc[u] = fma(wk, load(p[k], u), acc[u]);
      }
    } else if (taps.symmetry == Taps::Symmetry::none) {
      for (int u = 0; u < U; ++u) acc[u] = load(p[n - 1], u) * V(w[n - 1]);
      for (int k = 0; k < n - 1; ++k) {
        for (int u = 0; u < U; ++u) acc[u] += load(p[k], u) * V(w[k]);
      }
    } else {
      const int c = n / 2;
      const bool even = taps.symmetry == Taps::Symmetry::even;
      for (int u = 0; u < U; ++u) acc[u] = load(p[c], u) * V(w[c]);
      for (int k = 0; k < c; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) {
          const V a = load(p[k], u);
          const V b = load(p[n - 1 - k], u);
          acc[u] += (even ? a + b : a - b) * wk;
        }
      }
    }
    for (int u = 0; u < U; ++u) {
      if constexpr (U == 1) {
        acc[u].store(out + at, limit);
      } else {
        acc[u].store(out + at + u * V::lanes);
      }
    }
  };
  for (; x + unroll * V::lanes <= count; x += unroll * V::lanes) sums(std::integral_constant<int, unroll>{}, x, 0);
  for (; x < count; x += V::lanes)
    sums(std::integral_constant<int, 1>{}, x, std::min<std::int64_t>(count - x, V::lanes));
}

/// Four output rows at once: row j sums p[j] ... p[j + n - 1]. Float only: the order of taps is free there. With
/// `Relative` the values count from the first row's own, which all four windows hold: for taps with sum zero. An own
/// that is not finite would spread past the taps that meet it, so zero stands for it.
template <bool Relative>
inline void fold_four_rows(float* const* out, const float* const* p, const FoldTaps<float>& taps, std::int64_t count) {
  using V = Vec<float>;
  const float* w = taps.w.data();
  const int n = taps.n;
  std::int64_t x = 0;
  for (; x + 2 * V::lanes <= count; x += 2 * V::lanes) {
    V acc[4][2];
    V own[2];
    if constexpr (Relative) {
      for (int u = 0; u < 2; ++u) {
        const V first = V::load(p[n / 2] + x + u * V::lanes);
        own[u] = pick(abs(first) <= V(std::numeric_limits<float>::max()), first, V(0.0f));
      }
    }
    const auto value = [&](int i, int u) {
      const V v = V::load(p[i] + x + u * V::lanes);
      return Relative ? v - own[u] : v;
    };
    const auto step = [&](int i, int from, int to) {
      const V a = value(i, 0);
      const V b = value(i, 1);
      for (int j = from; j < to; ++j) {
        const V wk(w[i - j]);
        acc[j][0] = fma(wk, a, acc[j][0]);
        acc[j][1] = fma(wk, b, acc[j][1]);
      }
    };
    for (int i = 0; i < 3; ++i) step(i, 0, i + 1);
    for (int i = 3; i < n; ++i) {
      const V a = value(i, 0);
      const V b = value(i, 1);
      for (int j = 0; j < 4; ++j) {
        const V wk(w[i - j]);
        acc[j][0] = fma(wk, a, acc[j][0]);
        acc[j][1] = fma(wk, b, acc[j][1]);
      }
    }
    for (int i = n; i < n + 3; ++i) step(i, i - n + 1, 4);
    for (int j = 0; j < 4; ++j) {
      acc[j][0].store(out[j] + x);
      acc[j][1].store(out[j] + x + V::lanes);
    }
  }
  if (x == count) return;
  std::vector<const float*> rest(static_cast<std::size_t>(n));
  for (int j = 0; j < 4; ++j) {
    for (int k = 0; k < n; ++k) rest[static_cast<std::size_t>(k)] = p[j + k] + x;
    fold_line(out[j] + x, rest.data(), taps, count - x);
  }
}

/// Four output rows at once with taps in pairs, each row in the order of fold_line. The windows of neighbouring rows
/// overlap in all but one element at each end, so that a pair of four rows costs two loads instead of eight.
template <bool Even>
inline void fold_four_rows_of_pairs(double* const* out, const double* const* p, const FoldTaps<double>& taps,
                                    std::int64_t count) {
  using V = Vec<double>;
  const double* w = taps.w.data();
  const int n = taps.n;
  const int c = n / 2;
  for (std::int64_t x = 0; x < count; x += V::lanes) {
    const std::int64_t lanes = count - x;
    const auto load = [&](int i) { return V::load(p[i] + x, lanes); };
    V acc[4], low[4], high[4];
    for (int j = 0; j < 4; ++j) {
      acc[j] = load(j + c) * V(w[c]);
      low[j] = load(j);
      high[j] = load(j + n - 1);
    }
    // Row j finds its ends in low[(j + turn) % 4] and high[(j - turn) % 4]; the one that is done makes room for the
    // next.
    const auto step = [&]<int turn>(std::integral_constant<int, turn>, int k) {
      const V wk(w[k]);
      for (int j = 0; j < 4; ++j) {
        const V a = low[(j + turn) % 4];
        const V b = high[(j - turn + 4) % 4];
        acc[j] += (Even ? a + b : a - b) * wk;
      }
      low[turn] = load(k + 4);
      high[3 - turn] = load(n - 2 - k);
    };
    int k = 0;
    for (; k + 4 <= c; k += 4) {
      step(std::integral_constant<int, 0>{}, k);
      step(std::integral_constant<int, 1>{}, k + 1);
      step(std::integral_constant<int, 2>{}, k + 2);
      step(std::integral_constant<int, 3>{}, k + 3);
    }
    if (k < c) step(std::integral_constant<int, 0>{}, k++);
    if (k < c) step(std::integral_constant<int, 1>{}, k++);
    if (k < c) step(std::integral_constant<int, 2>{}, k++);
    for (int j = 0; j < 4; ++j) acc[j].store(out[j] + x, lanes);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
