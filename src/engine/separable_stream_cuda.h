// SPDX-License-Identifier: Apache-2.0
// Float banks on CUDA: a block streams down a strip of 128 columns. A warp brings a row of the strip, with what the
// taps reach beside it, into a line of shared memory (the next row is on its way meanwhile), folds it along x, four
// outputs a lane, and puts the result into a ring of rows; then each thread folds a column of the ring along y, eight
// outputs at a time. The image is read once and written once, a row is folded along x once per strip and band, and each
// value that is read from shared memory serves up to eight sums.
//
// x before y changes no number but for Border::constant, where SciPy's order (y first) matters: see separable_cuda.h.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/fold_cuda.h"
#include "engine/stream_line_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int strip_width = 128;
inline constexpr int stream_threads = 256;
inline constexpr int stream_rows = 16;    // rows a step makes
inline constexpr int column_outputs = 8;  // of one thread and step
inline constexpr int most_stream_taps = 129;
// A tap list in shared memory: room for the alignment of the first tap, and for what a step of four reads past the
// last.
inline constexpr int tap_room = 148;
inline constexpr int lines_ahead = 2;  // rows on their way while a warp folds one

/// Blocks that a multiprocessor holds at least: what the registers are cut to. Taps of a known length live in
/// registers.
HD constexpr int stream_blocks(int filters, int length) {
  return filters == 1 ? (length > 19 ? 3 : 4) : filters <= 3 ? 2 : 1;
}

struct StreamTaps {
  int n;
  int first;
  bool identity, odd;
  float w[most_stream_taps];
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
  int quads;  // elements of a row that a lane brings: at least few_quads
  int line;   // floats of a line in shared memory
  int rings;  // distinct (input, x taps)
  int ring_of[K];
  StreamTaps x[K];        // by ring
  StreamTaps y[K];        // by filter
  StreamPlane inputs[K];  // by ring
  Plane outputs[O];
};

/// 128 outputs of a line's x fold, four a lane.
template <int L>
__device__ __forceinline__ void fold_row(float* to, const float* line, const StreamTaps& taps, const float* weights,
                                         int inner, int lane) {
  if (L > 0 || inner == 1) {
    float acc[4];
    const float4* from = reinterpret_cast<const float4*>(line + 4 * lane);
    const auto at = [&](int i, float(&x)[4]) {
      const float4 v = from[i / 4];
      x[0] = v.x;
      x[1] = v.y;
      x[2] = v.z;
      x[3] = v.w;
    };
    if (L <= 0 && taps.identity) {
      at(0, acc);
    } else {
      fold_windows<4, L>(acc, weights, 0, taps.n, taps.odd, at, [&](int i) { return line[4 * lane + i]; });
    }
    *reinterpret_cast<float4*>(to + 4 * lane) = make_float4(acc[0], acc[1], acc[2], acc[3]);
    return;
  }
  // Neighbouring windows share no elements: a lane takes every 32nd output instead, free of bank conflicts.
  float acc[4] = {0, 0, 0, 0};
  for (int k = 0; k < taps.n; ++k) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const float* from = line + lane + 32 * j;
      const float own = taps.odd ? finite_or_zero(from[taps.n / 2 * inner]) : 0.0f;
      acc[j] = fmaf(weights[k], from[k * inner] - own, acc[j]);
    }
  }
#pragma unroll
  for (int j = 0; j < 4; ++j) to[lane + 32 * j] = acc[j];
}

