// SPDX-License-Identifier: Apache-2.0
// What a flood's sweeps (engine/flood_sweep_cuda.h) have left: weak elements that are not reached yet are joined to
// trees by atomic minima (union-find), and trees beside a reached element are reached. Where the sweeps came to rest,
// these kernels return at once.
#pragma once

#include "engine/flood_sweep_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// `parent` leads to the least element of a tree by way of lesser ones. `out` of a root is its tree's result.
template <class I>
struct Forest {
  FloodPlan plan;
  I* parent;
  std::uint8_t* out;
  std::uint8_t spreading, other;

  /// Each element on the way is put under its parent's parent. Another thread may have put it elsewhere meanwhile, and
  /// that link is lost: it was made by join() on what it took for a root, which goes on with the parent that it met
  /// instead, the one from which this thread came. So the tree holds together. A root is never written, for it has no
  /// parent; and what is written is less than the element, so that no circle arises.
  __device__ I root(I i) const {
    I above = __ldcg(parent + i);
    while (above != i) {
      const I next = __ldcg(parent + above);
      if (next != above) __stcg(parent + i, next);
      i = above;
      above = next;
    }
    return i;
  }
  __device__ static I lower(int* p, int value) { return atomicMin(p, value); }
  __device__ static I lower(std::int64_t* p, std::int64_t value) {
    return atomicMin(reinterpret_cast<long long*>(p), static_cast<long long>(value));
  }
  /// The greater root is put under the lesser one, again where another thread was there first.
  __device__ void join(I a, I b) const {
    for (;;) {
      a = root(a);
      b = root(b);
      if (a == b) return;
      if (a < b) {
        const I t = a;
        a = b;
        b = t;
      }
      const I was = lower(parent + a, b);
      if (was == a) return;
      a = was;
    }
  }
};

/// An element and where it lies.
struct FloodPlace {
  std::int64_t plane, y, x;
  __device__ std::int64_t index(const FloodPlan& p) const { return (plane * p.rows + y) * p.columns + x; }
  __device__ bool in(const FloodPlan& p) const { return plane >= 0 && y >= 0 && y < p.rows && x >= 0 && x < p.columns; }
  __device__ bool left(const FloodPlan& p) const {
    if (!in(p)) return false;
    const std::int64_t at = p.column(plane, x / 32) + y;
    return (p.weak[at] & ~p.reached[at]) >> x % 32 & 1;
  }
  __device__ bool reached(const FloodPlan& p) const {
    return in(p) && p.reached[p.column(plane, x / 32) + y] >> x % 32 & 1;
  }
};

/// f(neighbour) until it says true.
template <class F>
__device__ void each_neighbour(const FloodPlan& p, const FloodPlace& at, const F& f) {
  for (int k = 0; k < p.count; ++k) {
    const std::int64_t plane = p.plane_after(at.plane, p.steps[k]);
    if (plane < 0) continue;
    for (int n = 0; n < 9; ++n) {
      if (p.steps[k].plane >> n & 1 && f(FloodPlace{plane, at.y + n / 3 - 1, at.x + n % 3 - 1})) return;
    }
  }
}

/// Runs within a word are trees from the start.
template <class I>
struct PlantTrees {
  Forest<I> f;
  __device__ void operator()(const FloodPlace& at, std::uint32_t word) const {
    const I i = static_cast<I>(at.index(f.plan));
    const unsigned lane = at.x % 32;
    const std::uint32_t gaps = ~word & ((1u << lane) - 1);
    const int run = along_row(f.plan.here) ? static_cast<int>(lane) - (32 - __clz(static_cast<int>(gaps))) : 0;
    f.parent[i] = i - static_cast<I>(run);
    f.out[i] = f.other;
  }
};

