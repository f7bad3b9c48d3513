// SPDX-License-Identifier: Apache-2.0
// Float banks on CUDA whose taps are too long for separable_column_cuda.h: a block streams down a strip of 128 columns.
// A warp brings a row of the strip, with what the taps reach beside it, into lines of shared memory, one for each image
// that the bank reads (the next row is on its way meanwhile); it folds them along x, four outputs a lane, and puts each
// result into a ring of rows; then each thread folds a column of the rings along y, eight outputs at a time. The images
// are read once and the outputs written once, a row is folded along x once per strip and band, and each value that is
// read from shared memory serves up to eight sums. A product of two images is formed where it is folded.
//
// x before y changes no number but for Border::constant, where SciPy's order (y first) matters: see separable_cuda.h.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/fold_cuda.h"
#include "engine/stream_plan_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The kernel's shared memory. Windows hold places in it and no pointers: those would take 64-bit arithmetic.
__device__ __forceinline__ float* stream_memory() {
  extern __shared__ __align__(16) float stream_shared[];
  return stream_shared;
}

/// Neighbouring elements of a line in shared memory, from a 16-byte aligned one on; with Products those of two lines,
/// multiplied.
template <bool Products>
struct LineWindow {
  int a;
  int b;  // negative: no product

  __device__ __forceinline__ void four(int i, float (&x)[4]) const {
    const float4 v = *reinterpret_cast<const float4*>(stream_memory() + a + i);
    x[0] = v.x;
    x[1] = v.y;
    x[2] = v.z;
    x[3] = v.w;
    if (Products && b >= 0) {
      const float4 w = *reinterpret_cast<const float4*>(stream_memory() + b + i);
      x[0] *= w.x;
      x[1] *= w.y;
      x[2] *= w.z;
      x[3] *= w.w;
    }
  }
  __device__ __forceinline__ float one(int i) const {
    const float x = stream_memory()[a + i];
    return Products && b >= 0 ? x * stream_memory()[b + i] : x;
  }
};

/// A column of the ring from slot `start` on. Rows come in fours that the ring's end does not cut.
struct ColumnWindow {
  int rows;
  int start;
  int slots;
  int next;

  __device__ __forceinline__ void four(int i, float (&x)[4]) {
    if (i == 0) next = start;
#pragma unroll
    for (int a = 0; a < 4; ++a) x[a] = stream_memory()[rows + (next + a) * strip_width];
    next = next + 4 == slots ? 0 : next + 4;
  }
  __device__ __forceinline__ float one(int i) const {
    const int slot = start + i;
    return stream_memory()[rows + (slot >= slots ? slot - slots : slot) * strip_width];
  }
};

/// 128 outputs of a line's x fold, four a lane. The window is that of the lane's first output.
template <int K, class Window>
__device__ __forceinline__ void fold_row(float* to, const StreamTaps& taps, const float* weights, int inner, int lane,
                                         Window window) {
  if (inner == 1) {
    float acc[4];
    if (taps.identity) {
      window.four(taps.fold.skip, acc);  // The skip is a multiple of four, since `left` is.
    } else {
      fold_windows<K, 4>(acc, weights, taps.fold, window);
    }
    *reinterpret_cast<float4*>(to + 4 * lane) = make_float4(acc[0], acc[1], acc[2], acc[3]);
    return;
  }
  // Neighbouring windows share no elements: a lane takes every 32nd output instead, free of bank conflicts.
  float acc[4] = {0, 0, 0, 0};
  for (int k = 0; k < taps.fold.n; ++k) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const int from = 32 * j - 3 * lane;  // The window begins at the lane's four neighbouring outputs.
      const float own = taps.fold.odd ? finite_or_zero(window.one(from + taps.fold.n / 2 * inner)) : 0.0f;
      acc[j] = fmaf(weights[k], window.one(from + k * inner) - own, acc[j]);
    }
  }
#pragma unroll
  for (int j = 0; j < 4; ++j) to[lane + 32 * j] = acc[j];
}

