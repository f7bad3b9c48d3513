// SPDX-License-Identifier: Apache-2.0
// CUDA side of the stencil engine, without shared memory. A warp takes a segment of a row, each lane a group of
// neighbouring columns that is one 16-byte access; the columns beside a lane's own come from its neighbours by shuffle,
// and the warp's first and last lanes load what lies beside the segment. A thread keeps the rows it needs in registers:
//
// - plane images: `plane_rows` output rows, all of whose source rows are loaded before the first is used;
// - volumes: a row, streamed along z with the planes in a ring; the next plane is loaded while the current one is
//   computed. What a functor makes of each plane alone (PlaneParts) is made once and kept beside it.
//
// Images of the compute type are loaded without a test of each row: a lane works out once which columns it reads.
//
// Rows that several threads need come from the caches. The functor is inlined once per output of a thread, so what
// neighbouring outputs share is computed once.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int stencil_warps = 8;  // of a plane image's block, one above the other

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

/// A group of outputs of one row.
template <class C, int O>
__device__ __forceinline__ void store_outputs(const StencilParams<O>& p, std::int64_t row, std::int64_t x,
                                              const C (&out)[O][stencil_columns<C>]) {
  constexpr int columns = stencil_columns<C>;
#pragma unroll
  for (int o = 0; o < O; ++o) {
    C* to = static_cast<C*>(p.s.outputs[o]) + row * p.s.width + x;
    if (p.wide && x + columns <= p.s.width) {
      Pack<C, columns> pack;
#pragma unroll
      for (int e = 0; e < columns; ++e) pack.value[e] = out[o][e];
      *reinterpret_cast<Pack<C, columns>*>(to) = pack;
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

inline constexpr int plane_rows = 4;

/// Blocks of plane images on a multiprocessor: what the registers of the slow way in leave room for.
template <class C, class F>
inline constexpr int plane_blocks = sizeof(C) == 4 && F::reach.y == 1 ? 3 : 2;

template <class C, int O, class F>
__global__ void __launch_bounds__(32 * stencil_warps, plane_blocks<C, F>)
    stencil_plane_kernel(const __grid_constant__ StencilParams<O> p, const __grid_constant__ F f) {
  constexpr int columns = stencil_columns<C>;
  constexpr int rows = plane_rows;
  constexpr int R = F::reach.x;
  constexpr int reach = F::reach.y;
  const int lane = threadIdx.x;
  const std::int64_t x = (static_cast<std::int64_t>(blockIdx.x) * 32 + lane) * columns;
  const RowColumns<C, R> from(p, x, lane);
  const C cval = static_cast<C>(p.s.cval);
  const std::int64_t groups = (p.s.height + rows - 1) / rows;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.y) * stencil_warps;
  for (std::int64_t g = static_cast<std::int64_t>(blockIdx.y) * stencil_warps + threadIdx.y; g < p.s.outer * groups;
       g += step) {
    const std::int64_t image = g / groups;
    const std::int64_t y0 = (g - image * groups) * rows;
    RowPiece<C, R> piece[rows + 2 * reach];
    const C* const image_rows = static_cast<const C*>(p.s.input) + image * p.s.height * p.s.width;
    std::int64_t source[rows + 2 * reach];
    bool outside = false;
#pragma unroll
    for (int r = 0; r < rows + 2 * reach; ++r) source[r] = y0 - reach + r;
    if (y0 < reach || y0 + rows + reach > p.s.height) {
#pragma unroll
      for (int r = 0; r < rows + 2 * reach; ++r) {
        // Rows below the last needed one would only cost time; none of them is used.
        source[r] = source[r] < p.s.height + reach ? inside_or_border(source[r], p.s.height, p.s.border) : 0;
        outside = outside || source[r] < 0;
      }
    }
    if (p.plain && !outside) {
      const C* row[rows + 2 * reach];
#pragma unroll
      for (int r = 0; r < rows + 2 * reach; ++r) row[r] = image_rows + source[r] * p.s.width;
      load_plain(piece, row, from, cval);
    } else {
#pragma unroll
      for (int r = 0; r < rows + 2 * reach; ++r) {
        piece[r].load(p, source[r] < 0 ? -1 : image * p.s.height + source[r], x, lane);
      }
    }
    C patch[1][rows + 2 * reach][columns + 2 * R];
#pragma unroll
    for (int r = 0; r < rows + 2 * reach; ++r) piece[r].widen(patch[0][r], lane);
    if (x >= p.s.width) continue;
#pragma unroll
    for (int r = 0; r < rows; ++r) {
      if (y0 + r >= p.s.height) break;
      C out[O][columns];
      compute_group<C, O>(
          f, patch, r, [](int) { return 0; }, out);
      store_outputs<C, O>(p, image * p.s.height + y0 + r, x, out);
    }
  }
}

inline constexpr int volume_warps = 4;

/// Values of each plane that a functor makes for itself, none without PlaneParts.
template <class F>
inline constexpr int plane_parts = 0;
template <PlaneParts F>
inline constexpr int plane_parts<F> = F::parts;

/// Blocks of volumes on a multiprocessor, by the registers that they take.
template <class C, class F>
inline constexpr int volume_blocks = sizeof(C) == 8       ? 2
                                     : plane_parts<F> > 0 ? 3
                                                          : 4;

template <class C, int O, class F>
__global__ void __launch_bounds__(32 * volume_warps, volume_blocks<C, F>)
    stencil_volume_kernel(const __grid_constant__ StencilParams<O> p, const __grid_constant__ F f) {
  constexpr int columns = stencil_columns<C>;
  constexpr int R = F::reach.x;
  constexpr int above = F::reach.y;
  constexpr int around = F::reach.z;
  constexpr int planes = 2 * around + 1;
  constexpr int rows = 2 * above + 1;
  constexpr int parts = plane_parts<F>;
  const int lane = threadIdx.x;
  const std::int64_t x = (static_cast<std::int64_t>(blockIdx.x) * 32 + lane) * columns;
  const RowColumns<C, R> from(p, x, lane);
  const C cval = static_cast<C>(p.s.cval);
  const std::int64_t chunks = (p.s.depth + p.per_chunk - 1) / p.per_chunk;
  // Warps of a block lie above each other in one chunk: they share rows in the L1 cache.
  const std::int64_t blocks = (p.s.height + volume_warps - 1) / volume_warps;
  for (std::int64_t b = blockIdx.y; b < p.s.outer * chunks * blocks; b += gridDim.y) {
    const std::int64_t y = b % blocks * volume_warps + threadIdx.y;
    const std::int64_t chunk = b / blocks % chunks;
    const std::int64_t image = b / blocks / chunks;
    const std::int64_t z0 = chunk * p.per_chunk;
    const std::int64_t z1 = z0 + p.per_chunk < p.s.depth ? z0 + p.per_chunk : p.s.depth;
    if (y >= p.s.height) continue;  // The whole warp, so that the shuffles below stay complete.
    std::int64_t source[rows];
    bool inside = p.plain;
#pragma unroll
    for (int r = 0; r < rows; ++r) {
      source[r] = inside_or_border(y - above + r, p.s.height, p.s.border);
      inside = inside && source[r] >= 0;
    }
    const C* const volume = static_cast<const C*>(p.s.input) + image * p.s.depth * p.s.height * p.s.width;
    RowPiece<C, R> next[rows];
    const auto load_plane = [&](std::int64_t z) {
      const std::int64_t plane = inside_or_border(z, p.s.depth, p.s.border);
      if (inside && plane >= 0) {
        const C* const first = volume + plane * p.s.height * p.s.width;
        const C* row[rows];
#pragma unroll
        for (int r = 0; r < rows; ++r) row[r] = first + source[r] * p.s.width;
        load_plain(next, row, from, cval);
        return;
      }
#pragma unroll
      for (int r = 0; r < rows; ++r) {
        const bool outside = plane < 0 || source[r] < 0;
        next[r].load(p, outside ? -1 : (image * p.s.depth + plane) * p.s.height + source[r], x, lane);
      }
    };
    C patch[planes][rows][columns + 2 * R];
    C part[planes][columns][parts > 0 ? parts : 1];
    const auto add_plane = [&](int s) {
#pragma unroll
      for (int r = 0; r < rows; ++r) next[r].widen(patch[s][r], lane);
      if constexpr (parts > 0) {
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          f.make_parts([&](int dy, int dx) { return patch[s][dy + above][e + dx + R]; }, part[s][e]);
        }
      }
    };
    // Planes z0 - around ... z0 + around - 1 lie in slots 0 ... planes - 2; plane z0 + around is on its way.
    load_plane(z0 - around);
#pragma unroll
    for (int s = 0; s < planes - 1; ++s) {
      add_plane(s);
      load_plane(z0 - around + s + 1);
    }
    for (std::int64_t z = z0; z < z1; z += planes) {
#pragma unroll
      for (int phase = 0; phase < planes; ++phase) {
        if (z + phase >= z1) break;
        add_plane((phase + planes - 1) % planes);
        if (z + phase + 1 < z1) load_plane(z + phase + 1 + around);
        if (x >= p.s.width) continue;
        const auto slot = [&](int dz) { return (phase + dz + around) % planes; };
        C out[O][columns];
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          const auto at = [&](int dz, int dy, int dx) { return patch[slot(dz)][dy + above][e + dx + R]; };
          C one[O];
          if constexpr (parts > 0) {
            f(
                at, [&](int dz, int i) { return part[slot(dz)][e][i]; }, one);
          } else {
            f(at, one);
          }
#pragma unroll
          for (int o = 0; o < O; ++o) out[o][e] = one[o];
        }
        store_outputs<C, O>(p, (image * p.s.depth + z + phase) * p.s.height + y, x, out);
      }
    }
  }
}

