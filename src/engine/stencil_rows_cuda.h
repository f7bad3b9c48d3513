// SPDX-License-Identifier: Apache-2.0
// How the stencil kernels load rows: what the lanes of a warp read, with the border's columns.
#pragma once

#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
inline constexpr int stencil_columns = 16 / static_cast<int>(sizeof(C));

/// What the kernels need to know of the image.
template <int O>
struct StencilParams {
  Stencil<O> s;
  bool wide;               // rows begin at 16-byte boundaries
  bool plain;              // the input is of the compute type, taken as it is
  std::int64_t per_chunk;  // planes that a thread streams through
};

/// border_index out of line: it holds divisions, and is seldom called.
__device__ __noinline__ inline std::int64_t border_at(std::int64_t i, std::int64_t n, Border mode) {
  return border_index(i, n, mode);
}

__device__ __forceinline__ std::int64_t inside_or_border(std::int64_t i, std::int64_t n, Border mode) {
  return i >= 0 && i < n ? i : border_at(i, n, mode);
}

/// One element of a row, beyond its ends too.
template <class C, int O>
__device__ __noinline__ C stencil_element(const StencilParams<O>& p, const char* row, std::int64_t x) {
  const std::int64_t from = border_index(x, p.s.width, p.s.border);
  if (from < 0) return static_cast<C>(p.s.cval);
  const char* at = row + from * static_cast<std::int64_t>(itemsize(p.s.input_dtype));
  return p.s.scaling.apply(load_one<C>(at, p.s.input_dtype));
}

/// The columns of a plain image that a lane reads in every row, -1 where the constant border shows.
template <class C, int R>
struct RowColumns {
  static constexpr int columns = stencil_columns<C>;
  int own[columns];
  int side[R];  // beside its own; -1 for most lanes, too
  bool wide;    // the warp's own are inside, and each lane's are one access

  template <int O>
  __device__ __forceinline__ RowColumns(const StencilParams<O>& p, std::int64_t x, int lane) {
    const auto width = static_cast<int>(p.s.width);
    const auto first = static_cast<int>(x);
    wide = p.wide && first - lane * columns + 32 * columns <= width;
    const bool asked = lane == 0 || lane == 31;
    const auto column = [&](int i) {
      // Lanes further out than a neighbour may ask for hold nothing that is used.
      return i >= width + R ? 0 : static_cast<int>(inside_or_border(i, width, p.s.border));
    };
    own[0] = first;
    if (!wide) {
#pragma unroll
      for (int e = 0; e < columns; ++e) own[e] = column(first + e);
    }
    const int beside = lane == 0 ? first - R : first + columns;
#pragma unroll
    for (int j = 0; j < R; ++j) side[j] = asked ? column(beside + j) : -1;
  }
};

template <class C, int R>
struct RowPiece;

/// A RowPiece of rows of any dtype, and at the image's ends. Out of line: the switch on the dtype is too much code to
/// stand at every row of a thread.
template <class C, int R, int O>
__device__ __noinline__ RowPiece<C, R> general_piece(const StencilParams<O>& p, const char* source, std::int64_t x,
                                                     int lane) {
  constexpr int columns = stencil_columns<C>;
  const auto item = static_cast<std::int64_t>(itemsize(p.s.input_dtype));
  RowPiece<C, R> piece;
  if (x + columns <= p.s.width) {
    load_group<C, columns>(piece.own, source + x * item, p.s.input_dtype, item, columns, p.s.scaling);
  } else {
    // Columns past the end that a neighbour may ask for; lanes further out hold nothing that is used.
    for (int e = 0; e < columns; ++e) {
      piece.own[e] = x + e < p.s.width + R ? stencil_element<C>(p, source, x + e) : C(0);
    }
  }
  const std::int64_t beside = lane == 0 ? x - R : x + columns;
  const bool asked = lane == 0 || lane == 31;
  for (int j = 0; j < R; ++j) {
    piece.side[j] = asked && beside + j < p.s.width + R ? stencil_element<C>(p, source, beside + j) : C(0);
  }
  return piece;
}

/// A lane's own columns of one source row, and what its warp's first and last lanes hold for their neighbours.
template <class C, int R>
struct RowPiece {
  static constexpr int columns = stencil_columns<C>;
  C own[columns];
  C side[R];  // lane 0: columns x - R ... x - 1; lane 31: x + columns ...

  template <int O>
  __device__ __forceinline__ void load(const StencilParams<O>& p, std::int64_t row, std::int64_t x, int lane) {
    if (row < 0) {
      fill(static_cast<C>(p.s.cval));
      return;
    }
    const auto item = static_cast<std::int64_t>(itemsize(p.s.input_dtype));
    const char* source = static_cast<const char*>(p.s.input) + row * p.s.width * item;
    *this = general_piece<C, R>(p, source, x, lane);
  }

  /// The columns beside the lane's own.
  __device__ __forceinline__ void load_side(const C* row, const RowColumns<C, R>& from, C cval) {
#pragma unroll
    for (int j = 0; j < R; ++j) side[j] = from.side[j] >= 0 ? row[from.side[j]] : cval;
  }

