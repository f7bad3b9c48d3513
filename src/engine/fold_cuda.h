// SPDX-License-Identifier: Apache-2.0
// Folds of neighbouring windows on CUDA: N sums at once, so that a value read from shared memory serves up to N of
// them. `taps` is 16-byte aligned shared memory. A window says what its elements are: four(i, x) delivers those from i
// to i + 3, in ascending order of i, and one(i) is element i alone.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// acc[j] = sum over the taps of N neighbouring windows, with `skip` zeros before the first tap and zeros after the
/// last.
///
/// `own` is subtracted from every element: odd taps, whose sum is zero, count from an element that all windows hold.
///
/// The zeros let four elements meet all N sums without a test. They change no finite number; but an infinity or NaN
/// just outside a window turns its sum into NaN. Such sums, and only NaN results can be such, are made again with
/// tests.
template <int N, bool Tested, class Window>
__device__ __forceinline__ void fold_any(float (&acc)[N], const float* taps, int skip, int n, float own,
                                         Window window) {
  float weights[N + 3];
#pragma unroll
  for (int j = 0; j < N; ++j) acc[j] = 0;
#pragma unroll
  for (int t = 0; t < N + 3; ++t) weights[t] = 0;
  const int length = skip + n + N - 1;
#pragma unroll(Tested ? 1 : 2)
  for (int i = 0; i < length; i += 4) {
    const float4 next = *reinterpret_cast<const float4*>(taps + i);
#pragma unroll
    for (int t = 0; t < N - 1; ++t) weights[t] = weights[t + 4];
    weights[N - 1] = next.x;
    weights[N] = next.y;
    weights[N + 1] = next.z;
    weights[N + 2] = next.w;
    float x[4];
    window.four(i, x);
#pragma unroll
    for (int a = 0; a < 4; ++a) x[a] -= own;
#pragma unroll
    for (int a = 0; a < 4; ++a) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        if (!Tested || static_cast<unsigned>(i + a - j - skip) < static_cast<unsigned>(n)) {
          acc[j] = fmaf(weights[a - j + N - 1], x[a], acc[j]);
        }
      }
    }
  }
}

/// What differences may count from without spreading an infinity.
__device__ __forceinline__ float finite_or_zero(float x) { return fabsf(x) <= 3.402823466e38f ? x : 0.0f; }

template <int N>
__device__ __forceinline__ bool any_nan(const float (&acc)[N]) {
  bool found = false;
#pragma unroll
  for (int j = 0; j < N; ++j) found = found || acc[j] != acc[j];
  return found;
}

/// What a fold needs to know of its taps.
struct FoldOf {
  int skip, n;
  bool odd;      // count from an element that all windows hold
  float mirror;  // not 0: pair by pair, the second element with this sign
};

/// Odd taps sum differences, so that the derivative of a constant is zero and not rounding noise.
template <int N, class Window>
__device__ __forceinline__ void fold_all(float (&acc)[N], const float* taps, const FoldOf& f, Window window) {
  const int skip = f.skip;
  const int n = f.n;
  if (f.mirror != 0) {
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = taps[skip + n / 2] * window.one(j + skip + n / 2);
    for (int k = skip; k < skip + n / 2; ++k) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        acc[j] = fmaf(taps[k], fmaf(f.mirror, window.one(j + 2 * skip + n - 1 - k), window.one(j + k)), acc[j]);
      }
    }
    return;
  }
  const float own = f.odd ? finite_or_zero(window.one(skip + n / 2)) : 0.0f;
  fold_any<N, false>(acc, taps, skip, n, own, window);
  if (any_nan(acc)) fold_any<N, true>(acc, taps, skip, n, own, window);
}

template <int N>
struct Sums {
  float sum[N];
};

/// The same as a call: in a bank of several filters a copy for each would take most of the time to compile.
template <int N, class Window>
__device__ __noinline__ Sums<N> called_fold_all(const float* taps, const FoldOf& f, Window window) {
  Sums<N> s;
  fold_all<N>(s.sum, taps, f, window);
  return s;
}

/// In a bank of K filters.
template <int K, int N, class Window>
__device__ __forceinline__ void fold_windows(float (&acc)[N], const float* taps, const FoldOf& f, Window window) {
  if constexpr (K == 1) {
    fold_all<N>(acc, taps, f, window);
  } else {
    const Sums<N> rest = called_fold_all<N>(taps, f, window);
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = rest.sum[j];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
