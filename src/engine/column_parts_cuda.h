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

__device__ __forceinline__ void write_four(unsigned at, const float (&x)[4]) {
  asm volatile("st.shared.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(at), "f"(x[0]), "f"(x[1]), "f"(x[2]), "f"(x[3])
               : "memory");
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
      const char* from = from_y < 0 ? nullptr : p.planes[i].data + row * p.planes[i].item;
      start_line<(Line + 31) / 32>(column_memory() + to, p.planes[i], from, e_first, Line, inside, column, lane);
    }
  }
}

/// Brings the rows of a warp's strip. A row of all images is one list of sixteen bytes each, which the lanes take in
/// turns; what lies beyond the image's side edges is one element for each lane. Which they are is worked out once.
template <class Form, int O, int L>
struct ColumnRows {
  using S = ColumnSizes<Form, L>;
  static constexpr int lines = Form::form.lines;

  std::int64_t image;  // elements before the image
  int e_first;         // element of a row that a line begins with
  const float* from[S::turns];
  bool inside[S::turns];
  bool edge;
  int side_to = -1;  // the lane's element of a line
  int side_from = -1;

  __device__ __forceinline__ ColumnRows(const ColumnParams<Form, O, L>& p, std::int64_t before, int first, int lane)
      : image(before), e_first(first) {
#pragma unroll
    for (int t = 0; t < S::turns; ++t) {
      const int i = 32 * t + lane;
      const int line = i / (S::line / 4);
      const int e = e_first + 4 * (i - line * (S::line / 4));
      inside[t] = i < S::quads && static_cast<unsigned>(e) < static_cast<unsigned>(p.width);
      from[t] = reinterpret_cast<const float*>(p.planes[line < lines ? line : 0].data) + (image + e);
    }
    const int left = e_first < 0 ? -e_first : 0;
    const int right = p.width - e_first < S::line ? p.width - e_first : S::line;
    edge = left > 0 || right < S::line;
    if (!edge) return;
    const int i = lane < 16 ? lane : right + lane - 16;
    if (lane < 16 ? i < left : i < S::line) {
      side_to = i;
      side_from = stream_column(e_first + i, p.width, 1, p.borders.x);
    }
  }

  /// Starts to bring rows y, y + 1, ... of the endless image to place `to` of shared memory, which is `address` there.
  __device__ __forceinline__ void start(const ColumnParams<Form, O, L>& p, int y, int to, unsigned address,
                                        int lane) const {
    constexpr int R = S::rows;
    int from_y[R];
    bool plain = p.fours;
#pragma unroll
    for (int r = 0; r < R; ++r) from_y[r] = y + r;
    if (y < 0 || y + R > p.height) {
#pragma unroll
      for (int r = 0; r < R; ++r) {
        from_y[r] = stream_row(from_y[r], p.height, p.borders.y);
        plain = plain && from_y[r] >= 0;
      }
    }
    if (!plain) {
      start_rows_of_any_kind<lines, R, S::line>(p, to, image, y, e_first, lane);
      return;
    }
#pragma unroll
    for (int r = 0; r < R; ++r) {
      const std::int64_t row = static_cast<std::int64_t>(from_y[r]) * p.width;
#pragma unroll
      for (int t = 0; t < S::turns; ++t) {
        if (inside[t]) {
          cuda::copy_async<16, false>(address + (4 * r * lines * S::line + 512 * t) + 16 * lane, from[t] + row);
        }
      }
    }
    if (!edge || side_to < 0) return;
#pragma unroll 1
    for (int i = 0; i < lines; ++i) {
      const float* side = reinterpret_cast<const float*>(p.planes[i].data) + (image + side_from);
#pragma unroll
      for (int r = 0; r < R; ++r) {
        const int at = (r * lines + i) * S::line + side_to;
        if (side_from >= 0) {
          cuda::copy_async<4>(address + 4 * at, side + static_cast<std::int64_t>(from_y[r]) * p.width);
        } else {
          column_memory()[to + at] = p.planes[i].outside;
        }
      }
    }
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
