// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/thin_edges.h. A warp streams down a strip of columns, a 16-byte group of them a lane, and keeps
// the last three rows of each stage in registers; what lies beside a lane's own columns comes from its neighbours by
// shuffle. The magnitudes beside the warp's columns are made before, by all lanes at once. Edges leave as the bits that
// engine/flood_cuda.h works on.
#pragma once

#include <limits>

#include "core/assign.h"
#include "engine/hysteresis.h"
#include "engine/stencil.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int edge_warps = 4;  // of a block, one above the other
inline constexpr int edge_rows = 16;  // of a warp's strip: as many as a lane has columns in a word, or a multiple

template <class C>
inline constexpr int edge_columns = 32 * stencil_columns<C>;

struct EdgeState {
  FloodPlan plan;
  Array memory;
  bool none;  // too small an image to hold an edge

  EdgeState(const Extents& shape, Device device)
      : plan(flood_plan(shape, neighbours(2, 2), hysteresis_sweeps)),
        memory(flood_memory(plan, device)),
        none(shape[0] < 3 || shape[1] < 3) {}
};

template <class C>
struct EdgeParams {
  const C* smooth;
  const C* divisor;
  EdgeDivisor::Kind kind;
  std::int64_t table_rows, table_columns;
  const std::uint8_t* mask;
  double thresholds[2];
  const double* found;  // thresholds that the device has found, or null
  std::int64_t rows, columns;
  bool wide;  // rows begin at 16-byte boundaries

  /// Strips that begin from the first of these to the second lie in the image with two elements around them and a third
  /// row below, which is on its way when the last output is made, and share the middle of a table.
  std::int64_t plain_rows[2], plain_columns[2];
  const C* middle;

  C* magnitude;  // or
  std::uint32_t *weak, *strong;
  int* changed;
  int sweeps;

  __device__ bool is_plain(std::int64_t y0, std::int64_t x0) const {
    return y0 >= plain_rows[0] && y0 <= plain_rows[1] && x0 >= plain_columns[0] && x0 <= plain_columns[1];
  }
  static __device__ C divisor_of(C by) { return by + std::numeric_limits<C>::epsilon(); }

  /// What is differentiated. Reflection about the image's edge is the edge's own element at distance one; what lies
  /// further is not used. Out of line, as is whole(): many calls, seldom made.
  __device__ __noinline__ C element(std::int64_t y, std::int64_t x) const {
    y = y < 0 ? 0 : y < rows ? y : rows - 1;
    x = x < 0 ? 0 : x < columns ? x : columns - 1;
    std::int64_t at = y * columns + x;
    const C value = smooth[at];
    if (kind == EdgeDivisor::Kind::none) return value;
    if (kind == EdgeDivisor::Kind::table) {
      at = table_index(y, rows, table_rows) * table_columns + table_index(x, columns, table_columns);
    }
    return value / divisor_of(divisor[at]);
  }

  __device__ __noinline__ bool whole(std::int64_t y, std::int64_t x) const {
    if (y <= 0 || x <= 0 || y >= rows - 1 || x >= columns - 1) return false;
    if (mask == nullptr) return true;
    bool all = true;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      const std::uint8_t* const p = mask + (y + dy) * columns + x;
      all = all && p[-1] != 0 && p[0] != 0 && p[1] != 0;
    }
    return all;
  }
};

/// How the rows of a strip are read: a plain one's as they are, over one divisor where there is one; another's element
/// by element.
template <class C, bool Plain>
struct EdgeRows {
  using Piece = RowPiece<C, 1>;
  static constexpr int columns = stencil_columns<C>;
  bool divides;
  Divisor<C> by;

  __device__ explicit EdgeRows(const EdgeParams<C>& p) : divides(Plain && p.kind == EdgeDivisor::Kind::table) {
    if (!divides) return;
    by.value = EdgeParams<C>::divisor_of(*p.middle);
    by.inverse = C(1) / by.value;
  }