/// L > 0: all taps have that length, the image has no inner axes, and its columns need no skip.
template <int K, int O, int L, class E>
__global__ void __launch_bounds__(stream_threads, stream_blocks(K, L))
    stream_kernel(const __grid_constant__ StreamParams<K, O> p, const E epilogue) {
  extern __shared__ __align__(16) float stream_memory[];
  const Geometry& g = p.g;
  const int ring_rows = p.reach + 2 * stream_rows;
  const int rings = K == 1 ? 1 : p.rings;
  const int thread = threadIdx.x;
  const int warp = thread / 32;
  const int lane = thread % 32;
  float* const taps = stream_memory;  // [2 K][tap_room]
  constexpr int warps = stream_threads / 32;
  float* const lines = taps + 2 * K * tap_room + warp * (lines_ahead + 1) * p.line;  // [warps][lines_ahead + 1][line]
  int* const columns =
      reinterpret_cast<int*>(taps + 2 * K * tap_room + warps * (lines_ahead + 1) * p.line);  // [rings][line]
  float* const ring = reinterpret_cast<float*>(columns + rings * p.line);  // [rings][ring_rows][strip_width]
  for (int i = thread; i < 2 * K * tap_room; i += stream_threads) {
    const int list = i / tap_room;
    const StreamTaps& t = list < K ? p.x[list] : p.y[list - K];
    const int k = i % tap_room - (list < K ? 0 : (p.above + t.first) & 3);
    taps[i] = k >= 0 && k < t.n ? t.w[k] : 0.0f;
  }
  const int e0 = static_cast<int>(blockIdx.x) * strip_width;
  const int inner = static_cast<int>(g.inner);
  const int length = static_cast<int>(g.row());
  const int height = static_cast<int>(g.height);
  // A strip at the edge of the image looks its columns up: the border's rule is worked out once, not once per row.
  bool inside = true;
  for (int s = 0; s < rings; ++s) {
    const int e_first = e0 + p.x[s].first * inner;
    inside = inside && e_first >= 0 && e_first + 32 * p.quads <= length;
  }
  for (int i = thread; !inside && i < rings * p.line; i += stream_threads) {
    const int s = i / p.line;
    const int c = i % p.line;
    const int e = e0 + p.x[s].first * inner + c;
    columns[i] = e >= 0 && e < length ? e : stream_column(e, static_cast<int>(g.width), inner, p.borders.x);
  }
  __syncthreads();

  const int bands = (p.rows + p.band - 1) / p.band;
  const int column = thread % strip_width;
  const int first = thread / strip_width * column_outputs;  // this thread's rows of a step

  for (std::int64_t block = blockIdx.y; block < g.outer * bands; block += gridDim.y) {
    const std::int64_t outer = block / bands;
    const int y0 = p.first_row + static_cast<int>(block - outer * bands) * p.band;
    const int end = p.first_row + p.rows;
    const int y1 = y0 + p.band < end ? y0 + p.band : end;
    // Row r of the band's ring is row y0 - above + r of the endless image; item r * rings + s is ring s of it.
    const int steps = (y1 - y0 + stream_rows - 1) / stream_rows;
    const int items = (steps * stream_rows + p.reach) * rings;
    const auto start = [&](int item) {
      const int r = rings == 1 ? item : item / rings;
      const int s = rings == 1 ? 0 : item - r * rings;
      const StreamPlane& plane = p.inputs[s];
      const int y = border_index(y0 - p.above + r, height, p.borders.y);
      const char* row = plane.data + (outer * height + y) * static_cast<std::int64_t>(length) * plane.item;
      start_line(lines + item / warps % (lines_ahead + 1) * p.line, plane, y < 0 ? nullptr : row,
                 static_cast<float>(p.borders.cval), e0 + p.x[s].first * inner, p.quads,
                 inside ? nullptr : columns + s * p.line, lane);
    };
    int item = warp;
#pragma unroll
    for (int ahead = 0; ahead < lines_ahead; ++ahead) {
      if (item + ahead * warps < items) start(item + ahead * warps);
      __pipeline_commit();
    }
    int made = 0;       // rows in the ring since the band's start
    int made_slot = 0;  // and the slot of the next
    int base = 0;       // slot of the first row that the step's windows see
    for (int step = 0; step < steps; ++step) {
      const int wanted = (step + 1) * stream_rows + p.reach;
      for (; item < wanted * rings; item += warps) {
        const int r = rings == 1 ? item : item / rings;
        const int s = rings == 1 ? 0 : item - r * rings;
        __pipeline_wait_prior(lines_ahead - 1);
        __syncwarp();  // Every lane's elements are there, and every lane is done with the line that comes next.
        if (item + lines_ahead * warps < items) start(item + lines_ahead * warps);
        __pipeline_commit();
        const float* line = lines + item / warps % (lines_ahead + 1) * p.line;
        int slot = made_slot + r - made;
        if (slot >= ring_rows) slot -= ring_rows;
        fold_row<L>(ring + (s * ring_rows + slot) * strip_width, line, p.x[s], taps + s * tap_room, inner, lane);
      }
      made_slot += wanted - made;
      if (made_slot >= ring_rows) made_slot -= ring_rows;
      made = wanted;
      __syncthreads();  // The ring has a step's rows to spare, so one barrier a step is enough.

      float value[K][column_outputs];
#pragma unroll
      for (int k = 0; k < K; ++k) {
        const StreamTaps& t = p.y[k];
        const float* rows = ring + p.ring_of[k] * ring_rows * strip_width + column;
        // A window's rows come in fours that the ring's end does not cut.
        const int skip = L > 0 ? 0 : (p.above + t.first) & 3;
        int start = base + first + p.above + t.first - skip;
        if (start >= ring_rows) start -= ring_rows;
        int slot = start;
        const auto at = [&](int i, float(&x)[4]) {
          if (i == 0) slot = start;
#pragma unroll
          for (int a = 0; a < 4; ++a) x[a] = rows[(slot + a) * strip_width];
          slot = slot + 4 == ring_rows ? 0 : slot + 4;
        };
        const float* weights = taps + (K + k) * tap_room;
        if (L <= 0 && t.identity && skip == 0) {
#pragma unroll
          for (int j = 0; j < column_outputs; ++j)
            value[k][j] = rows[(start + j >= ring_rows ? start + j - ring_rows : start + j) * strip_width];
        } else {
          fold_windows<column_outputs, L>(value[k], weights, skip, t.n, t.odd, at, [&](int i) {
            const int r = start + i;
            return rows[(r >= ring_rows ? r - ring_rows : r) * strip_width];
          });
        }
      }
      base += stream_rows;
      if (base >= ring_rows) base -= ring_rows;

      const int top = y0 + step * stream_rows + first;
      const int rows_left = y1 - top < column_outputs ? y1 - top : column_outputs;
      const bool mine = e0 + column < length;
      const std::int64_t corner =
          (outer * p.rows + top - p.first_row) * static_cast<std::int64_t>(length) + e0 + column;
      float out[O][column_outputs] = {};
      if constexpr (Accumulates<E>) {
        if (epilogue.accumulate && mine) {
#pragma unroll
          for (int o = 0; o < O; ++o) {
            const float* from = static_cast<const float*>(p.outputs[o].data) + corner;
#pragma unroll
            for (int j = 0; j < column_outputs; ++j, from += length) {
              if (j < rows_left) out[o][j] = *from;
            }
          }
        }
      }
#pragma unroll
      for (int j = 0; j < column_outputs; ++j) {
        float in[K], made_here[O];
#pragma unroll
        for (int k = 0; k < K; ++k) in[k] = value[k][j];
#pragma unroll
        for (int o = 0; o < O; ++o) made_here[o] = out[o][j];
        epilogue(in, made_here);
#pragma unroll
        for (int o = 0; o < O; ++o) out[o][j] = made_here[o];
      }
      if constexpr (FindsPeak<E>) {
        float peak = 0;
#pragma unroll
        for (int j = 0; j < column_outputs; ++j) {
          if (mine && j < rows_left) peak = greater_or_nan(peak, out[E::peak_output][j]);
        }
        raise_peak_warp(p.peak, peak);
      }
      if (mine) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          const Plane& plane = p.outputs[o];
          if (plane.dtype == DType::float32) {
            float* to = static_cast<float*>(plane.data) + corner;
#pragma unroll
            for (int j = 0; j < column_outputs; ++j, to += length) {
              if (j < rows_left) *to = out[o][j];
            }
          } else {
#pragma unroll
            for (int j = 0; j < column_outputs; ++j) {
              if (j >= rows_left) break;
              const std::int64_t at =
                  (corner + static_cast<std::int64_t>(j) * length) * static_cast<std::int64_t>(itemsize(plane.dtype));
              store_one<float>(static_cast<char*>(plane.data) + at, plane.dtype, out[o][j]);
            }
          }
        }
      }
    }
    __syncthreads();  // The next band's first rows overwrite the ring.
  }
}

