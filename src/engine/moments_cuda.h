// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/moments.h: a block goes down a strip of columns, one a thread. As many rows as the window has go
// through shared memory at a time; each thread sums them along the row and keeps the last 2 R + 1 rows of sums in
// registers, which it sums along the column.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int moments_threads = 128;

template <class C, int O>
struct MomentsParams {
  const void* a;
  const void* b;
  DType a_dtype, b_dtype;
  std::int64_t height, width, band, margin;
  C weight[2 * most_moments_radius + 1];
  C scale;
  C* outputs[O];
};

/// An element of both images, read by one access.
template <class C>
struct alignas(2 * sizeof(C)) ElementPair {
  C a, b;
};

template <class C>
__device__ __forceinline__ C load_element(const void* data, DType dtype, std::int64_t index) {
  if (dtype == dtype_of<C>) return static_cast<const C*>(data)[index];
  return load_one<C>(static_cast<const char*>(data) + index * static_cast<std::int64_t>(itemsize(dtype)), dtype);
}

/// Blocks of a multiprocessor: what the registers of the common window leave room for.
template <class C, int R>
inline constexpr int moments_blocks = sizeof(C) == 4 && R == 3 ? 6 : 1;

/// The rows of a window, from row y of the image on, for a strip of columns. Rows from `end` on may be left out.
template <class C, int R>
struct MomentsTile {
  static constexpr int taps = 2 * R + 1;
  static constexpr int columns = moments_threads + 2 * R;
  ElementPair<C> at[taps][columns];

  /// Index i beyond the edges of n > R elements; what lies further than a window reaches is any.
  static __device__ __forceinline__ int reflected(int i, int n) {
    i = i < 0 ? -1 - i : i;
    i = i < n ? i : 2 * n - 1 - i;
    return i < 0 ? 0 : i;
  }

  /// Of images of type C. A thread loads its column, and one element of what the window reaches beyond the strip; all
  /// of them are on their way before the first is stored.
  template <class P>
  __device__ __forceinline__ void load_direct(const P& p, int y, int left) {
    static_assert(taps * 2 * R <= moments_threads);
    const C *const a = static_cast<const C*>(p.a), *const b = static_cast<const C*>(p.b);
    const int height = static_cast<int>(p.height), width = static_cast<int>(p.width);
    const int me = static_cast<int>(threadIdx.x), row = me / (2 * R), beyond = moments_threads + me % (2 * R);
    const int column = reflected(left - R + me, width);
    ElementPair<C> value[taps], further{};
#pragma unroll
    for (int i = 0; i < taps; ++i) {
      const std::int64_t from = reflected(y + i, height) * p.width + column;
      value[i] = {a[from], b[from]};
    }
    if (row < taps) {
      const std::int64_t from = reflected(y + row, height) * p.width + reflected(left - R + beyond, width);
      further = {a[from], b[from]};
    }
#pragma unroll
    for (int i = 0; i < taps; ++i) at[i][me] = value[i];
    if (row < taps) at[row][beyond] = further;
  }

  template <class P>
  __device__ __forceinline__ void load(const P& p, std::int64_t y, std::int64_t left, std::int64_t end) {
    for (int c = static_cast<int>(threadIdx.x); c < columns; c += moments_threads) {
      const std::int64_t column = border_index(left - R + c, p.width, Border::reflect);
#pragma unroll 1
      for (int i = 0; i < taps && y + i < end; ++i) {
        const std::int64_t from = border_index(y + i, p.height, Border::reflect) * p.width + column;
        at[i][c] = {load_element<C>(p.a, p.a_dtype, from), load_element<C>(p.b, p.b_dtype, from)};
      }
    }
  }
};

