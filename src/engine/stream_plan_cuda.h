// SPDX-License-Identifier: Apache-2.0
// What the streaming kernel is told, and how the host works that out.
#pragma once

#include "core/cuda/launch.h"
#include "engine/stream_line_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int strip_width = 128;
inline constexpr int stream_threads = 256;
inline constexpr int stream_warps = stream_threads / 32;
inline constexpr int stream_rows = 16;    // rows a step makes
inline constexpr int column_outputs = 8;  // of one thread and step
inline constexpr int most_stream_taps = 129;
// A tap list in shared memory: room for what stands before the first tap, and for what a step of four reads past the
// last.
inline constexpr int tap_room = 148;

HD constexpr int up_to_four(int n) { return (n + 3) / 4 * 4; }

/// Blocks that a multiprocessor holds at least: what the registers are cut to. Taps of a known length live in
/// registers.
HD constexpr int stream_blocks(int filters, int length) {
  return filters == 1 ? (length > 19 ? 3 : 4) : filters <= 3 ? 2 : 1;
}

/// Rows on their way while a warp folds one. Several images fill shared memory with one.
HD constexpr int lines_ahead(int inputs) { return inputs == 1 ? 2 : 1; }

/// Taps with zeros around them. Their list in shared memory and their window begin at the same element: `skip` elements
/// before the first tap.
struct StreamTaps {
  int n;
  int skip;
  int start;  // of the window: an element of a line, or a row of a step's windows
  bool identity, odd;
  float w[most_stream_taps];
};

/// What is folded along x into one ring of rows: an image, or the product of two.
struct StreamRing {
  int a, b;  // b < 0: no product
  StreamTaps x;
};

/// Banks that may form the product of two lines where they fold them: those of a structure tensor. It costs the others.
template <int K, int O>
inline constexpr bool products = K == 3 && O == 3;

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
  int length = 0;  // an L that the bank fits, or 0
  std::size_t shared = 0;
};

inline std::size_t stream_bytes(int filters, int inputs, int rings, int reach, int line) {
  return sizeof(float) * static_cast<std::size_t>(2 * filters * tap_room +
                                                  (stream_warps * (lines_ahead(inputs) + 1) * inputs + 1) * line +
                                                  rings * (reach + 2 * stream_rows) * strip_width);
}

/// The lengths that have kernels of their own: derivatives by differences (3), Gaussians of sigma 1, 2 and 4 (9, 17,
/// 33), the ridge filters' of sigma 1, 2 and 3 (9, 19, 27), two Gaussians of sigma 1 and 1.6 (13).
template <int K, int O>
consteval auto stream_lengths() {
  if constexpr (K == 1) {
    return std::array{9, 17, 33};
  } else if constexpr (K == 2 && O == 1) {
    return std::array{9, 13};
  } else if constexpr (K == 2) {
    return std::array{3, 9, 19, 27};
  } else if constexpr (K == 3) {
    return std::array{9, 19, 27};
  } else {
    return std::array{9, 19};
  }
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
  bool fixed = inner == 1;
  for (const Filter& f : bank.filters) {
    for (const Taps* t : {&f.y, &f.x}) {
      if (t->size() > most_stream_taps) return false;
      longest = std::max({longest, 2 * t->before() + 1, 2 * t->after() + 1});
      fixed = fixed && (t->symmetry != Taps::Symmetry::odd || t->first == -(t->size() / 2));
    }
    p.above = std::max(p.above, f.y.before());
    below = std::max(below, f.y.after());
    p.left = std::max(p.left, f.x.before());
    right = std::max(right, f.x.after());
  }
  for (const int length : stream_lengths<K, O>()) {
    // Many more taps than there are would cost more than a loop over those.
    if (fixed && plan.length == 0 && longest <= length && length <= 2 * longest + 1) plan.length = length;
  }
  if (K == 1 && longest != plan.length) plan.length = 0;
  if (plan.length > 0) p.above = below = p.left = right = plan.length / 2;
  p.reach = up_to_four(p.above + below);
  p.left = inner == 1 ? up_to_four(p.left) : p.left * inner;
  p.count = p.left + strip_width + (inner == 1 ? up_to_four(right) : right * inner) + (plan.length > 0 ? 0 : 8);
  if (p.count > 32 * line_quads) return false;
  p.line = up_to_four(p.count);

  // Along x, windows begin where a lane's first output does, `left` elements into the line.
  const auto taps_of = [&](const Taps& t, int before, int step, float scale) {
    StreamTaps d{};
    d.n = t.size();
    const int offset = before + t.first * step;
    d.skip = plan.length > 0 ? offset : step == 1 ? offset % 4 : 0;
    d.start = offset - d.skip;
    d.identity = t.identity() && scale == 1;
    // SciPy calls taps odd whatever their centre; a weight there needs the plain sum.
    d.odd = t.symmetry == Taps::Symmetry::odd && t.weight[static_cast<std::size_t>(d.n / 2)] == 0;
    for (int i = 0; i < d.n; ++i) d.w[i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]) * scale;
    return d;
  };
  const bool constant = p.borders.x == Border::constant || p.borders.y == Border::constant;
  const auto plane = [&](const Plane& of, const void* data, bool product) {
    StreamPlane s{static_cast<const char*>(data),
                  of.dtype,
                  static_cast<int>(itemsize(of.dtype)),
                  false,
                  false,
                  1,
                  -INFINITY,
                  static_cast<float>(p.borders.cval),
                  product ? static_cast<const float*>(of.times) : nullptr};
    s.direct = of.dtype == DType::float32 && !of.scaling.at_least_minus_one && !product;
    if (s.direct) {
      s.outside = static_cast<float>(p.borders.cval / of.scaling.scale);
      s.fours = inner == 1 && p.g.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(data) % 16 == 0;
    } else {
      s.scale = static_cast<float>(of.scaling.scale);
      s.least = of.scaling.at_least_minus_one ? -1.0f : -INFINITY;
    }
    return s;
  };
  // A factor of its own line, found again when another filter reads it too; -1 when there is no room.
  const auto input_of = [&](const StreamPlane& s) {
    int i = 0;
    while (i < p.inputs && !(p.planes[i].data == s.data && p.planes[i].times == s.times)) ++i;
    if (i == p.inputs && i < K + 1) p.planes[p.inputs++] = s;
    return i < K + 1 ? i : -1;
  };
  std::array<const Filter*, K> made_by{};
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[static_cast<std::size_t>(k)];
    int s = 0;
    while (s < p.rings && !(made_by[s]->input == f.input && made_by[s]->x == f.x)) ++s;
    if (s == p.rings) {
      made_by[s] = &f;
      const Plane& from = bank.inputs[static_cast<std::size_t>(f.input)];
      // Beyond a constant border the product shows cval, and not its square.
      const bool lines =
          products<K, O> && from.times && from.dtype == DType::float32 && (!constant || p.borders.cval == 0);
      const StreamPlane first = plane(from, from.data, from.times && !lines);
      StreamRing& ring = p.ring[p.rings++];
      ring.a = input_of(first);
      ring.b = lines ? input_of(plane(from, from.times, false)) : -1;
      if (ring.a < 0 || (lines && ring.b < 0)) return false;
      ring.x = taps_of(f.x, p.left, inner, first.direct ? static_cast<float>(from.scaling.scale) : 1.0f);
    }
    p.ring_of[k] = s;
    p.y[k] = taps_of(f.y, p.above, 1, 1.0f);
  }
  plan.shared = stream_bytes(K, p.inputs, p.rings, p.reach, p.line);
  return plan.shared <= 220 * 1024;
}

}  // namespace opsin::OPSIN_TARGET::engine
