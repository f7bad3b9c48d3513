// SPDX-License-Identifier: Apache-2.0
// Floods on CUDA: what is connected, through weak elements, with what has been reached. Elements are bits. A lane holds
// 32 elements of a row and a warp 32 such rows, which it floods in its registers until they are at rest: along a row by
// the carry of an addition, across rows by shuffles. The warps of a block take turns with what they show each other in
// shared memory. What lies between blocks, and between the planes of a volume, is left to a few sweeps over the image,
// the last of which is the one that changes nothing. Most images are at rest then. What a long winding path leaves is
// finished by a forest (engine/flood_forest_cuda.h), so that the host never waits and no image takes for ever.
#pragma once

#include "core/cuda/launch.h"
#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int flood_warps = 16;
inline constexpr int flood_threads = 32 * flood_warps;
inline constexpr unsigned all_lanes = 0xffffffffu;

/// Steps to neighbours: along the axes before the last two, and those along the last two that go with them, as bits
/// 3 (dy + 1) + dx + 1.
struct FloodStep {
  signed char outer[max_ndim];
  std::uint16_t plane;
};

inline Offset opposite(Offset step) {
  for (std::int64_t& distance : step) distance = -distance;
  return step;
}

/// Sixteen bytes, read and written at once.
struct alignas(16) FourWords {
  std::uint32_t word[4];
};

inline bool is_wide(const void* data) { return reinterpret_cast<std::uintptr_t>(data) % sizeof(FourWords) == 0; }

/// The words of a column of words lie together, so that a warp's rows are one access.
struct FloodPlan {
  static constexpr int most = 81;  // all of 6-d
  std::uint32_t* weak;
  std::uint32_t* reached;
  int* changed;  // by each sweep
  int* shown;    // of each tile, one more than the last sweep that changed what its neighbours read of it
  int sweeps;
  std::int64_t planes, rows, columns, words;
  std::int64_t shape[max_ndim];  // of the axes before the last two
  int outer;                     // how many these are
  int across, down;              // warps of a block
  std::int64_t tiles_across, tiles_down;
  bool wide;      // rows and arrays are whole FourWords
  unsigned here;  // the steps within the plane
  int count;
  FloodStep steps[most];

  __device__ std::int64_t column(std::int64_t plane, std::int64_t word) const { return (plane * words + word) * rows; }
  std::int64_t tiles() const { return planes * tiles_across * tiles_down; }
  __device__ bool at_rest() const { return changed[sweeps - 1] == 0; }
  /// -1 where the step leaves the image.
  __device__ std::int64_t plane_after(std::int64_t plane, const FloodStep& s) const {
    std::int64_t found = 0, size = 1;
    for (int a = outer - 1; a >= 0; --a) {
      const std::int64_t at = plane % shape[a] + s.outer[a];
      if (at < 0 || at >= shape[a]) return -1;
      found += at * size;
      size *= shape[a];
      plane /= shape[a];
    }
    return found;
  }
};

/// Whether some step leads along the row.
HD bool along_row(unsigned steps) { return (steps & 0x28) != 0; }

/// Where elements of a row have a neighbour among the bits of `here`; its row's words are `left`, `here` and `right`.
__device__ inline std::uint32_t from_row(unsigned steps, std::uint32_t left, std::uint32_t here, std::uint32_t right) {
  std::uint32_t met = steps & 2 ? here : 0;
  if (steps & 1) met |= here << 1 | left >> 31;
  if (steps & 4) met |= here >> 1 | right << 31;
  return met;
}

/// read(dw, dy): the word that many words and rows away.
template <class Read>
__device__ __forceinline__ std::uint32_t from_neighbours(unsigned steps, const Read& read) {
  std::uint32_t met = 0;
#pragma unroll
  for (int dy = -1; dy <= 1; ++dy) {
    const unsigned row = steps >> 3 * (dy + 1) & 7;
    if (row == 0) continue;
    met |= from_row(row, row & 1 ? read(-1, dy) : 0, read(0, dy), row & 4 ? read(1, dy) : 0);
  }
  return met;
}

/// The runs of `weak` that hold a bit of `seeds`, which are bits of `weak`. A seed's addition carries to the end of its
/// run.
__device__ __forceinline__ std::uint32_t filled_runs(std::uint32_t weak, std::uint32_t seeds) {
  const std::uint32_t up = (weak & ~(weak + seeds)) | seeds;
  const std::uint32_t mirrored = __brev(weak), down = __brev(up);
  return __brev((mirrored & ~(mirrored + down)) | down);
}

/// Floods a warp's 32 rows until they are at rest.
__device__ __forceinline__ std::uint32_t flooded(unsigned steps, std::uint32_t weak, std::uint32_t reached) {
  const int lane = threadIdx.x % 32;
  const bool runs = along_row(steps);
  for (;;) {
    const std::uint32_t before = reached;
    std::uint32_t above = __shfl_up_sync(all_lanes, reached, 1);
    std::uint32_t below = __shfl_down_sync(all_lanes, reached, 1);
    if (lane == 0) above = 0;
    if (lane == 31) below = 0;
    reached |= weak & (from_row(steps & 7, 0, above, 0) | from_row(steps >> 6, 0, below, 0));
    if (runs) reached = filled_runs(weak, reached);
    if (!__any_sync(all_lanes, reached != before)) return reached;
  }
}