template <class C, int O, class F>
void run_stencil(const Stencil<O>& s, const F& f) {
  constexpr int columns = stencil_columns<C>;
  static_assert(F::reach.x <= columns, "a lane reaches no further than its neighbour");
  StencilParams<O> p{s, true, true, s.depth};
  const auto aligned = [](const void* data) { return reinterpret_cast<std::uintptr_t>(data) % 16 == 0; };
  p.wide = s.width % columns == 0 && aligned(s.input);
  for (int o = 0; o < O; ++o) p.wide = p.wide && aligned(s.outputs[o]);
  p.plain = s.input_dtype == dtype_of<C> && s.scaling.identity() && s.width <= INT32_MAX - 256;
  const std::int64_t blocks_x = (s.width + 32 * columns - 1) / (32 * columns);
  core::check(blocks_x < (std::int64_t{1} << 31), "stencil", "rows of more than 2^37 elements are not supported");
  std::int64_t blocks_y;
  if constexpr (F::reach.z > 0) {
    const std::int64_t blocks = (s.height + volume_warps - 1) / volume_warps;
    // So many planes that all blocks are resident at once: a second wave would run half empty.
    const std::int64_t wanted =
        std::max<std::int64_t>(1, cuda::multiprocessors() * volume_blocks<C, F> / (blocks_x * blocks * s.outer));
    p.per_chunk = std::clamp<std::int64_t>((s.depth + wanted - 1) / wanted, 8, 512);
    blocks_y = s.outer * blocks * ((s.depth + p.per_chunk - 1) / p.per_chunk);
  } else {
    const std::int64_t groups = (s.height + plane_rows - 1) / plane_rows;
    blocks_y = (s.outer * groups + stencil_warps - 1) / stencil_warps;
  }
  const dim3 grid(static_cast<unsigned>(blocks_x), static_cast<unsigned>(std::min<std::int64_t>(blocks_y, 65535)));
  const auto kernel = [] {
    if constexpr (F::reach.z > 0) {
      return stencil_volume_kernel<C, O, F>;
    } else {
      return stencil_plane_kernel<C, O, F>;
    }
  }();
  cuda::launch(kernel, grid, dim3(32, F::reach.z > 0 ? volume_warps : stencil_warps), 0, p, f);
}

}  // namespace opsin::OPSIN_TARGET::engine
