// SPDX-License-Identifier: Apache-2.0
// Folds of neighbouring windows on CUDA: N sums at once, so that a value read from shared memory serves up to N of them.
// `taps` is 16-byte aligned shared memory; `at(i, x)` delivers the windows' elements i .. i + 3.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// acc[j] = sum over Length taps of N neighbouring windows. `at(i, x)` delivers the windows' elements i .. i + 3.
template <int N, int Length, class At>
__device__ __forceinline__ void fold_fixed(float (&acc)[N], const float* taps, const At& at) {
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
/// The zeros let four elements meet all N sums without a test. They change no finite number; but an infinity or NaN just
/// outside a window turns its sum into NaN. Such sums, and only NaN results can be such, are made again with tests.
template <int N, bool Tested, class At>
__device__ __forceinline__ void fold_any(float (&acc)[N], const float* taps, int skip, int n, const At& at) {
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

template <int N>
__device__ __forceinline__ bool any_nan(const float (&acc)[N]) {
  bool found = false;
#pragma unroll
  for (int j = 0; j < N; ++j) found = found || acc[j] != acc[j];
  return found;
}

/// The lengths that common filters have are unrolled: 3 and 5 (derivatives), 9 and 17 (Gaussians of sigma 1 and 2), 19
/// (the Hessian's at sigma 2). That halves the instructions.
/// With L > 0 the length is known to be that, and there is no skip.
template <int N, int L, class At>
__device__ __forceinline__ void fold_windows(float (&acc)[N], const float* taps, int skip, int n, const At& at) {
  if constexpr (L > 0) return fold_fixed<N, L>(acc, taps, at);
  if (skip == 0) {
    switch (n) {
      case 3: return fold_fixed<N, 3>(acc, taps, at);
      case 5: return fold_fixed<N, 5>(acc, taps, at);
      case 9: return fold_fixed<N, 9>(acc, taps, at);
      case 17: return fold_fixed<N, 17>(acc, taps, at);
      case 19: return fold_fixed<N, 19>(acc, taps, at);
      default: break;
    }
  }
  fold_any<N, false>(acc, taps, skip, n, at);
  if (any_nan(acc)) fold_any<N, true>(acc, taps, skip, n, at);
}

}  // namespace opsin::OPSIN_TARGET::engine
