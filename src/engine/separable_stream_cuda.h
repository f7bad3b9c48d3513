// SPDX-License-Identifier: Apache-2.0
// Float banks on CUDA: a block streams down a strip of 128 columns. A warp folds a row along x, four outputs a lane,
// straight from global memory (the taps overlap in the L1 cache), into a ring of rows in shared memory; then each thread
// folds a column of the ring along y, eight outputs at a time. A row is folded along x once per strip and band, the image
// is read once and written once, and eight sums share every value read from shared memory.
//
// x before y changes no number but for Border::constant, where SciPy's order (y first) matters: see separable_cuda.h.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int strip_width = 128;
inline constexpr int stream_threads = 256;
inline constexpr int stream_rows = 16;      // rows a step makes
inline constexpr int column_outputs = 8;    // of one thread and step
inline constexpr int most_stream_taps = 129;
// A tap list in shared memory: room for the alignment of the first tap, and for what a step of four reads past the last.
inline constexpr int tap_room = 148;

/// Blocks that a multiprocessor holds at least: what the registers are cut to.
HD constexpr int stream_blocks(int filters) { return filters == 1 ? 4 : filters <= 3 ? 2 : 1; }

struct StreamTaps {
  int n;
  int first;
  bool identity;
  float w[most_stream_taps];
};

/// An input with what its elements need on load. `aligned`: four neighbouring elements can be read as one.
struct StreamPlane {
  const char* data;
  DType dtype;
  int item;  // bytes of an element
  bool aligned, scaled;
  float scale, least;
};

template <int K, int O>
struct StreamParams {
  Geometry g;
  Borders borders;
  int band;                 // rows a block makes
  int above;                // rows of the ring before a step's own
  int reach;                // and before plus after them, a multiple of four
  int rings;                // distinct (input, x taps)
  int ring_of[K];
  int input_of[K];          // by ring
  float sum_of[K];          // of a ring's x taps
  StreamTaps x[K];          // by ring
  StreamTaps y[K];          // by filter
  StreamPlane inputs[K];
  Plane outputs[O];
};

/// acc[j] = sum over the taps of N neighbouring windows. `at(i, x)` delivers the windows' elements i .. i + 3; `taps` is
/// 16-byte aligned shared memory with `skip` zeros before the first tap and zeros after the last.
///
/// The zeros let four elements meet all N sums without a test. They change no finite number; but an infinity or NaN just
/// outside a window turns its sum into NaN. Such sums, and only NaN results can be such, are made again with tests.
template <int N, bool Tested, class At>
__device__ __forceinline__ void fold_windows(float (&acc)[N], const float* taps, int skip, int n, const At& at) {
  float weights[N + 3];
#pragma unroll
  for (int j = 0; j < N; ++j) acc[j] = 0;
#pragma unroll
  for (int t = 0; t < N + 3; ++t) weights[t] = 0;
  const int length = skip + n + N - 1;
#pragma unroll(Tested ? 1 : 2)
  for (int i = 0; i < length; i += 4) {
    const float4 next = *reinterpret_cast<const float4*>(taps + i);
#pragma unroll
    for (int t = 0; t < N - 1; ++t) weights[t] = weights[t + 4];
    weights[N - 1] = next.x;
    weights[N] = next.y;
    weights[N + 1] = next.z;
    weights[N + 2] = next.w;
    float x[4];
    at(i, x);
#pragma unroll
    for (int a = 0; a < 4; ++a) {
#pragma unroll
      for (int j = 0; j < N; ++j) {
        if (!Tested || static_cast<unsigned>(i + a - j - skip) < static_cast<unsigned>(n)) {
          acc[j] = fmaf(weights[a - j + N - 1], x[a], acc[j]);
        }
      }
    }
  }
}

template <int N>
__device__ __forceinline__ bool any_nan(const float (&acc)[N]) {
  bool found = false;
#pragma unroll
  for (int j = 0; j < N; ++j) found = found || acc[j] != acc[j];
  return found;
}

/// A row of an input, and the rule for elements beyond its ends.
struct StreamRow {
  const char* data;
  const StreamPlane& plane;
  const Geometry& g;
  const Borders& borders;