  /// As it is on its way: finish() does the rest.
  __device__ __forceinline__ void load(Piece& piece, const EdgeParams<C>& p, std::int64_t y, std::int64_t x,
                                       int lane) const {
    piece.side[0] = C(0);
    if constexpr (Plain) {
      const C* const from = p.smooth + y * p.columns + x;
      if (p.wide) {
        const auto pack = *reinterpret_cast<const Pack<C, columns>*>(from);
#pragma unroll
        for (int e = 0; e < columns; ++e) piece.own[e] = pack.value[e];
      } else {
#pragma unroll
        for (int e = 0; e < columns; ++e) piece.own[e] = from[e];
      }
      if (Piece::asked(lane)) piece.side[0] = from[Piece::beside(lane)];
    } else {
#pragma unroll
      for (int e = 0; e < columns; ++e) piece.own[e] = p.element(y, x + e);
      if (Piece::asked(lane)) piece.side[0] = p.element(y, x + Piece::beside(lane));
    }
  }
  __device__ __forceinline__ void finish(Piece& piece) const {
    if (!divides) return;
#pragma unroll
    for (int e = 0; e < columns; ++e) piece.own[e] = divide(piece.own[e], by);
    piece.side[0] = divide(piece.side[0], by);
  }

  /// The magnitude of one element.
  __device__ __forceinline__ C magnitude(const EdgeParams<C>& p, std::int64_t y, std::int64_t x) const {
    C at[3][3];
#pragma unroll
    for (int r = 0; r < 3; ++r) {
#pragma unroll
      for (int k = 0; k < 3; ++k) {
        at[r][k] = Plain ? p.smooth[(y + r - 1) * p.columns + x + k - 1] : p.element(y + r - 1, x + k - 1);
      }
    }
    if (divides) {
#pragma unroll
      for (int r = 0; r < 3; ++r) {
#pragma unroll
        for (int k = 0; k < 3; ++k) at[r][k] = divide(at[r][k], by);
      }
    }
    const auto down = [&](int k) { return at[2][k] - at[0][k]; };
    const auto across = [&](int r) { return at[r][2] - at[r][0]; };
    return edge_magnitude(sobel_sum(down(0), down(1), down(2)), sobel_sum(across(0), across(1), across(2)));
  }
};

/// From the bits of a lane's columns in several rows, `columns` bits a row, to a row's word: the i-th of the lanes
/// whose columns make up a word has row i's.
template <int columns>
__device__ __forceinline__ std::uint32_t word_of_row(std::uint32_t bits, int lane) {
#pragma unroll
  for (int width = 16; width >= columns; width /= 2) {
    const std::uint32_t low = 0xffffffffu / ((1u << width) + 1);  // every other `width` bits
    const int far = width / columns;
    const std::uint32_t other = __shfl_xor_sync(all_lanes, bits, far);
    bits = lane & far ? (bits & ~low) | (other >> width & low) : (bits & low) | (other & low) << width;
  }
  return bits;
}