template <class I>
struct JoinNeighbours {
  Forest<I> f;
  __device__ void operator()(const FloodPlace& at, std::uint32_t) const {
    const FloodPlan& p = f.plan;
    const std::int64_t i = at.index(p);
    const bool runs = along_row(p.here);
    const bool linked = runs && FloodPlace{at.plane, at.y, at.x - 1}.left(p);
    each_neighbour(p, at, [&](const FloodPlace& n) {
      const bool along = n.plane == at.plane && n.y == at.y;
      if (!n.in(p) || n.index(p) > i || !n.left(p)) return false;
      if (along && at.x % 32 != 0) return false;  // Of one run.
      // Where both have a left neighbour, those two are joined, and the runs do the rest.
      if (!along && linked && FloodPlace{n.plane, n.y, n.x - 1}.left(p)) return false;
      f.join(static_cast<I>(i), static_cast<I>(n.index(p)));
      return false;
    });
  }
};

template <class I>
struct MarkRoots {
  Forest<I> f;
  __device__ void operator()(const FloodPlace& at, std::uint32_t) const {
    const FloodPlan& p = f.plan;
    each_neighbour(p, at, [&](const FloodPlace& n) {
      if (!n.reached(p)) return false;
      f.out[f.root(static_cast<I>(at.index(p)))] = f.spreading;
      return true;
    });
  }
};

/// Part i of the image, for a warp: 32 rows of a word.
struct FloodRows {
  std::int64_t plane, y0, word;
  std::int64_t at;  // where this lane's row lies

  __device__ FloodRows(const FloodPlan& p, std::int64_t i, std::int64_t blocks_of_rows)
      : plane(i / p.words / blocks_of_rows),
        y0(i / p.words % blocks_of_rows * 32),
        word(i % p.words),
        at(p.column(plane, word) + y0 + threadIdx.x % 32) {}
};

/// f(place, word) for each element that is left, `word` being the 32 of its row; a warp takes 32 rows of a word.
template <class F>
__global__ void flood_left_kernel(const F f, const std::int64_t blocks_of_rows) {
  const FloodPlan& p = f.f.plan;
  if (p.at_rest()) return;
  const int lane = threadIdx.x % 32;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * (blockDim.x / 32);
  std::int64_t i = (blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x) / 32;
  for (; i < p.planes * blocks_of_rows * p.words; i += step) {
    const auto [plane, y0, word, at] = FloodRows(p, i, blocks_of_rows);
    const std::uint32_t mine = y0 + lane < p.rows ? p.weak[at] & ~p.reached[at] : 0;
    for (unsigned rows = __ballot_sync(all_lanes, mine != 0); rows != 0; rows &= rows - 1) {
      const int r = __ffs(static_cast<int>(rows)) - 1;
      const std::uint32_t row = __shfl_sync(all_lanes, mine, r);
      if (row >> lane & 1) f({plane, y0 + r, word * 32 + lane}, row);
    }
  }
}

/// Four bytes of 0 or 1.
__device__ __forceinline__ std::uint32_t unpacked_bits(std::uint32_t four) { return four * 0x00204081u & 0x01010101u; }

/// Where whole groups of 16 elements are written, and no forest is asked: a warp takes 32 rows of four words, of which
/// it writes 128 bytes of four rows at once.
__device__ __forceinline__ void unpack_groups(const FloodPlan& p, std::uint8_t* out, bool spreading,
                                              std::int64_t blocks_of_rows, std::int64_t first, std::int64_t step) {
  constexpr int words = 4, rows = 4, count = 32 / rows;
  const int lane = threadIdx.x % 32, half = lane % 2;
  const std::int64_t across = (p.words + words - 1) / words;
  for (std::int64_t i = first; i < p.planes * blocks_of_rows * across; i += step) {
    const std::int64_t above = i / across, plane = above / blocks_of_rows;
    const std::int64_t word = (i - above * across) * words + lane / 2 % words;
    const std::int64_t y0 = (above - plane * blocks_of_rows) * 32 + lane / (2 * words);
    const std::int64_t x = word * 32 + 16 * half;
    if (x >= p.columns) continue;
    const std::uint32_t* const from = p.reached + p.column(plane, word) + y0;
    std::uint8_t* const to = out + (plane * p.rows + y0) * p.columns + x;
    std::uint32_t bits[count];
#pragma unroll
    for (int k = 0; k < count; ++k) bits[k] = y0 + rows * k < p.rows ? from[rows * k] : 0;
#pragma unroll
    for (int k = 0; k < count; ++k) {
      if (y0 + rows * k >= p.rows) break;
      const std::uint32_t of_group = (spreading ? bits[k] : ~bits[k]) >> 16 * half;
      FourWords group;
#pragma unroll
      for (int e = 0; e < 4; ++e) group.word[e] = unpacked_bits(of_group >> 4 * e & 15);
      *reinterpret_cast<FourWords*>(to + rows * k * p.columns) = group;
    }
  }
}

