// SPDX-License-Identifier: Apache-2.0
// Which banks the kernel of small images takes, and how the host tells it what to do.
#pragma once

#include "core/cuda/launch.h"
#include "engine/stream_line_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int small_threads = 512;
inline constexpr int small_warps = small_threads / 32;
inline constexpr int small_columns = 32;  // of a tile
inline constexpr int small_pitch = small_columns + 1;
inline constexpr int small_outputs = 8;  // neighbours that a thread sums at once
inline constexpr int most_small_rows = 64;
inline constexpr int most_small_reach = 32;
inline constexpr int most_brought_rows = most_small_rows + 2 * most_small_reach;
inline constexpr unsigned no_row = UINT32_MAX;
inline constexpr int small_tap_room = 36;  // of a list in shared memory: whole fours

/// Banks that may form the product of two lines where they fold them: those of structure tensors.
template <int K, int O>
inline constexpr bool small_products = K == 1 || (K == 3 && O == 3);

/// Even or odd taps around a centre: the first half of them and the centre's.
struct SmallTaps {
  int reach;
  bool odd;
  float w[most_small_reach + 1];
};

/// What is folded along x: an image, or the product of two.
struct SmallRows {
  int a, b;  // b < 0: no product
  SmallTaps x;
};

template <int K, int O>
struct SmallParams {
  int height, width;
  Borders borders;
  int first_row, rows;         // the rows that are made
  int tile_rows, group_shift;  // small_outputs << group_shift == tile_rows
  int above, left;             // what the taps reach: rows and columns to each side
  int brought_rows, count;     // of a tile with what its taps reach
  unsigned rows_inverse;       // 2^32 / brought_rows, rounded up
  int pitch;  // floats of a row that was brought: odd, so that lanes on neighbouring rows meet no bank twice
  int lines, folds;
  int fold_of[K];
  int sums_at, before_at;  // in shared memory
  float* peak;
  SmallRows x[K];
  SmallTaps y[K];  // by filter
  StreamPlane planes[K + 1];
  Plane outputs[O];
};

/// What the host works out before it launches.
template <int K, int O>
struct SmallPlan {
  SmallParams<K, O> p{};
  dim3 blocks;  // across, down, images
  std::size_t shared = 0;
};

/// False for taps that are neither, or reach too far.
inline bool small_taps(const Taps& t, float scale, SmallTaps& to) {
  const int reach = t.size() / 2;
  if (t.size() % 2 == 0 || t.first != -reach || reach > most_small_reach) return false;
  // SciPy calls taps odd whatever their centre; a weight there needs the plain sum.
  const bool odd = t.symmetry == Taps::Symmetry::odd;
  if (odd ? t.weight[static_cast<std::size_t>(reach)] != 0 : t.symmetry != Taps::Symmetry::even) return false;
  to.reach = reach;
  to.odd = odd;
  for (int i = 0; i <= reach; ++i) to.w[i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]) * scale;
  return true;
}

/// Tiles as high as let all of them run at once, or nearly, and cover no more than `most` elements; false when there is
/// no such height.
template <int K, int O>
bool plan_small_tiles(std::int64_t outer, std::int64_t most, bool accumulates, SmallPlan<K, O>& plan) {
  SmallParams<K, O>& p = plan.p;
  const std::int64_t across = (p.width + small_columns - 1) / small_columns;
  p.count = small_columns + 2 * p.left;
  p.pitch = p.count | 1;
  std::int64_t least = INT64_MAX;
  for (int shift = 0; small_outputs << shift <= most_small_rows; ++shift) {
    const int rows = small_outputs << shift;
    const int brought = rows + 2 * p.above;
    const int sums = 2 * K * small_tap_room + brought + p.folds * brought * small_pitch;
    const int before = sums + std::max(p.lines * brought * p.pitch, K * rows * small_pitch);
    const std::size_t shared = sizeof(float) * static_cast<std::size_t>(before + (accumulates ? O : 0) * rows * 32);
    if (shared > 220 * 1024) break;
    const std::int64_t down = (p.rows + rows - 1) / rows;
    const std::int64_t blocks = outer * down * across;
    const std::int64_t turns = (blocks + cuda::multiprocessors() - 1) / cuda::multiprocessors();
    // Rows that are folded along x, rows that are folded along y, and what a tile costs whatever its height.
    const std::int64_t cost = turns * (brought + rows + 16);
    // Many images of a few elements would leave most of each tile empty.
    if (cost > least || blocks * rows * small_columns > most) continue;
    least = cost;
    p.tile_rows = rows;
    p.group_shift = shift;
    p.brought_rows = brought;
    p.sums_at = sums;
    p.before_at = before;
    plan.shared = shared;
    plan.blocks = dim3(static_cast<unsigned>(across), static_cast<unsigned>(down), static_cast<unsigned>(outer));
  }
  if (least == INT64_MAX) return false;
  const auto brought = static_cast<std::uint64_t>(p.brought_rows);
  p.rows_inverse = static_cast<unsigned>(((std::uint64_t{1} << 32) + brought - 1) / brought);
  return true;
}

/// True when the kernel takes the bank, and the column kernel's warps would fold more rows that their neighbours fold
/// too than rows of their own. `factors` tells the lines of an input of the bank, a StreamInputs<...>::Factors.
template <int K, int O, class Factors>
bool plan_small(const Bank<K, O>& bank, bool accumulates, const Factors& factors, SmallPlan<K, O>& plan) {
  SmallParams<K, O>& p = plan.p;
  int longest = 1;
  bool flat = true;  // nothing to do along x: inner axes do not matter then
  for (const Filter& f : bank.filters) {
    longest = std::max({longest, f.y.size(), f.x.size()});
    flat = flat && f.x.identity();
  }
  const Geometry g{bank.geometry.outer, bank.geometry.height, bank.geometry.row(), 1};
  // Outputs, beside what a row of all warps at once is.
  const std::int64_t most = std::int64_t{512} * cuda::multiprocessors() * (longest - 1);
  // Rows of an image are told by 32 bits.
  if (g.outer * bank.row_count() * g.width >= most || g.height * g.width > INT32_MAX) return false;
  if (bank.geometry.inner != 1 && !flat) return false;
  p.height = static_cast<int>(g.height);
  p.width = static_cast<int>(g.width);
  p.borders = bank.borders;
  p.first_row = static_cast<int>(bank.first_row);
  p.rows = static_cast<int>(bank.row_count());
  p.peak = static_cast<float*>(bank.peak);
  for (int o = 0; o < O; ++o) p.outputs[o] = bank.outputs[static_cast<std::size_t>(o)];
  std::array<const Filter*, K> made_by{};
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[static_cast<std::size_t>(k)];
    int s = 0;
    while (s < p.folds && !(made_by[s]->input == f.input && made_by[s]->x == f.x)) ++s;
    if (s == p.folds) {
      made_by[s] = &f;
      const auto [a, b, scale] = factors(g, f.input);
      p.x[s].a = a;
      p.x[s].b = b;
      p.lines = std::max({p.lines, a + 1, b + 1});
      if (a < 0 || !small_taps(f.x, scale, p.x[s].x)) return false;
      p.left = std::max(p.left, p.x[s].x.reach);
      ++p.folds;
    }
    p.fold_of[k] = s;
    if (!small_taps(f.y, 1.0f, p.y[k])) return false;
    p.above = std::max(p.above, p.y[k].reach);
  }
  return plan_small_tiles(g.outer, 2 * most, accumulates, plan);
}

}  // namespace opsin::OPSIN_TARGET::engine
