// SPDX-License-Identifier: Apache-2.0
// Folds of neighbouring windows on CUDA: N sums at once, so that a value read from shared memory serves up to N of
// them. `taps` is 16-byte aligned shared memory. A window says what its elements are: four(i, x) delivers those from i
// to i + 3, in ascending order of i, and one(i) is element i alone.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// acc[j] = sum over Length taps of N neighbouring windows. The windows and the taps begin Pad elements late, so that
/// both can be read in fours.
///
/// Odd taps sum differences, so that the derivative of a constant is zero and not rounding noise.
template <int N, int Length, int Pad, class Window>
__device__ __forceinline__ void fold_fixed(float (&acc)[N], const float* taps, bool odd, Window window) {
  float w[Length];
#pragma unroll
  for (int t = 0; t < Pad + Length; t += 4) {
    const float4 v = *reinterpret_cast<const float4*>(taps + t);
    const float four[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int a = 0; a < 4; ++a) {
      if (t + a >= Pad && t + a < Pad + Length) w[t + a - Pad] = four[a];
    }
  }
#pragma unroll
  for (int j = 0; j < N; ++j) acc[j] = 0;
  if (odd) {
    float x[Length + N - 1];
#pragma unroll
    for (int i = 0; i < Pad + Length + N - 1; i += 4) {
      float four[4];
      window.four(i, four);
#pragma unroll
      for (int a = 0; a < 4; ++a) {
        if (i + a >= Pad && i + a < Pad + Length + N - 1) x[i + a - Pad] = four[a];
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
  for (int i = 0; i < Pad + Length + N - 1; i += 4) {
    float x[4];
    window.four(i, x);
#pragma unroll
    for (int a = 0; a < 4; ++a) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        const int k = i + a - Pad - j;
        if (k >= 0 && k < Length) acc[j] = fmaf(w[k], x[a], acc[j]);
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

/// Taps of a length that is not unrolled.
template <int N, class Window>
__device__ __forceinline__ void fold_rest(float (&acc)[N], const float* taps, int skip, int n, bool odd,
                                          Window window) {
  if (odd && n / 2 < N - 1) {
    // No element lies in all windows: pair by pair.
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = taps[skip + n / 2] * window.one(j + skip + n / 2);
    for (int k = skip; k < skip + n / 2; ++k) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        acc[j] = fmaf(taps[k], window.one(j + k) - window.one(j + 2 * skip + n - 1 - k), acc[j]);
      }
    }
    return;
  }
  const float own = odd ? finite_or_zero(window.one(skip + n / 2)) : 0.0f;
  fold_any<N, false>(acc, taps, skip, n, own, window);
  if (any_nan(acc)) fold_any<N, true>(acc, taps, skip, n, own, window);
}

template <int N>
struct Sums {
  float sum[N];
};

/// The same as a call: in a bank of several filters a copy for each would take most of the time to compile.
template <int N, class Window>
__device__ __noinline__ Sums<N> called_fold_rest(const float* taps, int skip, int n, bool odd, Window window) {
  Sums<N> s;
  fold_rest<N>(s.sum, taps, skip, n, odd, window);
  return s;
}

/// L > 0: the taps are L long, with zeros around `n` of their own from `skip` on where they are shorter. A zero weight
/// makes NaN of an infinity, so sums that are NaN are made again from the taps' own elements.
///
/// L == 0: any taps; the lengths that common filters have are unrolled: 3 and 5 (derivatives), 9 and 17 (Gaussians of
/// sigma 1 and 2). That halves the instructions. L < 0: any taps, by a call.
template <int N, int L, int Pad, class Window>
__device__ __forceinline__ void fold_windows(float (&acc)[N], const float* taps, int skip, int n, bool odd,
                                             Window window) {
  if constexpr (L > 0) {
    fold_fixed<N, L, Pad>(acc, taps, odd, window);
    if (n == L || !any_nan(acc)) return;
  } else if constexpr (L == 0) {
    if (skip == 0) {
      switch (n) {
        case 3: return fold_fixed<N, 3, 0>(acc, taps, odd, window);
        case 5: return fold_fixed<N, 5, 0>(acc, taps, odd, window);
        case 9: return fold_fixed<N, 9, 0>(acc, taps, odd, window);
        case 17: return fold_fixed<N, 17, 0>(acc, taps, odd, window);
        default: break;
      }
    }
  }
  if constexpr (L == 0) {
    fold_rest<N>(acc, taps, skip, n, odd, window);
  } else {
    const Sums<N> rest = called_fold_rest<N>(taps, skip, n, odd, window);
#pragma unroll
    for (int j = 0; j < N; ++j) acc[j] = rest.sum[j];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