/// A block's tile and what each of its warps has of it.
struct FloodTile {
  std::int64_t plane, word, y;  // this lane's
  std::int64_t word0, y0;       // the block's
  int w, r;                     // this lane's place within the block
  bool inside;

  __device__ FloodTile(const FloodPlan& p, std::int64_t tile) {
    const int warp = threadIdx.x / 32;
    w = warp % p.across;
    r = warp / p.across * 32 + threadIdx.x % 32;
    const std::int64_t of_plane = p.tiles_across * p.tiles_down;
    plane = p.planes > 1 ? tile / of_plane : 0;
    // A plane has fewer than 2^32 tiles, of 2^14 elements each.
    const auto at = static_cast<std::uint32_t>(tile - plane * of_plane);
    const auto side = static_cast<std::uint32_t>(p.tiles_across);
    word0 = static_cast<std::int64_t>(at % side) * p.across;
    y0 = static_cast<std::int64_t>(at / side) * (32 * p.down);
    word = word0 + w;
    y = y0 + r;
    inside = word < p.words && y < p.rows;
  }
};

/// Floods a block's tile until it is at rest. `shown` holds what is reached, with one word and one row around it, and
/// is as high as `pitch`. Each round reads before it writes: a barrier lies between.
__device__ inline std::uint32_t flooded_tile(const FloodPlan& p, const FloodTile& t, std::uint32_t* shown, int pitch,
                                             std::uint32_t weak, std::uint32_t reached) {
  std::uint32_t* const mine = shown + (t.w + 1) * pitch + t.r + 1;
  for (;;) {
    const std::uint32_t before = *mine;
    std::uint32_t met = 0;
    if (weak != reached) met = from_neighbours(p.here, [&](int dw, int dy) { return mine[dw * pitch + dy]; });
    reached |= weak & met;
    if (along_row(p.here)) reached = filled_runs(weak, reached);
    if (__any_sync(all_lanes, reached != before)) reached = flooded(p.here, weak, reached);
    __syncthreads();
    *mine = reached;
    if (!__syncthreads_or(reached != before)) return reached;
  }
}

inline constexpr int flood_shown = 3 * (32 * flood_warps + 2);  // the largest: one warp across

/// Bit 0 of each of four bytes.
__device__ __forceinline__ std::uint32_t packed_bits(std::uint32_t bytes) {
  return (bytes & 0x01010101u) * 0x10204080u >> 28;
}

struct FloodWords {
  std::uint32_t weak, strong;
};

/// A lane's row of 32 elements, of which whole halves lie in the image.
template <class Source>
__device__ __forceinline__ FloodWords wide_words(const FloodPlan& p, const Source& source, const FloodTile& t) {
  FloodWords found{};
  const std::int64_t first = (t.plane * p.rows + t.y) * p.columns + t.word * 32;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    if (!t.inside || t.word * 32 + 16 * half >= p.columns) continue;
    const FourWords state = source.sixteen(first + 16 * half);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      found.weak |= packed_bits(state.word[k]) << (16 * half + 4 * k);
      found.strong |= packed_bits(state.word[k] >> 1) << (16 * half + 4 * k);
    }
  }
  return found;
}

/// The same for any width: the lanes read one row after the other together, and vote.
template <class Source>
__device__ __forceinline__ FloodWords voted_words(const FloodPlan& p, const Source& source, const FloodTile& t) {
  constexpr int ahead = 8;
  const int lane = threadIdx.x % 32;
  const std::int64_t x = t.word * 32 + lane, top = t.y - lane;
  const int rows = x < p.columns ? static_cast<int>(p.rows - top < 32 ? p.rows - top : 32) : 0;
  std::int64_t at = (t.plane * p.rows + top) * p.columns + x;
  FloodWords found{};
#pragma unroll 1
  for (int r0 = 0; r0 < 32; r0 += ahead) {
    std::uint8_t state[ahead];
#pragma unroll
    for (int k = 0; k < ahead; ++k, at += p.columns) state[k] = r0 + k < rows ? source(at) : std::uint8_t{0};
#pragma unroll
    for (int k = 0; k < ahead; ++k) {
      const FloodWords row{__ballot_sync(all_lanes, state[k] & weak), __ballot_sync(all_lanes, state[k] & strong)};
      if (lane == r0 + k) found = row;
    }
  }
  return found;
}

