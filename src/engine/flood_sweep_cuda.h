// SPDX-License-Identifier: Apache-2.0
// The sweeps of a flood (engine/flood_cuda.h).
#pragma once

#include <cooperative_groups.h>

#include "engine/flood_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Whether a tile beside this one has changed what this one reads. Each thread of a few asks for one of them.
__device__ __forceinline__ bool beside_changed(const FloodPlan& p, std::int64_t tile, int sweep) {
  const int k = threadIdx.x;
  if (p.outer > 0) return true;
  if (k >= 9 || k == 4) return false;
  const auto side = static_cast<std::uint32_t>(p.tiles_across), at = static_cast<std::uint32_t>(tile);
  const std::int64_t x = static_cast<std::int64_t>(at % side) + k % 3 - 1, y = at / side + k / 3 - std::int64_t{1};
  return x >= 0 && x < p.tiles_across && y >= 0 && y < p.tiles_down && __ldcg(p.shown + y * side + x) >= sweep;
}

/// Other blocks may write what is read here; it is old or new, and what is missed is found by the next sweep: one that
/// changes nothing that neighbours read has read what is final.
__device__ __forceinline__ void sweep_tile(const FloodPlan& p, std::int64_t tile, int sweep, std::uint32_t* shown) {
  const int pitch = 32 * p.down + 2;
  const FloodTile t(p, tile);
  const std::int64_t at = p.column(t.plane, t.word) + t.y;
  const bool first[2] = {t.w == 0, t.r == 0}, last[2] = {t.w == p.across - 1, t.r == 32 * p.down - 1};
  // A thread shows its own word, and what lies beside the tile next to it: all are on their way together.
  std::uint32_t word[3][3];
#pragma unroll
  for (int i = 0; i < 9; ++i) {
    const int dy = i / 3 - 1, dw = i % 3 - 1;
    const bool asked = (dw == 0 || (dw < 0 ? first[0] : last[0])) && (dy == 0 || (dy < 0 ? first[1] : last[1]));
    const bool inside = t.word + dw >= 0 && t.word + dw < p.words && t.y + dy >= 0 && t.y + dy < p.rows;
    word[dy + 1][dw + 1] = asked && inside ? __ldcg(p.reached + at + dw * p.rows + dy) : 0;
  }
  const std::uint32_t weak_word = t.inside ? p.weak[at] : 0, before = word[1][1];
#pragma unroll
  for (int i = 0; i < 9; ++i) {
    const int dy = i / 3 - 1, dw = i % 3 - 1;
    const bool asked = (dw == 0 || (dw < 0 ? first[0] : last[0])) && (dy == 0 || (dy < 0 ? first[1] : last[1]));
    if (asked) shown[(t.w + 1 + dw) * pitch + t.r + 1 + dy] = word[dy + 1][dw + 1];
  }
  __syncthreads();
  std::uint32_t reached = before;
  for (int k = 0; k < p.count && p.outer > 0; ++k) {
    const std::int64_t plane = p.plane_after(t.plane, p.steps[k]);
    if (plane < 0 || plane == t.plane || weak_word == reached) continue;
    reached |= weak_word & from_neighbours(p.steps[k].plane, [&](int dw, int dy) {
                 const std::int64_t word = t.word + dw, y = t.y + dy;
                 const bool inside = word >= 0 && word < p.words && y >= 0 && y < p.rows;
                 return inside ? __ldcg(p.reached + p.column(plane, word) + y) : 0u;
               });
  }
  reached = flooded_tile(p, t, shown, pitch, weak_word, reached);
  const std::uint32_t more = reached ^ before;
  if (more != 0) p.reached[at] = reached;
  const std::uint32_t read = p.outer > 0 || first[1] || last[1] ? ~0u : first[0] * 1u | last[0] * 0x80000000u;
  const bool shows = __syncthreads_or((more & read) != 0);
  if (threadIdx.x != 0) return;
  if (shows || sweep == 0) p.shown[tile] = shows ? sweep + 1 : 0;
  if (shows) p.changed[sweep] = 1;
}

/// Sweeps from `first`, the launch being cooperative where there are several. Tiles whose neighbours are at rest are at
/// rest, too.
static __global__ void __launch_bounds__(flood_threads, 3)
    flood_sweep_kernel(const __grid_constant__ FloodPlan p, const int first, const int count,
                       const std::int64_t tiles) {
  __shared__ std::uint32_t shown[flood_shown];
  for (int sweep = first; sweep < first + count; ++sweep) {
    if (sweep > 0 && __ldcg(p.changed + sweep - 1) == 0) return;
    for (std::int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
      if (sweep > 0 && !__syncthreads_or(beside_changed(p, tile, sweep))) continue;
      sweep_tile(p, tile, sweep, shown);
    }
    if (count > 1) cooperative_groups::this_grid().sync();
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
