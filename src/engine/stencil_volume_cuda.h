// SPDX-License-Identifier: Apache-2.0
// Stencils of volumes on CUDA: see stencil_cuda.h.
#pragma once

#include "core/cuda/copy_async.h"
#include "engine/stencil_rows_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Values of each plane that a functor makes for itself, none without PlaneParts.
template <class F>
inline constexpr int plane_parts = 0;
template <PlaneParts F>
inline constexpr int plane_parts<F> = F::parts;

/// A warp's shared memory: the planes on their way and the one that is read, each the rows that a row of outputs reads.
template <class C, class F>
struct VolumeSizes {
  static constexpr int warps = 4;  // of a block; they share nothing but the caches
  // What the registers leave room for.
  static constexpr int blocks = sizeof(C) == 8 ? 2 : plane_parts<F> > 0 ? 3 : 4;
  static constexpr int planes = 2 * F::reach.z + 1;
  static constexpr int rows = 2 * F::reach.y + 1;
  static constexpr int ahead = planes - 1;  // so that a plane has the same place in the ring and in registers
  static constexpr int columns = stencil_columns<C>;
  static constexpr int line = 34 * columns;  // a warp's columns and a lane's worth on either side
  static constexpr int plane = rows * line;
  static constexpr std::size_t bytes = sizeof(C) * warps * planes * plane;
};

/// Where a warp's rows lie, for planes that are brought in the slow way.
template <class C, class F>
struct VolumePlace {
  std::int64_t image, y, z0;
  RowColumns<C, F::reach.x> from;
};

/// Brings plane z0 - reach + i: of any dtype and width, and beyond the volume's ends. Out of line for its size.
template <class C, class F, int O>
__device__ __noinline__ void bring_plane(const StencilParams<O>& p, const VolumePlace<C, F>& at, int i, std::int64_t x,
                                         int lane, C* own) {
  using S = VolumeSizes<C, F>;
  using Piece = RowPiece<C, F::reach.x>;
  const auto to_shared = [&](C* to, const C* from) {
    cuda::copy_async<sizeof(C)>(static_cast<unsigned>(__cvta_generic_to_shared(to)), from);
  };
  const std::int64_t plane = inside_or_border(at.z0 - F::reach.z + i, p.s.depth, p.s.border);
#pragma unroll 1
  for (int r = 0; r < S::rows; ++r, own += S::line) {
    const std::int64_t source = inside_or_border(at.y - F::reach.y + r, p.s.height, p.s.border);
    const bool outside = plane < 0 || source < 0;
    const std::int64_t row = outside ? -1 : (at.image * p.s.depth + plane) * p.s.height + source;
    if (!p.plain || outside) {
      Piece piece;
      piece.load(p, row, x, lane);
      piece.store(own, lane);
      continue;
    }
    const C* const columns = static_cast<const C*>(p.s.input) + row * p.s.width;
#pragma unroll
    for (int e = 0; e < S::columns; ++e) {
      const int from = at.from.wide ? at.from.own[0] + e : at.from.own[e];
      if (from >= 0) {
        to_shared(own + e, columns + from);
      } else {
        own[e] = static_cast<C>(p.s.cval);
      }
    }
    if (!Piece::asked(lane)) continue;
#pragma unroll
    for (int j = 0; j < F::reach.x; ++j) {
      if (at.from.side[j] >= 0) to_shared(own + Piece::beside(lane) + j, columns + at.from.side[j]);
    }
  }
}