inline StreamTaps stream_taps(const Taps& t) {
  StreamTaps d{};
  d.n = t.size();
  d.first = t.first;
  d.identity = t.identity();
  // SciPy calls taps odd whatever their centre; a weight there needs the plain sum.
  d.odd = t.symmetry == Taps::Symmetry::odd && t.weight[static_cast<std::size_t>(d.n / 2)] == 0;
  for (int i = 0; i < d.n; ++i) d.w[i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]);
  return d;
}

inline std::size_t stream_bytes(int filters, int rings, int reach, int line) {
  return sizeof(float) *
         static_cast<std::size_t>(2 * filters * tap_room + (stream_threads / 32 * (lines_ahead + 1) + rings) * line +
                                  rings * (reach + 2 * stream_rows) * strip_width);
}

template <int K, int O>
bool fits_stream(const Bank<K, O>& bank) {
  int above = 0, below = 0;
  if (bank.geometry.row() > INT32_MAX - 4096 || bank.geometry.height > INT32_MAX - 4096) return false;
  for (const Filter& f : bank.filters) {
    if (f.y.size() > most_stream_taps || f.x.size() > most_stream_taps) return false;
    if (strip_width + (f.x.size() - 1) * bank.geometry.inner > 32 * line_quads) return false;
    above = std::max(above, f.y.before());
    below = std::max(below, f.y.after());
  }
  return stream_bytes(K, K, (above + below + 3) / 4 * 4, 32 * line_quads + 8) <= 220 * 1024;
}