template <int K, int O, class E>
__global__ void __launch_bounds__(stream_threads, stream_blocks(K))
    stream_kernel(const __grid_constant__ StreamParams<K, O> p, const E epilogue) {
  const Geometry& g = p.g;
  const int ring_rows = p.reach + 2 * stream_rows;
  const int rings = K == 1 ? 1 : p.rings;
  const int inputs = K == 1 ? 1 : p.inputs;
  const int buffers = lines_ahead(inputs) + 1;
  const int thread = threadIdx.x;
  const int warp = thread / 32;
  const int lane = thread % 32;
  // Shared memory: [2 K][tap_room] taps, [warps][buffers][inputs][line], [line] columns,
  // [rings][ring_rows][strip_width].
  float* const taps = stream_memory();
  const int all_lines = 2 * K * tap_room;
  const int lines = all_lines + warp * buffers * inputs * p.line;
  const int ring = all_lines + (stream_warps * buffers * inputs + 1) * p.line;
  int* const columns = reinterpret_cast<int*>(stream_memory() + ring - p.line);
  for (int i = thread; i < 2 * K * tap_room; i += stream_threads) {
    const int list = i / tap_room;
    const StreamTaps& t = list < K ? p.ring[list].x : p.y[list - K];
    const int k = i % tap_room - t.fold.skip;
    taps[i] = k >= 0 && k < t.fold.n ? t.w[k] : 0.0f;
  }
  const int e0 = static_cast<int>(blockIdx.x) * strip_width;
  const int e_first = e0 - p.left;
  const int inner = static_cast<int>(g.inner);
  const int length = static_cast<int>(g.row());
  const int height = static_cast<int>(g.height);
  // A strip at the edge of the image looks its columns up: the border's rule is worked out once, not once per row.
  const bool inside = e_first >= 0 && e_first + p.count <= length;
  for (int i = thread; !inside && i < p.line; i += stream_threads) {
    const int e = e_first + i;
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
    // Row r of the band's ring is row y0 - above + r of the endless image.
    const int steps = (y1 - y0 + stream_rows - 1) / stream_rows;
    const int band_rows = steps * stream_rows + p.reach;
    int buffer = 0;                                       // that the next row goes to
    const std::int64_t image = outer * height * g.row();  // elements before this image
    const auto start = [&](int r) {
      const int y = border_index(y0 - p.above + r, height, p.borders.y);
      float* to = stream_memory() + lines + buffer * inputs * p.line;
      buffer = buffer + 1 == buffers ? 0 : buffer + 1;
      for (int i = 0; i < inputs; ++i, to += p.line) {
        const StreamPlane& plane = p.planes[i];
        const char* row = plane.data + (image + static_cast<std::int64_t>(y) * length) * plane.item;
        start_line(to, plane, y < 0 ? nullptr : row, e_first, p.count, inside, [&](int i) { return columns[i]; }, lane);
      }
    };
    int row = warp;      // that this warp folds next
    int row_buffer = 0;  // where that row is
#pragma unroll 1
    for (int ahead = 0; ahead + 1 < buffers; ++ahead) {
      if (row + ahead * stream_warps < band_rows) start(row + ahead * stream_warps);
      __pipeline_commit();
    }
    int made = 0;       // rows in the ring since the band's start
    int made_slot = 0;  // and the slot of the next
    int base = 0;       // slot of the first row that the step's windows see
    for (int step = 0; step < steps; ++step) {
      const int wanted = (step + 1) * stream_rows + p.reach;
#pragma unroll 1
      for (; row < wanted; row += stream_warps) {
        if (buffers == 3) {
          __pipeline_wait_prior(1);
        } else {
          __pipeline_wait_prior(0);
        }
        __syncwarp();  // Every lane's elements are there, and every lane is done with the line that comes next.
        if (const int next = row + (buffers - 1) * stream_warps; next < band_rows) start(next);
        __pipeline_commit();
        const int at = lines + row_buffer * inputs * p.line + 4 * lane;
        row_buffer = row_buffer + 1 == buffers ? 0 : row_buffer + 1;
        int slot = made_slot + row - made;
        if (slot >= ring_rows) slot -= ring_rows;
        float* to = stream_memory() + ring + slot * strip_width;
#pragma unroll 1
        for (int s = 0; s < rings; ++s, to += ring_rows * strip_width) {
          const StreamRing& r = p.ring[s];
          const int b = products<K, O> && r.b >= 0 ? at + r.b * p.line + r.x.start : -1;
          fold_row<K>(to, r.x, taps + s * tap_room, inner, lane,
                      LineWindow<products<K, O>>{at + r.a * p.line + r.x.start, b});
        }
      }
      made_slot += wanted - made;
      if (made_slot >= ring_rows) made_slot -= ring_rows;
      made = wanted;
      __syncthreads();  // The ring has a step's rows to spare, so one barrier a step is enough.

      float value[K][column_outputs];
#pragma unroll
      for (int k = 0; k < K; ++k) {
        const StreamTaps& t = p.y[k];
        int at = base + first + t.start;
        if (at >= ring_rows) at -= ring_rows;
        const ColumnWindow window{ring + p.ring_of[k] * ring_rows * strip_width + column, at, ring_rows, at};
        if (t.identity) {
#pragma unroll
          for (int j = 0; j < column_outputs; ++j) value[k][j] = window.one(t.fold.skip + j);
        } else {
          fold_windows<K, column_outputs>(value[k], taps + (K + k) * tap_room, t.fold, window);
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
            if (p.outputs[o].data == nullptr) continue;
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
        if (p.peak != nullptr) raise_peak_warp(p.peak, peak);
      }
      if (mine) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          const Plane& plane = p.outputs[o];
          if (plane.data == nullptr) continue;
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

template <int K, int O, class E>
void run_stream(StreamPlan<K, O>& plan, const E& epilogue) {
  StreamParams<K, O>& p = plan.p;
  // Bands such that all blocks run at once: long ones make the halo cheap, a second wave would run half empty.
  const auto resident =
      std::min<std::int64_t>(stream_blocks(K), 227 * 1024 / static_cast<std::int64_t>(plan.shared + 1024));
  const std::int64_t strips = (p.g.row() + strip_width - 1) / strip_width;
  const std::int64_t wanted = std::max<std::int64_t>(1, cuda::multiprocessors() * resident / (strips * p.g.outer));
  const std::int64_t band = (p.rows + wanted - 1) / wanted;
  p.band = static_cast<int>(std::min<std::int64_t>((band + stream_rows - 1) / stream_rows * stream_rows, 4096));
  const std::int64_t bands = (p.rows + p.band - 1) / p.band;
  const dim3 grid(static_cast<unsigned>(strips),
                  static_cast<unsigned>(std::min<std::int64_t>(p.g.outer * bands, 65535)));
  cuda::launch(stream_kernel<K, O, E>, grid, dim3(stream_threads), plan.shared, p, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::engine
