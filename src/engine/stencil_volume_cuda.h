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

/// A warp's shared memory: planes in a ring, some of them on their way, each the rows that a row of outputs reads.
template <class C, class F>
struct VolumeSizes {
  static constexpr int warps = 4;  // of a block; they share nothing but the caches
  static constexpr int blocks = sizeof(C) == 8 ? 2 : 4;
  static constexpr int planes = 2 * F::reach.z + 1;
  static constexpr int rows = 2 * F::reach.y + 1;
  static constexpr int ahead = 2;
  static constexpr int slots = planes + ahead;
  static constexpr int columns = stencil_columns<C>;
  static constexpr int line = 34 * columns;  // a warp's columns and a lane's worth on either side
  static constexpr int plane = rows * line;
  static constexpr std::size_t bytes = sizeof(C) * warps * slots * plane;
};

template <class C, int O, class F>
__global__ void __launch_bounds__(32 * VolumeSizes<C, F>::warps, VolumeSizes<C, F>::blocks)
    stencil_volume_kernel(const __grid_constant__ StencilParams<O> p, const __grid_constant__ F f) {
  using S = VolumeSizes<C, F>;
  constexpr int columns = S::columns;
  constexpr int R = F::reach.x;
  constexpr int above = F::reach.y;
  constexpr int around = F::reach.z;
  constexpr int parts = plane_parts<F>;
  extern __shared__ __align__(16) unsigned char shared[];
  const int lane = threadIdx.x;
  // The lane's own columns in the ring's first line, as a pointer and as an address.
  C* const own = reinterpret_cast<C*>(shared) + threadIdx.y * (S::slots * S::plane) + (lane + 1) * columns;
  const auto own_address = static_cast<unsigned>(__cvta_generic_to_shared(own));
  const std::int64_t x = (static_cast<std::int64_t>(blockIdx.x) * 32 + lane) * columns;
  const RowColumns<C, R> from(p, x, lane);
  const bool asked = lane == 0 || lane == 31;
  const int side = lane == 0 ? -R : columns;  // what it is asked for lies there
  const C cval = static_cast<C>(p.s.cval);
  const std::int64_t chunks = (p.s.depth + p.per_chunk - 1) / p.per_chunk;
  // Warps of a block lie above each other in one chunk: they share rows in the caches.
  const std::int64_t blocks = (p.s.height + S::warps - 1) / S::warps;
  for (std::int64_t b = blockIdx.y; b < p.s.outer * chunks * blocks; b += gridDim.y) {
    const std::int64_t y = b % blocks * S::warps + threadIdx.y;
    const std::int64_t chunk = b / blocks % chunks;
    const std::int64_t image = b / blocks / chunks;
    const std::int64_t z0 = chunk * p.per_chunk;
    const int depth = static_cast<int>(p.s.depth - z0 < p.per_chunk ? p.s.depth - z0 : p.per_chunk);
    if (y >= p.s.height) continue;
    std::int64_t source[S::rows];
    bool plain = p.plain;
#pragma unroll
    for (int r = 0; r < S::rows; ++r) {
      source[r] = inside_or_border(y - above + r, p.s.height, p.s.border);
      plain = plain && source[r] >= 0;
    }
    const auto start = [&](int i, int slot) {  // plane z0 - around + i
      const std::int64_t plane = inside_or_border(z0 - around + i, p.s.depth, p.s.border);
      const std::int64_t first = (image * p.s.depth + plane) * p.s.height;
      if (!plain || plane < 0) {
#pragma unroll
        for (int r = 0; r < S::rows; ++r) {
          const bool outside = plane < 0 || source[r] < 0;
          RowPiece<C, R> piece;
          piece.load(p, outside ? -1 : first + source[r], x, lane);
          piece.store(own + slot * S::plane + r * S::line, side, asked);
        }
        return;
      }
#pragma unroll
      for (int r = 0; r < S::rows; ++r) {
        const C* const row = static_cast<const C*>(p.s.input) + (first + source[r]) * p.s.width;
        const int at = slot * S::plane + r * S::line;
        const unsigned to = own_address + at * static_cast<int>(sizeof(C));
        if (from.wide) {
          cuda::copy_async<16>(to, row + from.own[0]);
        } else {
#pragma unroll
          for (int e = 0; e < columns; ++e) {
            if (from.own[e] >= 0) {
              cuda::copy_async<sizeof(C)>(to + e * static_cast<int>(sizeof(C)), row + from.own[e]);
            } else {
              own[at + e] = cval;
            }
          }
        }
        if (asked) {
#pragma unroll
          for (int j = 0; j < R; ++j) {
            if (from.side[j] >= 0) {
              cuda::copy_async<sizeof(C)>(to + (side + j) * static_cast<int>(sizeof(C)), row + from.side[j]);
            } else {
              own[at + side + j] = cval;
            }
          }
        }
      }
    };
    const int count = depth + 2 * around;  // planes that the chunk reads
#pragma unroll 1
    for (int i = 0; i < S::ahead; ++i) {
      if (i < count) start(i, i);
      __pipeline_commit();
    }
    C part[S::planes][columns][parts > 0 ? parts : 1];
    C patch[S::planes][S::rows][columns + 2 * R];  // the newest plane last
    int slot = 0;                                  // its place
#pragma unroll 1
    for (int i = 0; i < count; ++i) {
      __syncwarp();  // Every lane is done with the slot that the next plane takes.
      if (i + S::ahead < count) {
        const int next = slot + S::ahead;
        start(i + S::ahead, next >= S::slots ? next - S::slots : next);
      }
      __pipeline_commit();
      __pipeline_wait_prior(S::ahead);
      __syncwarp();  // Every lane's elements are there.
      const auto read = [&](int s) {
        const int place = slot - (S::planes - 1 - s);
        const C* line = own + (place < 0 ? place + S::slots : place) * S::plane;
#pragma unroll
        for (int r = 0; r < S::rows; ++r, line += S::line) {
          const auto pack = *reinterpret_cast<const Pack<C, columns>*>(line);
#pragma unroll
          for (int e = 0; e < columns; ++e) patch[s][r][R + e] = pack.value[e];
#pragma unroll
          for (int j = 0; j < R; ++j) {
            patch[s][r][j] = line[j - R];
            patch[s][r][R + columns + j] = line[columns + j];
          }
        }
      };
      read(S::planes - 1);
      if constexpr (parts > 0) {
#pragma unroll
        for (int e = 0; e < columns; ++e) {
#pragma unroll
          for (int k = 0; k < parts; ++k) {
#pragma unroll
            for (int s = 0; s + 1 < S::planes; ++s) part[s][e][k] = part[s + 1][e][k];
          }
          f.make_parts([&](int dy, int dx) { return patch[S::planes - 1][dy + above][e + dx + R]; },
                       part[S::planes - 1][e]);
        }
      }
      if (i >= 2 * around && x < p.s.width) {
#pragma unroll
        for (int s = 0; s + 1 < S::planes; ++s) read(s);
        C out[O][columns];
#pragma unroll
        for (int e = 0; e < columns; ++e) {
          const auto at = [&](int dz, int dy, int dx) { return patch[dz + around][dy + above][e + dx + R]; };
          C one[O];
          if constexpr (parts > 0) {
            f(at, [&](int dz, int k) { return part[dz + around][e][k]; }, one);
          } else {
            f(at, one);
          }
#pragma unroll
          for (int o = 0; o < O; ++o) out[o][e] = one[o];
        }
        const std::int64_t z = z0 + i - 2 * around;
        store_outputs<C, O>(p, (image * p.s.depth + z) * p.s.height + y, x, out);
      }
      slot = slot + 1 == S::slots ? 0 : slot + 1;
    }
    __syncwarp();  // The next chunk's first planes go where these were.
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
