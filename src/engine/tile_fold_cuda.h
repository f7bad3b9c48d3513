// SPDX-License-Identifier: Apache-2.0
// The tile kernel's folds, in SciPy's order of operations.
#pragma once

#include "engine/separable.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_tile_taps = 97;  // Kernel parameters hold the weights: longer filters go one axis at a time.

template <class C>
struct DeviceTaps {
  int n, first;
  Taps::Symmetry symmetry;
  bool identity;
  C w[most_tile_taps];
};

/// acc[j] = fold of s[j * step + k * stride] over the taps k, in SciPy's order.
template <class C, int N>
__device__ __forceinline__ void fold(C (&acc)[N], const C* s, int step, int stride, const DeviceTaps<C>& t) {
  const int n = t.n;
  if (t.symmetry == Taps::Symmetry::none) {
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = s[j * step + (n - 1) * stride] * t.w[n - 1];
    for (int k = 0; k < n - 1; ++k) {
      const C w = t.w[k];
#pragma unroll
      for (int j = 0; j < N; ++j) acc[j] += s[j * step + k * stride] * w;
    }
    return;
  }
  const int c = n / 2;
  const bool even = t.symmetry == Taps::Symmetry::even;
#pragma unroll
  for (int j = 0; j < N; ++j) acc[j] = s[j * step + c * stride] * t.w[c];
  for (int k = 0; k < c; ++k) {
    const C w = t.w[k];
#pragma unroll
    for (int j = 0; j < N; ++j) {
      const C a = s[j * step + k * stride];
      const C b = s[j * step + (n - 1 - k) * stride];
      acc[j] += (even ? a + b : a - b) * w;
    }
  }
}

template <class C, int N>
struct FoldSums {
  C sum[N];
};

/// The same as a call: banks of several filters would hold many copies.
template <class C, int N>
__device__ __noinline__ FoldSums<C, N> called_fold(const C* s, int step, int stride, const DeviceTaps<C>& t) {
  FoldSums<C, N> f;
  fold<C, N>(f.sum, s, step, stride, t);
  return f;
}

/// acc = fold, in a bank of K filters.
template <int K, class C, int N>
__device__ __forceinline__ void fold_of(C (&acc)[N], const C* s, int step, int stride, const DeviceTaps<C>& t) {
  if constexpr (K == 1) {
    fold<C, N>(acc, s, step, stride, t);
  } else {
    const FoldSums<C, N> f = called_fold<C, N>(s, step, stride, t);
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = f.sum[j];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