/// Packs the image and floods each tile by itself. Source: the bits `weak` and `strong` of an element, or of sixteen
/// where the plan is `wide`.
template <class Source>
__global__ void __launch_bounds__(flood_threads, 3)
    flood_pack_kernel(const __grid_constant__ FloodPlan p, const Source source, const std::int64_t tiles) {
  __shared__ std::uint32_t shown[flood_shown];
  const int pitch = 32 * p.down + 2;
  if (blockIdx.x == 0 && threadIdx.x < p.sweeps) p.changed[threadIdx.x] = 0;
  for (int k = threadIdx.x; k < (p.across + 2) * pitch; k += flood_threads) shown[k] = 0;
  __syncthreads();
  for (std::int64_t tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
    const FloodTile t(p, tile);
    const FloodWords own = p.wide ? wide_words(p, source, t) : voted_words(p, source, t);
    std::uint32_t reached = flooded(p.here, own.weak, own.strong);
    shown[(t.w + 1) * pitch + t.r + 1] = reached;
    __syncthreads();
    reached = flooded_tile(p, t, shown, pitch, own.weak, reached);
    if (t.inside) {
      const std::int64_t at = p.column(t.plane, t.word) + t.y;
      p.weak[at] = own.weak;
      p.reached[at] = reached;
    }
  }
}

/// From a plan's words, with no sweep changed yet. Elements of `out` (0 or 1) become `spreading` where the flood comes,
/// and 1 - spreading elsewhere. What the plan's sweeps leave is left to the forest.
void flood_words(const Array& out, const FloodPlan& plan, std::uint8_t spreading);

/// The offsets are at most one step along each axis, and each has its opposite.
inline FloodPlan flood_plan(const Extents& shape, const std::vector<Offset>& offsets, int sweeps) {
  FloodPlan plan{};
  plan.sweeps = sweeps;
  // Along an axis of one element no step stays inside.
  std::vector<int> axes;
  for (int a = 0; a < shape.size(); ++a) {
    if (shape[a] > 1) axes.push_back(a);
  }
  const int ndim = static_cast<int>(axes.size());
  plan.outer = std::max(0, ndim - 2);
  plan.planes = 1;
  for (int a = 0; a < plan.outer; ++a) plan.planes *= plan.shape[a] = shape[axes[static_cast<std::size_t>(a)]];
  plan.rows = ndim < 2 ? 1 : shape[axes[axes.size() - 2]];
  plan.columns = ndim < 1 ? 1 : shape[axes.back()];
  plan.words = (plan.columns + 31) / 32;
  for (const Offset& offset : offsets) {
    FloodStep step{};
    bool inside = true;
    int taken = 0, place = 4;
    for (int a = 0; a < shape.size(); ++a) {
      const auto distance = static_cast<int>(offset[static_cast<std::size_t>(a)]);
      if (shape[a] == 1) {
        inside = inside && distance == 0;
        continue;
      }
      if (taken < plan.outer) {
        step.outer[taken] = static_cast<signed char>(distance);
      } else {
        place += taken + 1 < ndim ? 3 * distance : distance;
      }
      ++taken;
    }
    if (!inside || std::all_of(offset.begin(), offset.end(), [](std::int64_t d) { return d == 0; })) continue;
    FloodStep* to = std::find_if(plan.steps, plan.steps + plan.count, [&](const FloodStep& s) {
      return std::equal(s.outer, s.outer + max_ndim, step.outer);
    });
    if (to == plan.steps + plan.count) {
      core::check(plan.count < FloodPlan::most, "flood", "too many neighbours on CUDA");
      *to = step;
      ++plan.count;
    }
    to->plane = static_cast<std::uint16_t>(to->plane | 1u << place);
    if (std::all_of(step.outer, step.outer + max_ndim, [](int d) { return d == 0; })) plan.here = to->plane;
  }
  plan.across = 4;
  while (plan.across < flood_warps && 32 * (flood_warps / plan.across) >= 2 * plan.rows) plan.across *= 2;
  while (plan.across > 1 && plan.across >= 2 * plan.words) plan.across /= 2;
  plan.down = flood_warps / plan.across;
  plan.tiles_across = (plan.words + plan.across - 1) / plan.across;
  plan.tiles_down = (plan.rows + 32 * plan.down - 1) / (32 * plan.down);
  return plan;
}

/// Gives a plan its memory, which lives as long as what is returned.
inline Array flood_memory(FloodPlan& plan, Device device) {
  const std::int64_t words = plan.planes * plan.words * plan.rows;
  const Array bits = Array::empty({2 * words + plan.sweeps + plan.tiles()}, DType::uint32, device);
  plan.weak = bits.mutable_data_as<std::uint32_t>();
  plan.reached = plan.weak + words;
  plan.changed = reinterpret_cast<int*>(plan.reached + words);
  plan.shown = plan.changed + plan.sweeps;
  return bits;
}

/// flood_words() of what a source says of each element, which may read `out`.
template <class Source>
void flood(const Array& out, const Source& source, const std::vector<Offset>& offsets, std::uint8_t spreading,
           int sweeps) {
  FloodPlan plan = flood_plan(out.shape(), offsets, sweeps);
  plan.wide = plan.columns % 16 == 0 && source.wide() && is_wide(out.data());
  const Array bits = flood_memory(plan, out.device());
  const std::int64_t tiles = plan.tiles();
  cuda::launch(flood_pack_kernel<Source>, cuda::grid_for(tiles, 1, 1 << 20), dim3(flood_threads), 0, plan, source,
               tiles);
  flood_words(out, plan, spreading);
}

}  // namespace opsin::OPSIN_TARGET::engine