  __device__ __forceinline__ float scaled(float v) const {
    v *= plane.scale;
    return v < plane.least ? plane.least : v;
  }

  __device__ __noinline__ float element(int e) const {
    const int row = static_cast<int>(g.row());
    if (e < 0 || e >= row) {
      const int inner = static_cast<int>(g.inner);
      const int column = (e >= 0 ? e : e - (inner - 1)) / inner;  // floor
      const auto from = static_cast<int>(border_index(column, g.width, borders.x));
      if (from < 0) return static_cast<float>(borders.cval);
      e = from * inner + (e - column * inner);
    }
    const char* at = data + static_cast<std::int64_t>(e) * plane.item;
    const float v = plane.dtype == DType::float32 ? *reinterpret_cast<const float*>(at) : load_one<float>(at, plane.dtype);
    return scaled(v);
  }

  /// Elements e .. e + 3; `Aligned` promises that e is a multiple of four.
  template <bool Aligned>
  __device__ __forceinline__ void four(float (&x)[4], int e) const {
    if (Aligned && plane.aligned && e >= 0 && e + 4 <= static_cast<int>(g.row())) {
      if (plane.dtype == DType::float32) {
        const float4 v = *reinterpret_cast<const float4*>(data + static_cast<std::int64_t>(e) * 4);
        x[0] = v.x;
        x[1] = v.y;
        x[2] = v.z;
        x[3] = v.w;
      } else if (plane.dtype == DType::uint8) {
        const uchar4 v = *reinterpret_cast<const uchar4*>(data + e);
        x[0] = v.x;
        x[1] = v.y;
        x[2] = v.z;
        x[3] = v.w;
      } else {
        const ushort4 v = *reinterpret_cast<const ushort4*>(data + static_cast<std::int64_t>(e) * 2);
        x[0] = v.x;
        x[1] = v.y;
        x[2] = v.z;
        x[3] = v.w;
      }
      if (plane.scaled) {
#pragma unroll
        for (int a = 0; a < 4; ++a) x[a] = scaled(x[a]);
      }
    } else if (plane.dtype == DType::float32 && e >= 0 && e + 4 <= static_cast<int>(g.row())) {
      const float* at = reinterpret_cast<const float*>(data) + e;
#pragma unroll
      for (int a = 0; a < 4; ++a) x[a] = at[a];
    } else {
#pragma unroll
      for (int a = 0; a < 4; ++a) x[a] = element(e + a);
    }
  }
};

/// One row of one ring: 128 outputs of the x fold, four a lane.
__device__ __forceinline__ void stream_row(float* to, const StreamRow& row, int e0, const StreamTaps& taps,
                                           const float* weights, int lane) {
  const int e = e0 + 4 * lane;
  float acc[4];
  // The windows start at a multiple of four: `skip` elements early.
  const int skip = taps.first & 3;
  if (taps.identity) {
    row.four<true>(acc, e);
  } else if (row.g.inner == 1) {
    const auto at = [&](int i, float (&x)[4]) { row.four<true>(x, e + taps.first - skip + i); };
    fold_windows<4, false>(acc, weights, skip, taps.n, at);
    if (any_nan(acc)) fold_windows<4, true>(acc, weights, skip, taps.n, at);
  } else {
#pragma unroll
    for (int j = 0; j < 4; ++j) acc[j] = 0;
    for (int k = 0; k < taps.n; ++k) {
      float x[4];
      row.four<false>(x, e + (taps.first + k) * static_cast<int>(row.g.inner));
#pragma unroll
      for (int j = 0; j < 4; ++j) acc[j] = fmaf(weights[skip + k], x[j], acc[j]);
    }
  }
  *reinterpret_cast<float4*>(to + 4 * lane) = make_float4(acc[0], acc[1], acc[2], acc[3]);
}