template <class C, int R, bool Uniform, int O, class F>
__global__ void __launch_bounds__(moments_threads, moments_blocks<C, R>)
    moments_kernel(const __grid_constant__ MomentsParams<C, O> p, const F f, Totals<C, 1, 0>* made) {
  constexpr int taps = 2 * R + 1;
  __shared__ MomentsTile<C, R> tile;
  const int me = static_cast<int>(threadIdx.x);
  const std::int64_t left = blockIdx.x * static_cast<std::int64_t>(moments_threads);
  const std::int64_t x = left + me;
  const std::int64_t top = blockIdx.y * p.band;
  const std::int64_t bottom = top + p.band < p.height ? top + p.band : p.height;
  const bool counts = x >= p.margin && x < p.width - p.margin;
  constexpr std::int64_t most = std::int64_t{1} << 29;
  const bool direct = p.a_dtype == dtype_of<C> && p.b_dtype == dtype_of<C> && p.width > R && p.width < most &&
                      p.height > R && p.height < most;
  Totals<C, 1, 0> totals;
  totals.clear();
  C kept[taps][5];
  for (std::int64_t y = top - R; y < bottom + R; y += taps) {
    __syncthreads();
    if (direct) {
      tile.load_direct(p, static_cast<int>(y), static_cast<int>(left));
    } else {
      tile.load(p, y, left, bottom + R);
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < taps; ++i) {
      if (y + i >= bottom + R) break;
      C m[5] = {};
#pragma unroll
      for (int k = 0; k < taps; ++k) {
        const ElementPair<C> v = tile.at[i][me + k];
        const C wa = Uniform ? v.a : p.weight[k] * v.a;
        const C wb = Uniform ? v.b : p.weight[k] * v.b;
        m[0] += wa;
        m[1] += wb;
        m[2] = fma(wa, v.a, m[2]);
        m[3] = fma(wb, v.b, m[3]);
        m[4] = fma(wa, v.b, m[4]);
      }
#pragma unroll
      for (int j = 0; j < 5; ++j) kept[i][j] = m[j];
      const std::int64_t center = y + i - R;
      if (center < top) continue;
      // Since the strip's first row, taps rows at least have been summed: all that is kept belongs to the window.
      C out[O];
#pragma unroll
      for (int j = 0; j < 5; ++j) {
        C sum = 0;
#pragma unroll
        for (int k = 0; k < taps; ++k) {
          const C v = kept[(i + 1 + k) % taps][j];
          sum = Uniform ? sum + v : fma(p.weight[k], v, sum);
        }
        m[j] = Uniform ? sum * p.scale : sum;
      }
      f(m, out);
      if (x < p.width) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          if (p.outputs[o] != nullptr) p.outputs[o][center * p.width + x] = out[o];
        }
        if (counts && center >= p.margin && center < p.height - p.margin) {
          totals.sum[0] += static_cast<double>(out[0]);
        }
      }
    }
  }
  merge_block(totals);
  if (me == 0) made[blockIdx.y * gridDim.x + blockIdx.x] = totals;
}

template <class C, int R, bool Uniform, int O, class F, class G>
void launch_moments(const MomentsTask<O>& task, const F& f, const G& finish) {
  constexpr int taps = 2 * R + 1;
  MomentsParams<C, O> p{};
  p.a = task.a.data();
  p.b = task.b.data();
  p.a_dtype = task.a.dtype();
  p.b_dtype = task.b.dtype();
  p.height = task.a.shape(0);
  p.width = task.a.shape(1);
  p.margin = task.margin;
  // A smaller window is one of zeros at its ends.
  for (std::size_t k = 0; k < task.weight.size(); ++k) {
    p.weight[k + static_cast<std::size_t>(R - task.radius)] = static_cast<C>(task.weight[k]);
  }
  p.scale = static_cast<C>(1.0 / (taps * taps));
  for (int o = 0; o < O; ++o) {
    p.outputs[o] = task.outputs[o].defined() ? task.outputs[o].template mutable_data_as<C>() : nullptr;
  }
  const std::int64_t across = (p.width + moments_threads - 1) / moments_threads;
  // Bands high enough to be worth the rows that neighbours share, and enough of them for every multiprocessor; where it
  // is known how many blocks it holds, no more, for a second round would be nearly empty.
  constexpr std::int64_t blocks_wanted = 132 * (moments_blocks<C, R> > 1 ? moments_blocks<C, R> : 8);
  const std::int64_t wanted = std::max<std::int64_t>(1, blocks_wanted / across);
  p.band = std::max<std::int64_t>({2 * taps, (p.height + wanted - 1) / wanted, (p.height + 65534) / 65535});
  const std::int64_t down = (p.height + p.band - 1) / p.band;
  const std::int64_t blocks = across * down;
  core::check(blocks <= std::numeric_limits<int>::max(), "engine", "the images are too large");
  using T = Totals<C, 1, 0>;
  const Array made = Array::empty({blocks * static_cast<std::int64_t>(sizeof(T))}, DType::uint8, task.a.device());
  cuda::launch(moments_kernel<C, R, Uniform, O, F>, dim3(static_cast<unsigned>(across), static_cast<unsigned>(down)),
               dim3(moments_threads), 0, p, f, static_cast<T*>(made.mutable_data()));
  finish_total<T>(made, blocks, finish);
}

/// Uniform windows of the common radius have a kernel of their own; all others count as weighted.
template <class C, bool Uniform, int O, class F, class G>
void run_moments(const MomentsTask<O>& task, const F& f, const G& finish) {
  if constexpr (Uniform) {
    if (task.radius == 3) return launch_moments<C, 3, true, O>(task, f, finish);
    MomentsTask<O> weighted = task;
    const auto taps = static_cast<std::size_t>(2 * task.radius + 1);
    weighted.weight.assign(taps, 1.0 / static_cast<double>(taps));
    launch_moments<C, most_moments_radius, false, O>(weighted, f, finish);
  } else {
    launch_moments<C, most_moments_radius, false, O>(task, f, finish);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
