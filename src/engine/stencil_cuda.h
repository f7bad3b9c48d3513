// SPDX-License-Identifier: Apache-2.0
// CUDA side of the stencil engine. A warp takes a segment of a row, each lane a group of neighbouring columns that is
// one 16-byte access; the warp's first and last lanes load what lies beside the segment.
//
// - Plane images: `plane_rows` output rows, all of whose source rows are loaded into registers before the first is
// used;
//   the columns beside a lane's own come from its neighbours by shuffle.
// - Volumes: a warp streams a row along z. The next planes are on their way to shared memory meanwhile; what has come
//   stays in registers as long as a functor reads it, and so does what it makes of each plane alone (PlaneParts).
//
// Images of the compute type are loaded without a test of each row: a lane works out once which columns it reads.
//
// Rows that several threads need come from the caches. The functor is inlined once per output of a thread, so what
// neighbouring outputs share is computed once.
#pragma once

#include "core/cuda/launch.h"
#include "engine/stencil_volume_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int stencil_warps = 8;  // of a plane image's block, one above the other

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
      compute_group<C, O>(f, patch, r, [](int) { return 0; }, out);
      store_outputs<C, O>(p, image * p.s.height + y0 + r, x, out);
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
    using S = VolumeSizes<C, F>;
    const std::int64_t blocks = (s.height + S::warps - 1) / S::warps;
    // So many planes that all blocks are resident at once: a second wave would run half empty.
    const std::int64_t wanted =
        std::max<std::int64_t>(1, cuda::multiprocessors() * S::blocks / (blocks_x * blocks * s.outer));
    p.per_chunk = std::clamp<std::int64_t>((s.depth + wanted - 1) / wanted, 8, 512);
    blocks_y = s.outer * blocks * ((s.depth + p.per_chunk - 1) / p.per_chunk);
  } else {
    const std::int64_t groups = (s.height + plane_rows - 1) / plane_rows;
    blocks_y = (s.outer * groups + stencil_warps - 1) / stencil_warps;
  }
  const dim3 grid(static_cast<unsigned>(blocks_x), static_cast<unsigned>(std::min<std::int64_t>(blocks_y, 65535)));
  if constexpr (F::reach.z > 0) {
    using S = VolumeSizes<C, F>;
    cuda::launch(stencil_volume_kernel<C, O, F>, grid, dim3(32, S::warps), S::bytes, p, f);
  } else {
    cuda::launch(stencil_plane_kernel<C, O, F>, grid, dim3(32, stencil_warps), 0, p, f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