template <int K, int O, class E>
void run_stream(const Bank<K, O>& bank, const E& epilogue) {
  StreamParams<K, O> p{};
  p.g = bank.geometry;
  p.borders = bank.borders;
  p.first_row = static_cast<int>(bank.first_row);
  p.rows = static_cast<int>(bank.row_count());
  p.peak = static_cast<float*>(bank.peak);
  std::array<Taps, K> ring_taps;
  std::array<int, K> input_of{};
  int below = 0;
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[k];
    int s = 0;
    while (s < p.rings && !(input_of[s] == f.input && ring_taps[s] == f.x)) ++s;
    if (s == p.rings) {
      ring_taps[s] = f.x;
      input_of[s] = f.input;
      p.inputs[s] = stream_plane(bank.inputs[static_cast<std::size_t>(f.input)]);
      p.x[s] = stream_taps(f.x);
      p.quads = std::max(p.quads, static_cast<int>((strip_width + (f.x.size() - 1) * p.g.inner + 31) / 32));
      ++p.rings;
    }
    p.ring_of[k] = s;
    p.y[k] = stream_taps(f.y);
    p.above = std::max(p.above, f.y.before());
    below = std::max(below, f.y.after());
  }
  for (int o = 0; o < O; ++o) p.outputs[o] = bank.outputs[o];
  p.reach = (p.above + below + 3) / 4 * 4;
  p.quads = std::max(p.quads, few_quads);
  p.line = 32 * p.quads + 8;
  const std::size_t shared = stream_bytes(K, p.rings, p.reach, p.line);
  // Bands such that all blocks run at once: long ones make the halo cheap, a second wave would run half empty.
  const auto resident =
      std::min<std::int64_t>(stream_blocks(K, 0), 227 * 1024 / static_cast<std::int64_t>(shared + 1024));
  const std::int64_t strips = (p.g.row() + strip_width - 1) / strip_width;
  const std::int64_t wanted = std::max<std::int64_t>(1, cuda::multiprocessors() * resident / (strips * p.g.outer));
  const std::int64_t band = (p.rows + wanted - 1) / wanted;
  p.band = static_cast<int>(std::min<std::int64_t>((band + stream_rows - 1) / stream_rows * stream_rows, 4096));
  const std::int64_t bands = (p.rows + p.band - 1) / p.band;
  const dim3 grid(static_cast<unsigned>(strips),
                  static_cast<unsigned>(std::min<std::int64_t>(p.g.outer * bands, 65535)));
  const auto all_of_length = [&](int length) {
    bool all = p.g.inner == 1;
    for (int k = 0; k < K; ++k) all = all && !p.y[k].odd && p.y[k].n == length && (p.above + p.y[k].first) % 4 == 0;
    for (int s = 0; s < p.rings; ++s) all = all && !p.x[s].odd && p.x[s].n == length;
    return all;
  };
  auto kernel = stream_kernel < K, O, K == 1 ? 0 : -1, E > ;
  if constexpr (K == 1) {
    // Gaussians of sigma 1, 2 and 4.
    if (all_of_length(9)) kernel = stream_kernel<K, O, 9, E>;
    if (all_of_length(17)) kernel = stream_kernel<K, O, 17, E>;
    if (all_of_length(33)) kernel = stream_kernel<K, O, 33, E>;
  }
  cuda::launch(kernel, grid, dim3(stream_threads), shared, p, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::engine