  /// Whether the lane holds what lies beside the warp's columns, and how far from its own that lies.
  static __device__ __forceinline__ bool asked(int lane) { return lane == 0 || lane == 31; }
  static __device__ __forceinline__ int beside(int lane) { return lane == 0 ? -R : columns; }

  /// To where the lane's own columns lie, and from there.
  __device__ __forceinline__ void store(C* to, int lane) const {
#pragma unroll
    for (int e = 0; e < columns; ++e) to[e] = own[e];
    if (!asked(lane)) return;
#pragma unroll
    for (int j = 0; j < R; ++j) to[beside(lane) + j] = side[j];
  }
  __device__ __forceinline__ void take(const C* from, int lane) {
    const auto pack = *reinterpret_cast<const Pack<C, columns>*>(from);
#pragma unroll
    for (int e = 0; e < columns; ++e) own[e] = pack.value[e];
    if (!asked(lane)) return;
#pragma unroll
    for (int j = 0; j < R; ++j) side[j] = from[beside(lane) + j];
  }

  /// The columns x - R ... x + columns + R - 1. All lanes of the warp call it together.
  __device__ __forceinline__ void widen(C (&to)[columns + 2 * R], int lane) const {
#pragma unroll
    for (int e = 0; e < columns; ++e) to[R + e] = own[e];
#pragma unroll
    for (int j = 0; j < R; ++j) {
      const C left = __shfl_up_sync(0xffffffffu, own[columns - R + j], 1);
      const C right = __shfl_down_sync(0xffffffffu, own[j], 1);
      to[j] = lane == 0 ? side[j] : left;
      to[R + columns + j] = lane == 31 ? side[j] : right;
    }
  }

 private:
  __device__ __forceinline__ void fill(C value) {
#pragma unroll
    for (int e = 0; e < columns; ++e) own[e] = value;
#pragma unroll
    for (int j = 0; j < R; ++j) side[j] = value;
  }
};

/// Rows of a plain image: one test of the columns stands for all of them.
template <class C, int R, int count>
__device__ __forceinline__ void load_plain(RowPiece<C, R> (&piece)[count], const C* const (&row)[count],
                                           const RowColumns<C, R>& from, C cval) {
  constexpr int columns = stencil_columns<C>;
  if (from.wide) {
#pragma unroll
    for (int r = 0; r < count; ++r) {
      const auto pack = *reinterpret_cast<const Pack<C, columns>*>(row[r] + from.own[0]);
#pragma unroll
      for (int e = 0; e < columns; ++e) piece[r].own[e] = pack.value[e];
    }
  } else {
#pragma unroll
    for (int r = 0; r < count; ++r) {
#pragma unroll
      for (int e = 0; e < columns; ++e) piece[r].own[e] = from.own[e] < 0 ? cval : row[r][from.own[e]];
    }
  }
#pragma unroll
  for (int r = 0; r < count; ++r) piece[r].load_side(row[r], from, cval);
}

/// One access. The compiler would make one of this and of the way that stores single elements, were it not told: four
/// times as many accesses, each of a quarter of every sector.
__device__ __forceinline__ void store_whole(float* to, const float (&from)[4]) {
  asm volatile("st.global.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to), "f"(from[0]), "f"(from[1]), "f"(from[2]),
               "f"(from[3])
               : "memory");
}
__device__ __forceinline__ void store_whole(double* to, const double (&from)[2]) {
  asm volatile("st.global.v2.f64 [%0], {%1, %2};" ::"l"(to), "d"(from[0]), "d"(from[1]) : "memory");
}

/// A group of outputs of one row.
template <class C, int O>
__device__ __forceinline__ void store_outputs(const StencilParams<O>& p, std::int64_t row, std::int64_t x,
                                              const C (&out)[O][stencil_columns<C>]) {
  constexpr int columns = stencil_columns<C>;
#pragma unroll
  for (int o = 0; o < O; ++o) {
    C* to = static_cast<C*>(p.s.outputs[o]) + row * p.s.width + x;
    if (p.wide && x + columns <= p.s.width) {
      store_whole(to, out[o]);
    } else {
#pragma unroll
      for (int e = 0; e < columns; ++e) {
        if (x + e < p.s.width) to[e] = out[o][e];
      }
    }
  }
}

/// The outputs of the group whose row is `y` of the registers' rows; slot(dz) names the plane.
template <class C, int O, class F, class Slot, int planes, int rows, int width>
__device__ __forceinline__ void compute_group(const F& f, const C (&patch)[planes][rows][width], int y,
                                              const Slot& slot, C (&out)[O][stencil_columns<C>]) {
#pragma unroll
  for (int e = 0; e < stencil_columns<C>; ++e) {
    const auto at = [&](int dz, int dy, int dx) { return patch[slot(dz)][y + dy + F::reach.y][e + dx + F::reach.x]; };
    C one[O];
    f(at, one);
#pragma unroll
    for (int o = 0; o < O; ++o) out[o][e] = one[o];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
