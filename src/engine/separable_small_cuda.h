// SPDX-License-Identifier: Apache-2.0
// Float banks over small images on CUDA. A warp of the column kernel folds all rows that its taps reach by itself: with
// few rows for each warp, most of its work is work that its neighbours do too. Here a block of sixteen warps shares a
// tile of 32 columns: it brings the tile with what the taps reach around it into shared memory, folds its rows along x,
// then the columns of those along y, and hands the sums to the epilogue. What a bank is (taps, images, kinds) is known
// when the kernel runs: one kernel for each epilogue, short enough to be fetched in less time than it takes.
//
// Taps go in pairs from the outermost on, eight neighbouring sums at a time, so that an element that is read serves up
// to eight of them. No list is padded: an infinity or NaN meets true taps only. Mirrored elements give mirrored sums to
// the bit, so that what cancels beyond the edges of an image lower than the taps does cancel.
//
// x before y changes no number but for Border::constant, where SciPy's order (y first) matters: see separable_cuda.h.
#pragma once

#include "core/cuda/copy_async.h"
#include "core/cuda/launch.h"
#include "engine/small_plan_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The kernel's shared memory. Places in it are indices: pointers would take 64-bit arithmetic.
__device__ __forceinline__ float* small_memory() {
  extern __shared__ __align__(16) float small_shared[];
  return small_shared;
}

/// sum[j] = the taps' sum around element j of a line: those lie Step apart, the first one at `at`. Elements are
/// multiplied with those of the line at `b` if Product.
template <int Step, bool Product>
__device__ __forceinline__ void fold_in_pairs(float (&sum)[small_outputs], int at, int b, int taps, int reach,
                                              bool odd) {
  constexpr int N = small_outputs;
  const auto element = [&](int i) {
    const float x = small_memory()[at + i * Step];
    return Product ? x * small_memory()[b + i * Step] : x;
  };
  // Tap k of sum j meets elements j - reach + k and j + reach - k; of four taps, left[j + t] and right[j + 3 - t].
  float left[N + 3], right[N + 3], other[N] = {};
#pragma unroll
  for (int j = 0; j < N; ++j) sum[j] = 0;
#pragma unroll
  for (int i = 0; i < N - 1; ++i) {
    left[i] = element(i - reach);
    right[i + 4] = element(i + 1 + reach);
  }
  const auto meet = [&]<int T>(const float(&w)[T]) {
    if (odd) {
      // Differences, so that the derivative of a constant is zero and not rounding noise.
#pragma unroll
      for (int t = 0; t < T; ++t) {
#pragma unroll
        for (int j = 0; j < N; ++j) sum[j] = fmaf(w[t], left[j + t] - right[j + 3 - t], sum[j]);
      }
    } else {
#pragma unroll
      for (int t = 0; t < T; ++t) {
#pragma unroll
        for (int j = 0; j < N; ++j) {
          sum[j] = fmaf(w[t], left[j + t], sum[j]);
          other[j] = fmaf(w[t], right[j + 3 - t], other[j]);
        }
      }
    }
  };
  int k = 0;
#pragma unroll 1
  for (; k + 4 <= reach; k += 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      left[N - 1 + i] = element(N - 1 + i - reach + k);
      right[i] = element(i - 3 + reach - k);
    }
    const float4 w = *reinterpret_cast<const float4*>(small_memory() + taps + k);
    meet({w.x, w.y, w.z, w.w});
#pragma unroll
    for (int i = 0; i < N - 1; ++i) {
      left[i] = left[i + 4];
      right[N + 2 - i] = right[N - 2 - i];
    }
  }
#pragma unroll 1
  for (; k < reach; ++k) {
    left[N - 1] = element(N - 1 - reach + k);
    right[3] = element(reach - k);
    meet({small_memory()[taps + k]});
#pragma unroll
    for (int i = 0; i < N - 1; ++i) {
      left[i] = left[i + 1];
      right[N + 2 - i] = right[N + 1 - i];
    }
  }
  left[N - 1] = element(N - 1);
  const float w = small_memory()[taps + reach];
  // The centre of odd taps is zero, but zero times infinity is not.