template <int K, int O, class E>
__global__ void __launch_bounds__(stream_threads, stream_blocks(K))
    stream_kernel(const __grid_constant__ StreamParams<K, O> p, const E epilogue) {
  extern __shared__ __align__(16) float stream_memory[];
  const Geometry& g = p.g;
  const int ring_rows = p.reach + 2 * stream_rows;
  float* const taps = stream_memory;                                  // [2 K][tap_room]
  float* const ring = stream_memory + 2 * K * tap_room;               // [rings][ring_rows][strip_width]
  const int thread = threadIdx.x;
  for (int i = thread; i < 2 * K * tap_room; i += stream_threads) {
    const int list = i / tap_room;
    const StreamTaps& t = list < K ? p.x[list] : p.y[list - K];
    const int k = i % tap_room - (list < K ? t.first & 3 : (p.above + t.first) & 3);
    taps[i] = k >= 0 && k < t.n ? t.w[k] : 0.0f;
  }
  __syncthreads();

  const int e0 = static_cast<int>(blockIdx.x) * strip_width;
  const std::int64_t bands = (g.height + p.band - 1) / p.band;
  const int warp = thread / 32;
  const int lane = thread % 32;
  const int column = thread % strip_width;
  const int first = thread / strip_width * column_outputs;  // this thread's rows of a step

  for (std::int64_t block = blockIdx.y; block < g.outer * bands; block += gridDim.y) {
    const std::int64_t outer = block / bands;
    const std::int64_t y0 = (block - outer * bands) * p.band;
    const std::int64_t y1 = y0 + p.band < g.height ? y0 + p.band : g.height;
    // Row v of the endless image stands in slot (v - (y0 - above)) mod ring_rows.
    int made = 0;  // rows in the ring since the band's start
    int base = 0;  // slot of the step's first row, `above` early
    for (std::int64_t y = y0; y < y1; y += stream_rows) {
      const int wanted = static_cast<int>(y - y0) + stream_rows + p.reach;
      for (int item = made * p.rings + warp; item < wanted * p.rings; item += stream_threads / 32) {
        const int r = p.rings == 1 ? item : item / p.rings;
        const int s = item - r * p.rings;
        float* to = ring + (s * ring_rows + r % ring_rows) * strip_width;
        const std::int64_t row = border_index(y0 - p.above + r, g.height, p.borders.y);
        if (row < 0) {
          const float v = static_cast<float>(p.borders.cval) * p.sum_of[s];
          *reinterpret_cast<float4*>(to + 4 * lane) = make_float4(v, v, v, v);
        } else {
          const StreamPlane& plane = p.inputs[p.input_of[s]];
          const StreamRow source{plane.data + (outer * g.height + row) * g.row() * plane.item, plane, g, p.borders};
          stream_row(to, source, e0, p.x[s], taps + s * tap_room, lane);
        }
      }
      made = wanted;
      __syncthreads();  // The ring has a step's rows to spare, so one barrier a step is enough.

      float value[K][column_outputs];
#pragma unroll
      for (int k = 0; k < K; ++k) {
        const StreamTaps& t = p.y[k];
        const float* rows = ring + p.ring_of[k] * ring_rows * strip_width + column;
        // A window's rows come in fours that the ring's end does not cut.
        const int skip = (p.above + t.first) & 3;
        int start = base + first + p.above + t.first - skip;
        if (start >= ring_rows) start -= ring_rows;
        int slot = start;
        const auto at = [&](int i, float (&x)[4]) {
          if (i == 0) slot = start;
#pragma unroll
          for (int a = 0; a < 4; ++a) x[a] = rows[(slot + a) * strip_width];
          slot = slot + 4 == ring_rows ? 0 : slot + 4;
        };
        const float* weights = taps + (K + k) * tap_room;
        fold_windows<column_outputs, false>(value[k], weights, skip, t.n, at);
        if (any_nan(value[k])) fold_windows<column_outputs, true>(value[k], weights, skip, t.n, at);
      }
      base += stream_rows;
      if (base >= ring_rows) base -= ring_rows;

      const std::int64_t top = y + first;
      const std::int64_t corner = (outer * g.height + top) * g.row() + e0 + column;
      if (e0 + column < g.row()) {
#pragma unroll
        for (int j = 0; j < column_outputs; ++j) {
          if (top + j >= y1) break;
          float in[K], out[O];
#pragma unroll
          for (int k = 0; k < K; ++k) in[k] = value[k][j];
          epilogue(in, out);
          const std::int64_t i = corner + j * g.row();
#pragma unroll
          for (int o = 0; o < O; ++o) {
            const Plane& plane = p.outputs[o];
            if (plane.dtype == DType::float32) {
              static_cast<float*>(plane.data)[i] = out[o];
            } else {
              store_one<float>(static_cast<char*>(plane.data) + i * static_cast<std::int64_t>(itemsize(plane.dtype)),
                               plane.dtype, out[o]);
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
  for (int i = 0; i < d.n; ++i) d.w[i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]);
  return d;
}

inline StreamPlane stream_plane(const Plane& p, const Geometry& g) {
  const std::size_t four = 4 * itemsize(p.dtype);
  const bool quick = p.dtype == DType::float32 || p.dtype == DType::uint8 || p.dtype == DType::uint16;
  return {static_cast<const char*>(p.data),
          p.dtype,
          static_cast<int>(itemsize(p.dtype)),
          quick && g.row() % 4 == 0 && reinterpret_cast<std::uintptr_t>(p.data) % four == 0,
          !p.scaling.identity(),
          static_cast<float>(p.scaling.scale),
          p.scaling.at_least_minus_one ? -1.0f : -INFINITY};
}

template <int K, int O>
bool fits_stream(const Bank<K, O>& bank) {
  int above = 0, below = 0;
  if (bank.geometry.row() > INT32_MAX - 4096) return false;
  for (const Filter& f : bank.filters) {
    if (f.y.size() > most_stream_taps || f.x.size() > most_stream_taps) return false;
    above = std::max(above, f.y.before());
    below = std::max(below, f.y.after());
  }
  return (K * (above + below + 4 + 2 * stream_rows) * strip_width + 2 * K * tap_room) * sizeof(float) <= 200 * 1024;
}

template <int K, int O, class E>
void run_stream(const Bank<K, O>& bank, const E& epilogue) {
  StreamParams<K, O> p{};
  p.g = bank.geometry;
  p.borders = bank.borders;
  std::array<Taps, K> ring_taps;
  int below = 0;
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[k];
    int s = 0;
    while (s < p.rings && !(p.input_of[s] == f.input && ring_taps[s] == f.x)) ++s;
    if (s == p.rings) {
      ring_taps[s] = f.x;
      p.input_of[s] = f.input;
      p.x[s] = stream_taps(f.x);
      p.sum_of[s] = static_cast<float>(f.x.sum());
      ++p.rings;
    }
    p.ring_of[k] = s;
    p.y[k] = stream_taps(f.y);
    p.above = std::max(p.above, f.y.before());
    below = std::max(below, f.y.after());
    p.inputs[f.input] = stream_plane(bank.inputs[static_cast<std::size_t>(f.input)], p.g);
  }
  for (int o = 0; o < O; ++o) p.outputs[o] = bank.outputs[o];
  p.reach = (p.above + below + 3) / 4 * 4;
  const std::size_t shared = sizeof(float) * static_cast<std::size_t>(
                                                 2 * K * tap_room + p.rings * (p.reach + 2 * stream_rows) * strip_width);
  // Bands such that all blocks run at once: long ones make the halo cheap, a second wave would run half empty.
  const auto resident = std::min<std::int64_t>(stream_blocks(K), 227 * 1024 / static_cast<std::int64_t>(shared + 1024));
  const std::int64_t strips = (p.g.row() + strip_width - 1) / strip_width;
  const std::int64_t wanted = std::max<std::int64_t>(1, cuda::multiprocessors() * resident / (strips * p.g.outer));
  const std::int64_t band = (p.g.height + wanted - 1) / wanted;
  p.band = static_cast<int>(std::min<std::int64_t>((band + stream_rows - 1) / stream_rows * stream_rows, 4096));
  const std::int64_t bands = (p.g.height + p.band - 1) / p.band;
  const dim3 grid(static_cast<unsigned>(strips), static_cast<unsigned>(std::min<std::int64_t>(p.g.outer * bands, 65535)));
  cuda::launch(stream_kernel<K, O, E>, grid, dim3(stream_threads), shared, p, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::engine