/// A warp's strip, whose first row is y0 and this lane's first column x.
template <class C, bool Thin, bool Plain>
__device__ __forceinline__ void edge_strip(const EdgeParams<C>& p, const EdgeThresholds<C>& thresholds, std::int64_t y0,
                                           std::int64_t x, int lane) {
  using Piece = RowPiece<C, 1>;
  constexpr int columns = stencil_columns<C>;
  constexpr int rows_of_word = 32 / columns;  // that a lane's bits of as many rows fill
  static_assert(edge_rows % rows_of_word == 0);
  constexpr int around = Thin ? 1 : 0;
  const EdgeRows<C, Plain> from(p);
  // Of row y0 - 1 + i, i < 16, in lanes i and 16 + i; of rows further down in the second ones.
  C beyond[2] = {};
  if constexpr (Thin) {
    const int down = lane % 16;
    const std::int64_t at = x - lane * columns + (lane < 16 ? -1 : edge_columns<C>);
    beyond[0] = from.magnitude(p, y0 - 1 + down, at);
    if (down + 16 < edge_rows + 2) beyond[1] = from.magnitude(p, y0 + 15 + down, at);
  }
  // Row i of each stage lies at i % 4, three of them alive: a loop of 16 outputs in fours tests nothing.
  C row[4][columns + 2], beside[4][columns], down[4][columns], across[4][columns], made[4][columns + 2];
  std::uint32_t weak_bits = 0, strong_bits = 0;
  Piece next;
  from.load(next, p, y0 - around - 1, x, lane);
  const auto step = [&](const int i, auto place, auto derives, auto thins) {
    constexpr int k = decltype(place)::value;
    constexpr int above = (k + 2) % 4, here = (k + 3) % 4;  // the rows before, around what is made of the three
    Piece piece = next;
    from.load(next, p, y0 - around + i, x, lane);
    from.finish(piece);
    piece.widen(row[k], lane);
#pragma unroll
    for (int e = 0; e < columns; ++e) beside[k][e] = row[k][e + 2] - row[k][e];
    if constexpr (!derives) return;
    Piece magnitude;
#pragma unroll
    for (int e = 0; e < columns; ++e) {
      const auto fall = [&](int j) { return row[k][j] - row[above][j]; };
      down[k][e] = sobel_sum(fall(e), fall(e + 1), fall(e + 2));
      across[k][e] = sobel_sum(beside[above][e], beside[here][e], beside[k][e]);
      magnitude.own[e] = edge_magnitude(down[k][e], across[k][e]);
    }
    if constexpr (Thin) {
      magnitude.side[0] = __shfl_sync(all_lanes, i - 2 < 16 ? beyond[0] : beyond[1], lane / 16 * 16 + (i - 2) % 16);
      magnitude.widen(made[k], lane);
      if constexpr (!thins) return;
      const std::int64_t y = y0 + i - 4;
      weak_bits >>= columns;
      strong_bits >>= columns;
#pragma unroll
      for (int e = 0; e < columns; ++e) {
        const bool edge = is_edge(
            down[here][e], across[here][e], [&](int dy, int dx) { return made[(k + 3 + dy) % 4][e + 1 + dx]; },
            thresholds);
        const std::uint32_t bit = 1u << (32 - columns + e);
        if (edge) weak_bits |= bit;
        if (edge && made[here][e + 1] >= thresholds.strong) strong_bits |= bit;
      }
      if constexpr (!Plain) {
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          if (!p.whole(y, x + e)) weak_bits &= ~(1u << (32 - columns + e));
        }
        strong_bits &= weak_bits;
      }
      if (k == 3 && (i - 4) % rows_of_word == rows_of_word - 1) {
        const std::uint32_t weak_word = word_of_row<columns>(weak_bits, lane);
        const std::uint32_t strong_word = word_of_row<columns>(strong_bits, lane);
        const std::int64_t of = y - (rows_of_word - 1) + lane % rows_of_word;
        const std::int64_t at = x / 32 * p.rows + of;
        if (Plain || (of < p.rows && x / 32 * 32 < p.columns)) {
          p.weak[at] = weak_word;
          p.strong[at] = strong_word;
        }
      }
    } else {
      const std::int64_t y = y0 + i - 2;
      if (y >= p.rows) return;
      C* const to = p.magnitude + y * p.columns + x;
      if (p.wide && x + columns <= p.columns) {
        store_whole(to, magnitude.own);
      } else {
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          if (x + e < p.columns) to[e] = magnitude.own[e];
        }
      }
    }
  };
  constexpr int before = 2 + 2 * around;  // rows that are read before the first output is made
  unrolled<before>([&](auto i) {
    constexpr int at = decltype(i)::value;
    step(at, std::integral_constant<int, at % 4>{}, std::bool_constant<(at >= 2)>{}, std::false_type{});
  });
#pragma unroll 1
  for (int first = before; first < before + edge_rows; first += 4) {
    unrolled<4>([&](auto j) {
      constexpr int at = decltype(j)::value;
      step(first + at, std::integral_constant<int, (before + at) % 4>{}, std::true_type{}, std::true_type{});
    });
  }
}

/// Strips at the image's edge, and all where each element has a divisor of its own: out of line, so that the others
/// have the registers.
template <class C, bool Thin>
__device__ __noinline__ void edge_strip_anywhere(const EdgeParams<C>& p, const EdgeThresholds<C>& thresholds,
                                                 std::int64_t y0, std::int64_t x, int lane) {
  edge_strip<C, Thin, false>(p, thresholds, y0, x, lane);
}

