// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/integral.h. Sums stay sequential, so that what counts is how many loads are on their way.
// Columns: a thread each, with the next rows loaded while these are added. Rows: a block takes 32 of them through
// shared memory, 128 columns at a time. While its first warp adds them, a thread each, the others write the tile
// before, and the tile after is on its way to registers.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

/// What is added to -0 stays as it is: 0 + x would lose the sign of x = -0.
template <class S>
inline constexpr S nothing_yet = -S(0);

/// Rows of one column, `left` of them at most.
template <class S, class T>
struct StoredColumn {
  using Value = T;
  /// Two lots of them fill the registers of a thread.
  static constexpr int ahead = sizeof(T) < 8 ? 64 : 24;
  const T* data;

  __device__ __forceinline__ void read(T (&to)[ahead], std::int64_t at, std::int64_t columns, int left) const {
    const T* from = data + at;
#pragma unroll
    for (int k = 0; k < ahead; ++k, from += columns) to[k] = k < left ? *from : T{};
  }
};
template <class S>
struct AnyColumn {
  using Value = S;
  /// Two lots of them fill the registers of a thread.
  static constexpr int ahead = 8;
  const void* data;
  DType dtype;

  __device__ __forceinline__ void read(S (&to)[ahead], std::int64_t at, std::int64_t columns, int left) const {
    with_storage<S>(dtype, [&]<class T>(Tag<T>) {
#pragma unroll
      for (int k = 0; k < ahead; ++k) {
        to[k] = k < left ? load_as<S>(static_cast<const T*>(data) + at + k * columns) : S(0);
      }
    });
  }
};

/// `in` may be `out`.
template <class S, class In>
__global__ void __launch_bounds__(32)
    column_sums_kernel(S* out, const In in, const std::int64_t planes, const std::int64_t rows,
                       const std::int64_t columns, const Scaling scaling) {
  constexpr int ahead = In::ahead;
  const std::int64_t x = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (x >= columns) return;
  for (std::int64_t plane = blockIdx.y; plane < planes; plane += gridDim.y) {
    std::int64_t at = plane * rows * columns + x;
    S sum = nothing_yet<S>;
    typename In::Value next[ahead], now[ahead];
    const auto at_most_ahead = [](std::int64_t left) { return static_cast<int>(left < ahead ? left : ahead); };
    in.read(next, at, columns, at_most_ahead(rows));
    for (std::int64_t y = 0; y < rows; y += ahead, at += ahead * columns) {
      const int left = at_most_ahead(rows - y);
#pragma unroll
      for (int k = 0; k < ahead; ++k) now[k] = next[k];
      in.read(next, at + ahead * columns, columns, at_most_ahead(rows - y - ahead));
      S* to = out + at;
#pragma unroll
      for (int k = 0; k < ahead; ++k, to += columns) {
        sum += scaling.apply(load_as<S>(&now[k]));
        if (k < left) *to = sum;
      }
    }
  }
}

inline constexpr int sum_rows = 32;
inline constexpr int sum_columns = 128;
inline constexpr int sum_threads = 256;

template <class S>
struct RowTile {
  static constexpr int each = sum_rows * sum_columns / sum_threads;
  S at[sum_rows][sum_columns + 1];

  /// f(element, row, column) for this thread's share of those that lie in the image.
  template <class F>
  static __device__ __forceinline__ void each_inside(std::int64_t rows, std::int64_t columns, const F& f) {
    const int height = static_cast<int>(rows < sum_rows ? rows : sum_rows);
    const int width = static_cast<int>(columns < sum_columns ? columns : sum_columns);
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int i = static_cast<int>(threadIdx.x) + k * sum_threads, r = i / sum_columns, c = i % sum_columns;
      if (r < height && c < width) f(k, r, c);
    }
  }
  __device__ __forceinline__ void add_up(S& sum) {
    constexpr int ahead = 16;
    S* const row = at[threadIdx.x];
#pragma unroll 1
    for (int c = 0; c < sum_columns; c += ahead) {
      S v[ahead];
#pragma unroll
      for (int k = 0; k < ahead; ++k) v[k] = row[c + k];
#pragma unroll
      for (int k = 0; k < ahead; ++k) row[c + k] = sum += v[k];
    }
  }
};