#pragma unroll
  for (int j = 0; j < N; ++j) sum[j] = fmaf(w, left[j], sum[j] + other[j]);
}

/// Where the rows of a tile lie in an image, in elements; `no_row` where a constant border shows.
__device__ __forceinline__ const unsigned* small_rows(int at) {
  return reinterpret_cast<const unsigned*>(small_memory()) + at;
}

/// Brings a column of a tile, of elements that need a conversion. Four at a time, since each is waited for.
template <class Load>
__device__ __forceinline__ void bring_converted(const StreamPlane& plane, int to, int pitch, int rows, int count,
                                                std::int64_t column, bool outside, int warp, const Load& load) {
#pragma unroll 1
  for (int first = warp; first < count; first += 4 * small_warps) {
    float x[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int r = first + i * small_warps;
      const unsigned row = r < count && !outside ? small_rows(rows)[r] : no_row;
      x[i] = plane.outside;
      if (row != no_row) {
        const std::int64_t e = column + row;
        x[i] = load(e) * plane.scale;
        x[i] = x[i] < plane.least ? plane.least : x[i];
        if (plane.times != nullptr) x[i] *= plane.times[e];
      }
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      if (const int r = first + i * small_warps; r < count) small_memory()[to + r * pitch] = x[i];
    }
  }
}

/// Brings column `column` (in elements, of the image's first row) into a column of a tile, each warp its rows;
/// `outside` where a constant border shows.
template <class Params>
__device__ __forceinline__ void bring_column(const Params& p, const StreamPlane& plane, int to, int rows,
                                             std::int64_t column, bool outside, int warp) {
  if (plane.direct) {
    const float* from = reinterpret_cast<const float*>(plane.data) + column;
    asm volatile("" : "+l"(from));  // Otherwise `column` is added anew for each row.
    const unsigned* const row = small_rows(rows + warp);
    const auto address = static_cast<unsigned>(__cvta_generic_to_shared(small_memory() + to + warp * p.pitch));
    if (p.borders.x != Border::constant && p.borders.y != Border::constant) {
#pragma unroll
      for (int i = 0; i < most_brought_rows / small_warps; ++i) {
        if (warp + i * small_warps >= p.brought_rows) return;
        cuda::copy_async<4>(address + 4 * small_warps * i * p.pitch, from + row[i * small_warps]);
      }
      return;
    }
#pragma unroll 1
    for (int i = 0; warp + i < p.brought_rows; i += small_warps) {
      if (outside || row[i] == no_row) {
        small_memory()[to + (warp + i) * p.pitch] = plane.outside;
      } else {
        cuda::copy_async<4>(address + 4 * i * p.pitch, from + row[i]);
      }
    }
    return;
  }
  const auto bring = [&](const auto& load) {
    bring_converted(plane, to, p.pitch, rows, p.brought_rows, column, outside, warp, load);
  };
  if (plane.dtype == DType::uint8) {
    bring([&](std::int64_t e) -> float { return reinterpret_cast<const std::uint8_t*>(plane.data)[e]; });
  } else if (plane.dtype == DType::uint16) {
    bring([&](std::int64_t e) -> float { return reinterpret_cast<const std::uint16_t*>(plane.data)[e]; });
  } else {
    bring([&](std::int64_t e) { return load_one<float>(plane.data + e * plane.item, plane.dtype); });
  }
}

/// The images that a bank reads, as what a tile's lines are made of.
struct SmallImages {
  template <class Params>
  static __device__ __forceinline__ void prepare(const Params&, int, int, int, int) {}

