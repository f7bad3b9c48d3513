// SPDX-License-Identifier: Apache-2.0
// What the streaming kernel is told, and how the host works that out.
#pragma once

#include "core/cuda/launch.h"
#include "engine/fold_cuda.h"
#include "engine/stream_line_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Banks that may form the product of two lines where they fold them: those of a structure tensor. It costs the others.
template <int K, int O>
inline constexpr bool products = K == 3 && O == 3;

inline constexpr int strip_width = 128;
inline constexpr int stream_threads = 256;
inline constexpr int stream_warps = stream_threads / 32;
inline constexpr int stream_rows = 16;    // rows a step makes
inline constexpr int column_outputs = 8;  // of one thread and step
inline constexpr int most_stream_taps = 129;
// A tap list in shared memory: room for what stands before the first tap, and for what a step of four reads past the
// last.
inline constexpr int tap_room = 148;

/// Blocks that a multiprocessor holds at least: what the registers are cut to.
HD constexpr int stream_blocks(int filters) { return filters == 1 ? 4 : filters <= 3 ? 2 : 1; }

/// Rows on their way while a warp folds one. Several images fill shared memory with one.
HD constexpr int lines_ahead(int inputs) { return inputs == 1 ? 2 : 1; }

/// Taps with zeros around them. Their list in shared memory and their window begin at the same element: `skip` elements
/// before the first tap.
struct StreamTaps {
  FoldOf fold;
  int start;  // of the window: an element of a line, or a row of a step's windows
  bool identity;
  float w[most_stream_taps];
};

/// What is folded along x into one ring of rows: an image, or the product of two.
struct StreamRing {
  int a, b;  // b < 0: no product
  StreamTaps x;
};

template <int K, int O>
struct StreamParams {
  Geometry g;
  Borders borders;
  int first_row, rows;  // the rows that are made
  float* peak;
  int band;   // rows a block makes
  int above;  // rows of the ring before a step's own
  int reach;  // and before plus after them, a multiple of four
  int left;   // elements of a line before a strip's own
  int count;  // elements of a line that are brought
  int line;   // floats of a line in shared memory
  int inputs, rings;
  int ring_of[K];
  StreamRing ring[K];
  StreamTaps y[K];  // by filter
  StreamPlane planes[K + 1];
  Plane outputs[O];
};

/// What the host works out before it launches.
template <int K, int O>
struct StreamPlan {
  StreamParams<K, O> p{};
  std::size_t shared = 0;
};

inline std::size_t stream_bytes(int filters, int inputs, int rings, int reach, int line) {
  return sizeof(float) * static_cast<std::size_t>(2 * filters * tap_room +
                                                  (stream_warps * (lines_ahead(inputs) + 1) * inputs + 1) * line +
                                                  rings * (reach + 2 * stream_rows) * strip_width);
}

/// False when the bank's halos and weights are too large for the kernel.
template <int K, int O>
bool plan_stream(const Bank<K, O>& bank, StreamPlan<K, O>& plan) {
  StreamParams<K, O>& p = plan.p;
  if (bank.geometry.row() > INT32_MAX - 4096 || bank.geometry.height > INT32_MAX - 4096) return false;
  p.g = bank.geometry;
  p.borders = bank.borders;
  p.first_row = static_cast<int>(bank.first_row);
  p.rows = static_cast<int>(bank.row_count());
  p.peak = static_cast<float*>(bank.peak);
  for (int o = 0; o < O; ++o) p.outputs[o] = bank.outputs[o];
  const int inner = static_cast<int>(std::min<std::int64_t>(p.g.inner, strip_width * line_quads));
  int below = 0, right = 0, longest = 0;
  for (const Filter& f : bank.filters) {
    if (f.y.size() > most_stream_taps || f.x.size() > most_stream_taps) return false;
    longest = std::max({longest, f.y.size(), f.x.size()});
    p.above = std::max(p.above, f.y.before());
    below = std::max(below, f.y.after());
    p.left = std::max(p.left, f.x.before());
    right = std::max(right, f.x.after());
  }
  p.reach = up_to_four(p.above + below);
  p.left = inner == 1 ? up_to_four(p.left) : p.left * inner;
  p.count = p.left + strip_width + (inner == 1 ? up_to_four(right) : right * inner) + 8;
  if (p.count > 32 * line_quads) return false;
  p.line = up_to_four(p.count);

  // In images that the taps reach across, the border's mirrored elements meet. Sums of pairs are the same from both
  // ends, so that what cancels there (the derivative across two rows is the same in both) cancels to zero.
  const bool mirrors_meet = std::min(p.g.height, p.g.width) <= longest / 2;

  // Along x, windows begin where a lane's first output does, `left` elements into the line.
  const auto taps_of = [&](const Taps& t, int before, int step, float scale) {
    StreamTaps d{};
    const int n = t.size();
    const int offset = before + t.first * step;
    const int skip = step == 1 ? offset % 4 : 0;
    d.start = offset - skip;
    d.identity = t.identity() && scale == 1;
    // SciPy calls taps odd whatever their centre; a weight there needs the plain sum.
    const bool odd = t.symmetry == Taps::Symmetry::odd && t.weight[static_cast<std::size_t>(n / 2)] == 0;
    const bool even = t.symmetry == Taps::Symmetry::even && n % 2 == 1;
    const bool in_pairs = (odd && n / 2 < column_outputs - 1) || ((odd || even) && mirrors_meet);
    d.fold = {skip, n, odd, in_pairs ? (odd ? -1.0f : 1.0f) : 0.0f};
    for (int i = 0; i < n; ++i) d.w[i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]) * scale;
    return d;
  };
  StreamInputs<K + 1> inputs{p.planes};
  std::array<const Filter*, K> made_by{};
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[static_cast<std::size_t>(k)];
    int s = 0;
    while (s < p.rings && !(made_by[s]->input == f.input && made_by[s]->x == f.x)) ++s;
    if (s == p.rings) {
      made_by[s] = &f;
      const auto [a, b, scale] = inputs.template of<products<K, O>>(bank, p.g, f.input);
      if (a < 0) return false;
      p.ring[p.rings++] = {a, b, taps_of(f.x, p.left, inner, scale)};
    }
    p.ring_of[k] = s;
    p.y[k] = taps_of(f.y, p.above, 1, 1.0f);
  }
  p.inputs = inputs.count;
  plan.shared = stream_bytes(K, p.inputs, p.rings, p.reach, p.line);
  return plan.shared <= 220 * 1024;
}

}  // namespace opsin::OPSIN_TARGET::engine