/// In place. What a tile holds beyond the image is added to nothing that is written.
template <class S>
__global__ void __launch_bounds__(sum_threads)
    row_sums_kernel(S* out, const std::int64_t lines, const std::int64_t columns) {
  extern __shared__ __align__(16) unsigned char shared[];
  RowTile<S>* const tiles = reinterpret_cast<RowTile<S>*>(shared);
  const std::int64_t y0 = static_cast<std::int64_t>(blockIdx.x) * sum_rows, rows = lines - y0;
  S* const from = out + y0 * columns;
  S sum = nothing_yet<S>;
  S next[RowTile<S>::each] = {};
  const auto fetch = [&](std::int64_t x0) {
    RowTile<S>::each_inside(rows, columns - x0, [&](int k, int r, int c) { next[k] = from[r * columns + x0 + c]; });
  };
  const auto keep = [&](RowTile<S>& tile) {
    RowTile<S>::each_inside(sum_rows, sum_columns, [&](int k, int r, int c) { tile.at[r][c] = next[k]; });
  };
  const auto write = [&](const RowTile<S>& tile, std::int64_t x0) {
    RowTile<S>::each_inside(rows, columns - x0, [&](int, int r, int c) { from[r * columns + x0 + c] = tile.at[r][c]; });
  };
  fetch(0);
  keep(tiles[0]);
  __syncthreads();
  int current = 0;
  std::int64_t x0 = 0;
  for (; x0 < columns; x0 += sum_columns, current ^= 1) {
    if (x0 + sum_columns < columns) fetch(x0 + sum_columns);
    if (threadIdx.x < sum_rows) tiles[current].add_up(sum);
    if (x0 > 0) write(tiles[current ^ 1], x0 - sum_columns);
    __syncthreads();
    keep(tiles[current ^ 1]);
    __syncthreads();
  }
  write(tiles[current ^ 1], x0 - sum_columns);
}

template <class S, class In>
void sum_columns_of(S* out, const In& in, std::int64_t planes, std::int64_t rows, std::int64_t columns,
                    const Scaling& scaling) {
  const dim3 grid(static_cast<unsigned>((columns + 31) / 32),
                  static_cast<unsigned>(std::min<std::int64_t>(planes, 65535)));
  cuda::launch(column_sums_kernel<S, In>, grid, dim3(32), 0, out, in, planes, rows, columns, scaling);
}

/// Along the last two axes of `planes` images. `image` may be `sums` itself.
template <class S>
void sum_planes(const Array& sums, const Array& image, std::int64_t planes, const Scaling& scaling) {
  const int last = image.ndim() - 1;
  const std::int64_t rows = image.shape(last - 1), columns = image.shape(last);
  S* const out = sums.mutable_data_as<S>();
  const DType dtype = image.dtype();
  const auto add_up = [&](const auto& in) { sum_columns_of<S>(out, in, planes, rows, columns, scaling); };
  const auto stored = [&]<class T>(Tag<T>) { add_up(StoredColumn<S, T>{static_cast<const T*>(image.data())}); };
  if (image.data() == sums.data() || dtype == dtype_of<S>) {
    stored(Tag<S>{});
  } else if (dtype == DType::uint8) {
    stored(Tag<std::uint8_t>{});
  } else if (std::is_same_v<S, double> && dtype == DType::float32) {
    stored(Tag<std::conditional_t<std::is_same_v<S, double>, float, S>>{});
  } else {
    add_up(AnyColumn<S>{image.data(), dtype});
  }
  const std::int64_t lines = planes * rows;
  cuda::launch(row_sums_kernel<S>, dim3(static_cast<unsigned>((lines + sum_rows - 1) / sum_rows)), dim3(sum_threads),
               2 * sizeof(RowTile<S>), out, lines, columns);
}

/// In place, along one axis.
template <class S>
void sum_axis(S* sums, const AxisSplit& s) {
  sum_columns_of<S>(sums, StoredColumn<S, S>{sums}, s.outer, s.n, s.inner, Scaling{});
}

}  // namespace opsin::OPSIN_TARGET::engine