  /// Brings a tile of each. `image`: elements before those that are read; `first`: column of the tile's first output.
  template <class Params>
  static __device__ __forceinline__ void bring(const Params& p, int rows, int, std::int64_t image, int first,
                                               int thread) {
    for (int c = thread % 32; c < p.count; c += 32) {
      const int from = stream_column(first - p.left + c, p.width, 1, p.borders.x);
#pragma unroll 1
      for (int i = 0; i < p.lines; ++i) {
        bring_column(p, p.planes[i], p.sums_at + i * p.brought_rows * p.pitch + c, rows, image + from, from < 0,
                     thread / 32);
      }
    }
  }
};

/// Lines: what brings a tile's lines, given the places of the tile's rows and of room for its own use.
template <int K, int O, class E, class Lines>
__global__ void __launch_bounds__(small_threads)
    small_kernel(const __grid_constant__ SmallParams<K, O> p, const E epilogue) {
  const int thread = threadIdx.x;
  const int warp = thread / 32;
  const int lane = thread % 32;
  const int width = p.width;
  const int brought = p.brought_rows;
  const int first = static_cast<int>(blockIdx.x) * small_columns;
  const int top = static_cast<int>(blockIdx.y) * p.tile_rows;  // among the rows that are made
  const std::int64_t outer = blockIdx.z;
  const int here = p.rows - top < p.tile_rows ? p.rows - top : p.tile_rows;
  const int e = first + lane;
  const std::int64_t corner = (outer * p.rows + top) * width + e;
  // Shared memory: [2 K][small_tap_room] taps, [brought] rows, [folds][brought][small_pitch], then
  // [lines][brought][pitch] and, once those are folded, [K][tile_rows][small_pitch] in their place; last
  // [O][tile_rows][32] of what the outputs hold.
  constexpr int rows_at = 2 * K * small_tap_room;
  const int folds_at = rows_at + brought;
#pragma unroll 1
  for (int i = thread; i < rows_at; i += small_threads) {
    const int list = i / small_tap_room;
    const int k = i % small_tap_room;
    const SmallTaps& t = list < K ? p.x[list].x : p.y[list - K];
    if (k <= t.reach) small_memory()[i] = t.w[k];
  }
  static_assert(most_brought_rows <= small_threads);
  if (thread < brought) {
    const int y = stream_row(p.first_row + top - p.above + thread, p.height, p.borders.y);
    const unsigned row = y < 0 ? no_row : static_cast<unsigned>(y) * static_cast<unsigned>(width);
    reinterpret_cast<unsigned*>(small_memory())[rows_at + thread] = row;
  }
  Lines::prepare(p, folds_at, first, top, thread);
  __syncthreads();

  Lines::bring(p, rows_at, folds_at, outer * p.height * width, first, thread);
  if constexpr (Accumulates<E>) {
    if (epilogue.accumulate && e < width) {
      const auto to = static_cast<unsigned>(__cvta_generic_to_shared(small_memory() + p.before_at));
#pragma unroll 1
      for (int o = 0; o < O; ++o) {
        const auto* from = static_cast<const float*>(p.outputs[o].data);
        for (int r = warp; r < here && from != nullptr; r += small_warps) {
          cuda::copy_async<4>(to + 4 * ((o * p.tile_rows + r) * 32 + lane),
                              from + corner + static_cast<std::int64_t>(r) * width);
        }
      }
    }
  }
  __pipeline_commit();
  __pipeline_wait_prior(0);
  __syncthreads();

  // Along x, lanes on neighbouring rows.
  constexpr int groups = small_columns / small_outputs;
  for (int i = thread; i < p.folds * groups * brought; i += small_threads) {
    const int item = static_cast<int>(__umulhi(static_cast<unsigned>(i), p.rows_inverse));  // i / brought
    const int r = i - item * brought;
    const int s = item / groups;
    const int column = item % groups * small_outputs;
    const SmallRows& rows = p.x[s];
    const int at = p.sums_at + r * p.pitch + p.left + column;
    const int a = at + rows.a * brought * p.pitch;
    const int b = at + rows.b * brought * p.pitch;
    float sum[small_outputs];
    if (small_products<K, O> && rows.b >= 0) {
      fold_in_pairs<1, small_products<K, O>>(sum, a, b, s * small_tap_room, rows.x.reach, rows.x.odd);
    } else {
      fold_in_pairs<1, false>(sum, a, b, s * small_tap_room, rows.x.reach, rows.x.odd);
    }
    const int to = folds_at + (s * brought + r) * small_pitch + column;
#pragma unroll
    for (int j = 0; j < small_outputs; ++j) small_memory()[to + j] = sum[j];
  }
  __syncthreads();

  // Along y, lanes on neighbouring columns.
  for (int i = warp; i < K << p.group_shift; i += small_warps) {
    const int k = i >> p.group_shift;
    const int row = (i - (k << p.group_shift)) * small_outputs;
    const int at = folds_at + (p.fold_of[k] * brought + p.above + row) * small_pitch + lane;
    float sum[small_outputs];
    fold_in_pairs<small_pitch, false>(sum, at, 0, (K + k) * small_tap_room, p.y[k].reach, p.y[k].odd);
    const int to = p.sums_at + (k * p.tile_rows + row) * small_pitch + lane;
#pragma unroll
    for (int j = 0; j < small_outputs; ++j) small_memory()[to + j * small_pitch] = sum[j];
  }
  __syncthreads();

  float peak = 0;
#pragma unroll 1
  for (int r = warp; r < here; r += small_warps) {
    float in[K], out[O] = {};
#pragma unroll
    for (int k = 0; k < K; ++k) in[k] = small_memory()[p.sums_at + (k * p.tile_rows + r) * small_pitch + lane];
    if constexpr (Accumulates<E>) {
      if (epilogue.accumulate && e < width) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          if (p.outputs[o].data != nullptr) out[o] = small_memory()[p.before_at + (o * p.tile_rows + r) * 32 + lane];
        }
      }
    }
    epilogue(in, out);
    if (e >= width) continue;
    if constexpr (FindsPeak<E>) peak = max_nan(peak, out[E::peak_output]);
    const std::int64_t element = corner + static_cast<std::int64_t>(r) * width;