/// A root's own result is written as it is.
template <class I>
__global__ void flood_unpack_kernel(const __grid_constant__ Forest<I> f, const std::int64_t blocks_of_rows) {
  const FloodPlan& p = f.plan;
  const bool at_rest = p.at_rest();
  const int lane = threadIdx.x % 32;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * (blockDim.x / 32);
  std::int64_t i = (blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x) / 32;
  if (at_rest && p.wide) return unpack_groups(p, f.out, f.spreading != 0, blocks_of_rows, i, step);
  for (; i < p.planes * blocks_of_rows * p.words; i += step) {
    const auto [plane, y0, word, at] = FloodRows(p, i, blocks_of_rows);
    const bool inside = y0 + lane < p.rows;
    const std::uint32_t reached = inside ? p.reached[at] : 0;
    const std::int64_t row = (plane * p.rows + y0) * p.columns + word * 32;
    const std::uint32_t left = inside && !at_rest ? p.weak[at] & ~reached : 0;
    const int rows = word * 32 + lane < p.columns ? static_cast<int>(p.rows - y0 < 32 ? p.rows - y0 : 32) : 0;
    std::int64_t to = row + lane;
#pragma unroll 4
    for (int r = 0; r < 32; ++r, to += p.columns) {
      const std::uint32_t reached_row = __shfl_sync(all_lanes, reached, r);
      const std::uint32_t left_row = __shfl_sync(all_lanes, left, r);
      if (r >= rows) continue;
      std::uint8_t value = reached_row >> lane & 1 ? f.spreading : f.other;
      if (left_row >> lane & 1) value = f.out[f.root(static_cast<I>(to))];
      f.out[to] = value;
    }
  }
}

template <class I>
void run_sweeps(const Array& out, const FloodPlan& plan, std::uint8_t spreading) {
  const Array parent = Array::empty(out.shape(), sizeof(I) == 4 ? DType::int32 : DType::int64, out.device());
  const Forest<I> f{plan, parent.mutable_data_as<I>(), out.mutable_data_as<std::uint8_t>(), spreading,
                    static_cast<std::uint8_t>(1 - spreading)};
  const std::int64_t tiles = plan.tiles();
  const int resident = plan.sweeps > 1 ? cuda::cooperative_blocks(flood_sweep_kernel, flood_threads) : 0;
  if (resident > 0) {
    cuda::launch_cooperative(flood_sweep_kernel, cuda::grid_for(tiles, 1, resident), dim3(flood_threads), plan, 0,
                             plan.sweeps, tiles);
  }
  for (int sweep = 0; sweep < plan.sweeps && resident == 0; ++sweep) {
    cuda::launch(flood_sweep_kernel, cuda::grid_for(tiles, 1, 1 << 20), dim3(flood_threads), 0, plan, sweep, 1, tiles);
  }
  const std::int64_t blocks_of_rows = (plan.rows + 31) / 32;
  const dim3 warps = cuda::grid_for(plan.planes * blocks_of_rows * plan.words, 8);
  cuda::launch(flood_left_kernel<PlantTrees<I>>, warps, dim3(256), 0, PlantTrees<I>{f}, blocks_of_rows);
  cuda::launch(flood_left_kernel<JoinNeighbours<I>>, warps, dim3(256), 0, JoinNeighbours<I>{f}, blocks_of_rows);
  cuda::launch(flood_left_kernel<MarkRoots<I>>, warps, dim3(256), 0, MarkRoots<I>{f}, blocks_of_rows);
  cuda::launch(flood_unpack_kernel<I>, warps, dim3(256), 0, f, blocks_of_rows);
}

}  // namespace opsin::OPSIN_TARGET::engine
