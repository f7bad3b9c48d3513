// SPDX-License-Identifier: Apache-2.0
// Folds of neighbouring windows on CUDA: N sums at once, so that a value read from shared memory serves up to N of
// them. `taps` is 16-byte aligned shared memory; `at(i, x)` delivers the windows' elements i .. i + 3.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// acc[j] = sum over Length taps of N neighbouring windows. `at(i, x)` delivers the windows' elements i .. i + 3.
///
/// Odd taps sum differences, so that the derivative of a constant is zero and not rounding noise.
template <int N, int Length, class At>
__device__ __forceinline__ void fold_fixed(float (&acc)[N], const float* taps, bool odd, const At& at) {
  float w[Length + 3];
#pragma unroll
  for (int t = 0; t < Length; t += 4) {
    const float4 v = *reinterpret_cast<const float4*>(taps + t);
    w[t] = v.x;
    if (t + 1 < Length) w[t + 1] = v.y;
    if (t + 2 < Length) w[t + 2] = v.z;
    if (t + 3 < Length) w[t + 3] = v.w;
  }
#pragma unroll
  for (int j = 0; j < N; ++j) acc[j] = 0;
  if (odd) {
    float x[Length + N + 2];
#pragma unroll
    for (int i = 0; i < Length + N - 1; i += 4) {
      float four[4];
      at(i, four);
#pragma unroll
      for (int a = 0; a < 4; ++a) {
        if (i + a < Length + N - 1) x[i + a] = four[a];
      }
    }
    // The centre's weight is zero, but zero times infinity is not.
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = w[Length / 2] * x[j + Length / 2];
#pragma unroll
    for (int k = 0; k < Length / 2; ++k) {
#pragma unroll
      for (int j = 0; j < N; ++j) acc[j] = fmaf(w[k], x[j + k] - x[j + Length - 1 - k], acc[j]);
    }
    return;
  }
#pragma unroll
  for (int i = 0; i < Length + N - 1; i += 4) {
    float x[4];
    at(i, x);
#pragma unroll
    for (int a = 0; a < 4; ++a) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        if (i + a - j >= 0 && i + a - j < Length) acc[j] = fmaf(w[i + a - j], x[a], acc[j]);
      }
    }
  }
}

/// The same for any number of taps, with `skip` zeros before the first and zeros after the last.
///
/// `own` is subtracted from every element: odd taps, whose sum is zero, count from an element that all windows hold.
///
/// The zeros let four elements meet all N sums without a test. They change no finite number; but an infinity or NaN
/// just outside a window turns its sum into NaN. Such sums, and only NaN results can be such, are made again with
/// tests.
template <int N, bool Tested, class At>
__device__ __forceinline__ void fold_any(float (&acc)[N], const float* taps, int skip, int n, float own, const At& at) {
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
    at(i, x);
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

/// The lengths that common filters have are unrolled: 3 and 5 (derivatives), 9 and 17 (Gaussians of sigma 1 and 2), 19
/// (the Hessian's at sigma 2). That halves the instructions.
///
/// L < 0 unrolls only the ridge filters' lengths: banks of several filters hold many folds, and would compile for
/// minutes. With L > 0 the length is known to be that, there is no skip, and the taps are not odd. `one(i)` is element
/// i alone.
template <int N, int L, class At, class One>
__device__ __forceinline__ void fold_windows(float (&acc)[N], const float* taps, int skip, int n, bool odd,
                                             const At& at, const One& one) {
  if constexpr (L > 0) return fold_fixed<N, L>(acc, taps, false, at);
  if (skip == 0) {
    switch (n) {
      case 9: return fold_fixed<N, 9>(acc, taps, odd, at);
      case 19: return fold_fixed<N, 19>(acc, taps, odd, at);
      default: break;
    }
    if constexpr (L == 0) {
      switch (n) {
        case 3: return fold_fixed<N, 3>(acc, taps, odd, at);
        case 5: return fold_fixed<N, 5>(acc, taps, odd, at);
        case 17: return fold_fixed<N, 17>(acc, taps, odd, at);
        default: break;
      }
    }
  }
  if (odd && n / 2 < N - 1) {
    // No element lies in all windows: pair by pair.
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = taps[skip + n / 2] * one(j + skip + n / 2);
    for (int k = skip; k < skip + n / 2; ++k) {
#pragma unroll
      for (int j = 0; j < N; ++j) acc[j] = fmaf(taps[k], one(j + k) - one(j + 2 * skip + n - 1 - k), acc[j]);
    }
    return;
  }
  const float own = odd ? finite_or_zero(one(skip + n / 2)) : 0.0f;
  fold_any<N, false>(acc, taps, skip, n, own, at);
  if (any_nan(acc)) fold_any<N, true>(acc, taps, skip, n, own, at);
}

}  // namespace opsin::OPSIN_TARGET::engine