#pragma unroll
    for (int o = 0; o < O; ++o) {
      const Plane& plane = p.outputs[o];
      if (plane.data == nullptr) continue;
      if (plane.dtype == DType::float32) {
        static_cast<float*>(plane.data)[element] = out[o];
      } else {
        const auto item = static_cast<std::int64_t>(itemsize(plane.dtype));
        store_one<float>(static_cast<char*>(plane.data) + element * item, plane.dtype, out[o]);
      }
    }
  }
  if constexpr (FindsPeak<E>) {
    if (p.peak != nullptr) raise_peak_warp(p.peak, peak);
  }
}

/// False when the bank is not small, or not one that the kernel takes. `factors` as for plan_small; it fills
/// plan.p.planes.
template <class Lines, int K, int O, class E, class Factors>
bool run_small_of(SmallPlan<K, O>& plan, const Bank<K, O>& bank, const E& epilogue, const Factors& factors) {
  bool accumulates = false;
  if constexpr (Accumulates<E>) accumulates = epilogue.accumulate;
  if (!plan_small(bank, accumulates, factors, plan)) return false;
  cuda::launch(small_kernel<K, O, E, Lines>, plan.blocks, dim3(small_threads), plan.shared, plan.p, epilogue);
  return true;
}

template <int K, int O, class E>
bool run_small(const Bank<K, O>& bank, const E& epilogue) {
  SmallPlan<K, O> plan;
  StreamInputs<K + 1> inputs{plan.p.planes};
  return run_small_of<SmallImages>(plan, bank, epilogue, [&](const Geometry& g, int input) {
    return inputs.template of<small_products<K, O>>(bank, g, input);
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