template <class C, int O, class F>
__global__ void __launch_bounds__(32 * VolumeSizes<C, F>::warps, VolumeSizes<C, F>::blocks)
    stencil_volume_kernel(const __grid_constant__ StencilParams<O> p, const __grid_constant__ F f) {
  using S = VolumeSizes<C, F>;
  using Piece = RowPiece<C, F::reach.x>;
  constexpr int columns = S::columns;
  constexpr int R = F::reach.x;
  constexpr int above = F::reach.y;
  constexpr int around = F::reach.z;
  constexpr int parts = plane_parts<F>;
  extern __shared__ __align__(16) unsigned char shared[];
  const int lane = threadIdx.x;
  // The lane's own columns in the ring's first line, as a pointer and as an address. A lane reads what it asked for
  // itself, so that no lane waits for another.
  C* const own = reinterpret_cast<C*>(shared) + threadIdx.y * (S::planes * S::plane) + (lane + 1) * columns;
  const auto own_address = static_cast<unsigned>(__cvta_generic_to_shared(own));
  const std::int64_t x = (static_cast<std::int64_t>(blockIdx.x) * 32 + lane) * columns;
  VolumePlace<C, F> place{0, 0, 0, {p, x, lane}};
  // What lies beside the warp's columns, seen from the lane's own; the constant border is there once for all.
  int side[R];
#pragma unroll
  for (int j = 0; j < R; ++j) {
    const int column = place.from.side[j];
    side[j] = column - static_cast<int>(x);
    if (!Piece::asked(lane) || column >= 0) continue;
#pragma unroll 1
    for (int r = 0; r < S::planes * S::rows; ++r) {
      own[r * S::line + Piece::beside(lane) + j] = static_cast<C>(p.s.cval);
    }
  }
  unsigned asks = 0;  // bit j for side[j]
#pragma unroll
  for (int j = 0; j < R; ++j) asks |= Piece::asked(lane) && place.from.side[j] >= 0 ? 1u << j : 0u;
  const std::int64_t plane_size = p.s.height * p.s.width;
  const std::int64_t chunks = (p.s.depth + p.per_chunk - 1) / p.per_chunk;
  // Warps of a block lie above each other in one chunk: they share rows in the caches.
  const std::int64_t blocks = (p.s.height + S::warps - 1) / S::warps;
  for (std::int64_t b = blockIdx.y; b < p.s.outer * chunks * blocks; b += gridDim.y) {
    place.y = b % blocks * S::warps + threadIdx.y;
    place.z0 = b / blocks % chunks * p.per_chunk;
    place.image = b / blocks / chunks;
    const std::int64_t left = p.s.depth - place.z0;
    const int depth = static_cast<int>(left < p.per_chunk ? left : p.per_chunk);
    if (place.y >= p.s.height) continue;
    const int count = depth + 2 * around;  // planes that the chunk reads
    const std::int64_t top = place.image * p.s.depth + place.z0;
    std::int64_t row = top * p.s.height + place.y;  // of the next outputs
    const C* next[S::rows];                         // the lane's columns in the next plane
    bool plain = p.plain && place.from.wide;
#pragma unroll
    for (int r = 0; r < S::rows; ++r) {
      const std::int64_t source = inside_or_border(place.y - above + r, p.s.height, p.s.border);
      plain = plain && source >= 0;
      next[r] = static_cast<const C*>(p.s.input) + (top - around) * plane_size + source * p.s.width + x;
    }
    // Planes that lie in the volume, their rows too, whole and plain.
    const int plain_first = place.z0 < around ? around - static_cast<int>(place.z0) : 0;
    const int plain_count = !plain ? 0 : static_cast<int>(left + around < count ? left + around : count) - plain_first;
    const auto start = [&](int i, int slot) {
      if (static_cast<unsigned>(i - plain_first) < static_cast<unsigned>(plain_count)) {
        const unsigned to = own_address + slot * S::plane * static_cast<int>(sizeof(C));
#pragma unroll
        for (int r = 0; r < S::rows; ++r) {
          cuda::copy_async<16>(to + r * S::line * static_cast<int>(sizeof(C)), next[r]);
        }
#pragma unroll
        for (int j = 0; j < R; ++j) {
          if ((asks >> j & 1) == 0) continue;
#pragma unroll
          for (int r = 0; r < S::rows; ++r) {
            const int at = r * S::line + Piece::beside(lane) + j;
            cuda::copy_async<sizeof(C)>(to + at * static_cast<int>(sizeof(C)), next[r] + side[j]);
          }
        }
      } else {
        bring_plane<C, F>(p, place, i, x, lane, own + slot * S::plane);
      }
#pragma unroll
      for (int r = 0; r < S::rows; ++r) next[r] += plane_size;
    };
    // Plane i is the i % planes-th, here as in the ring.
    C patch[S::planes][S::rows][columns + 2 * R];
    C part[S::planes][columns][parts > 0 ? parts : 1];
#pragma unroll 1
    for (int first = -S::planes; first < count; first += S::planes) {  // The first round only starts planes.
#pragma unroll
      for (int k = 0; k < S::planes; ++k) {
        const int i = first + k;
        if (i + S::ahead >= 0 && i + S::ahead < count) start(i + S::ahead, (k + S::ahead) % S::planes);
        __pipeline_commit();
        if (i < 0 || i >= count) continue;
        __pipeline_wait_prior(S::ahead);
#pragma unroll
        for (int r = 0; r < S::rows; ++r) {
          Piece piece;
          piece.take(own + k * S::plane + r * S::line, lane);
          piece.widen(patch[k][r], lane);
        }
        if constexpr (parts > 0) {
#pragma unroll
          for (int e = 0; e < columns; ++e) {
            f.make_parts([&](int dy, int dx) { return patch[k][dy + above][e + dx + R]; }, part[k][e]);
          }
        }
        if (i < 2 * around) continue;
        const auto slot = [&](int dz) { return (k + 1 + around + dz) % S::planes; };
        C out[O][columns];
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          const auto at = [&](int dz, int dy, int dx) { return patch[slot(dz)][dy + above][e + dx + R]; };
          C one[O];
          if constexpr (parts > 0) {
            f(at, [&](int dz, int n) { return part[slot(dz)][e][n]; }, one);
          } else {
            f(at, one);
          }
#pragma unroll
          for (int o = 0; o < O; ++o) out[o][e] = one[o];
        }
        store_outputs<C, O>(p, row, x, out);
        row += p.s.height;
      }
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
