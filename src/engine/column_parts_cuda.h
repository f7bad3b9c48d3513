// SPDX-License-Identifier: Apache-2.0
// What the column kernel does with a line: bringing it, reading windows of it, folding those.
#pragma once

#include "core/cuda/copy_async.h"
#include "core/cuda/memory_access.h"
#include "engine/column_plan_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The kernel's shared memory. What is not in the fast way finds its place by index.
__device__ __forceinline__ float* column_memory() {
  extern __shared__ __align__(16) float column_shared[];
  return column_shared;
}

/// The same as an address in its own space. The compiler must not work it out anew at each use, which it would: that is
/// the empty statement's purpose.
__device__ __forceinline__ unsigned column_address(int i) {
  auto address = static_cast<unsigned>(__cvta_generic_to_shared(column_memory() + i));
  asm volatile("" : "+r"(address));
  return address;
}

/// N neighbouring elements of a line, Align at a time.
template <int N, int Align>
__device__ __forceinline__ void read_window(float (&x)[N], unsigned at) {
  static_assert(N % Align == 0);
#pragma unroll
  for (int i = 0; i < N; i += Align) {
    if constexpr (Align == 4) {
      asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];"
                   : "=f"(x[i]), "=f"(x[i + 1]), "=f"(x[i + 2]), "=f"(x[i + 3])
                   : "r"(at + 4 * i));
    } else if constexpr (Align == 2) {
      asm volatile("ld.shared.v2.f32 {%0, %1}, [%2];" : "=f"(x[i]), "=f"(x[i + 1]) : "r"(at + 4 * i));
    } else {
      asm volatile("ld.shared.f32 %0, [%1];" : "=f"(x[i]) : "r"(at + 4 * i));
    }
  }
}

/// v[c] = the taps' sum over the window's elements from Pad + c on, of which Pad + Reach + c is the output's own.
template <FoldKind Kind, int L, int Pad, int Reach, int C, int N>
__device__ __forceinline__ void fold_window(float (&v)[C], const ColumnTaps<L>& taps, const float (&x)[N]) {
  constexpr int middle = Pad + Reach;
  if constexpr (Kind == FoldKind::none) {
#pragma unroll
    for (int c = 0; c < C; ++c) v[c] = x[middle + c];
  } else if constexpr (Kind == FoldKind::odd) {
    // Differences, so that the derivative of a constant is zero and not rounding noise. The centre's weight is zero,
    // but zero times infinity is not.
#pragma unroll
    for (int c = 0; c < C; ++c) v[c] = taps.w[L / 2] * x[middle + c];
#pragma unroll
    for (int k = 0; k < L / 2; ++k) {
#pragma unroll
      for (int c = 0; c < C; ++c) v[c] = fmaf(taps.w[k], x[Pad + c + k] - x[Pad + c + L - 1 - k], v[c]);
    }
  } else {
    // From both ends: two sums for each column, where one would wait for itself.
    float w[C];
#pragma unroll
    for (int c = 0; c < C; ++c) {
      v[c] = taps.w[0] * x[Pad + c];
      w[c] = taps.w[0] * x[Pad + c + L - 1];
    }
#pragma unroll
    for (int k = 1; k < L / 2; ++k) {
#pragma unroll
      for (int c = 0; c < C; ++c) {
        v[c] = fmaf(taps.w[k], x[Pad + c + k], v[c]);
        w[c] = fmaf(taps.w[k], x[Pad + c + L - 1 - k], w[c]);
      }
    }
#pragma unroll
    for (int c = 0; c < C; ++c) v[c] = fmaf(taps.w[L / 2], x[middle + c], v[c] + w[c]);
  }
}

/// The same sum with nothing but the list's own taps. The elements are those of the line from `a` on, multiplied with
/// those from `b` on unless that is negative.
template <int L>
__device__ __noinline__ float fold_exactly(const ColumnTaps<L>& taps, FoldKind kind, int a, int b) {
  const auto element = [&](int i) {
    const float x = column_memory()[a + i];
    return b < 0 ? x : x * column_memory()[b + i];
  };
  if (kind == FoldKind::none) return element(0);
  float sum = taps.w[L / 2] * element(L / 2);
  for (int k = taps.first; k < L / 2; ++k) {
    const float one = element(k);
    const float other = element(L - 1 - k);
    sum = kind == FoldKind::odd ? fmaf(taps.w[k], one - other, sum) : fmaf(taps.w[k], other, fmaf(taps.w[k], one, sum));
  }
  return sum;
}

__device__ __forceinline__ bool is_finite(float x) { return fabsf(x) <= 3.402823466e38f; }

/// Starts to bring rows y, y + 1, ... of the endless image where they need more than plain wide copies.
template <int Lines, int Rows, int Line, class Params>
__device__ __noinline__ void start_rows_of_any_kind(const Params& p, int to, std::int64_t image, int y, int e_first,
                                                    int lane) {
  const bool inside = e_first >= 0 && e_first + Line <= p.width;
  const auto column = [&](int i) {
    const int e = e_first + i;
    return e >= 0 && e < p.width ? e : stream_column(e, p.width, 1, p.borders.x);
  };
  for (int r = 0; r < Rows; ++r) {
    int from_y = y + r;
    if (from_y < 0 || from_y >= p.height) from_y = stream_row(from_y, p.height, p.borders.y);
    const std::int64_t row = image + static_cast<std::int64_t>(from_y) * p.width;
    for (int i = 0; i < Lines; ++i, to += Line) {
      start_line(column_memory() + to, p.planes[i], from_y < 0 ? nullptr : p.planes[i].data + row * p.planes[i].item,
                 e_first, Line, inside, column, lane);
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