template <class C, bool Thin>
__global__ void __launch_bounds__(32 * edge_warps, sizeof(C) == 4 ? 4 : 3)
    edge_kernel(const __grid_constant__ EdgeParams<C> p) {
  const int lane = threadIdx.x;
  const std::int64_t x0 = static_cast<std::int64_t>(blockIdx.x) * edge_columns<C>;
  EdgeThresholds<C> thresholds{};
  if constexpr (Thin) {
    thresholds = EdgeThresholds<C>::of(p.found != nullptr ? p.found : p.thresholds);
    if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.y == 0 && lane < p.sweeps) p.changed[lane] = 0;
  }
  const std::int64_t strips = (p.rows + edge_rows - 1) / edge_rows;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.y) * edge_warps;
  for (std::int64_t strip = static_cast<std::int64_t>(blockIdx.y) * edge_warps + threadIdx.y; strip < strips;
       strip += step) {
    const std::int64_t y0 = strip * edge_rows, x = x0 + lane * stencil_columns<C>;
    if (p.is_plain(y0, x0)) {
      edge_strip<C, Thin, true>(p, thresholds, y0, x, lane);
    } else {
      edge_strip_anywhere<C, Thin>(p, thresholds, y0, x, lane);
    }
  }
}

/// What both kernels need to know.
template <class C>
EdgeParams<C> edge_params(const ThinEdges& e) {
  EdgeParams<C> p{};
  p.smooth = e.smoothed.data_as<C>();
  p.kind = e.divisor.kind;
  if (p.kind != EdgeDivisor::Kind::none) p.divisor = e.divisor.values.template data_as<C>();
  if (p.kind == EdgeDivisor::Kind::table) {
    p.table_rows = e.divisor.values.shape(0);
    p.table_columns = e.divisor.values.shape(1);
  }
  if (e.mask.defined()) p.mask = e.mask.template data_as<std::uint8_t>();
  std::copy_n(e.thresholds, 2, p.thresholds);
  if (e.on_device.defined()) p.found = e.on_device.template data_as<double>();
  p.rows = e.smoothed.shape(0);
  p.columns = e.smoothed.shape(1);
  p.wide = p.columns % stencil_columns<C> == 0 && is_wide(p.smooth);
  const bool table = p.kind == EdgeDivisor::Kind::table;
  const std::int64_t above = table ? p.table_rows / 2 : 0, before = table ? p.table_columns / 2 : 0;
  p.plain_rows[0] = above + 2;
  p.plain_rows[1] = p.rows - above - 3 - edge_rows;
  p.plain_columns[0] = before + 2;
  p.plain_columns[1] = p.columns - before - 2 - edge_columns<C>;
  if (table) p.middle = p.divisor + above * p.table_columns + before;
  // A divisor for each element is not the same for any strip, and a mask is looked at in the slow way alone.
  if (p.kind == EdgeDivisor::Kind::image || p.mask != nullptr) p.plain_rows[1] = -1;
  return p;
}

template <bool Thin, class C>
void launch_edges(const EdgeParams<C>& p) {
  const std::int64_t across = (p.columns + edge_columns<C> - 1) / edge_columns<C>;
  core::check(across < (std::int64_t{1} << 31), "edges", "rows of more than 2^37 elements are not supported");
  const std::int64_t of_block = edge_rows * edge_warps;
  const dim3 grid(static_cast<unsigned>(across),
                  static_cast<unsigned>(std::min<std::int64_t>((p.rows + of_block - 1) / of_block, 65535)));
  cuda::launch(edge_kernel<C, Thin>, grid, dim3(32, edge_warps), 0, p);
}

template <class C>
void thin_edges(const EdgeState& state, const ThinEdges& e) {
  if (state.none) return;
  EdgeParams<C> p = edge_params<C>(e);
  p.weak = state.plan.weak;
  p.strong = state.plan.reached;
  p.changed = state.plan.changed;
  p.sweeps = state.plan.sweeps;
  launch_edges<true>(p);
}

template <class C>
void gradient_magnitude(const Array& out, const ThinEdges& e) {
  EdgeParams<C> p = edge_params<C>(e);
  p.magnitude = out.mutable_data_as<C>();
  p.wide = p.wide && is_wide(p.magnitude);
  launch_edges<false>(p);
}

inline void link_edges(const Array& out, const EdgeState& state) {
  if (state.none) {
    opsin::memory::assign(out, Array::zeros(out.shape(), out.dtype(), out.device()));
    return;
  }
  FloodPlan plan = state.plan;
  plan.wide = plan.columns % 16 == 0 && is_wide(out.data());
  flood_words(out, plan, 1);
}

}  // namespace opsin::OPSIN_TARGET::engine
