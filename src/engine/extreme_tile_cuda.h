// SPDX-License-Identifier: Apache-2.0
// What the kernels of engine/extreme.h share: a tile's surroundings as keys in shared memory, and running extremes of
// them, made between two buffers.
#pragma once

#include "core/cuda/launch.h"
#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int extreme_threads = 256;
inline constexpr int extreme_columns = 64;
template <class T>
inline constexpr int extreme_rows = sizeof(T) <= 2 ? 64 : 32;
/// What a block may hold in shared memory, so that two of them fit on a multiprocessor.
inline constexpr std::int64_t extreme_shared = 100 * 1024;

/// The overlapping windows of `from` elements that make one of `to` <= 4 * from.
struct Cover {
  int at[4] = {};
  int count = 0;
  __host__ __device__ Cover(int from, int to) {
    for (int done = 0; done < to; done += from) {
      at[count++] = done < to - from ? done : to - from;
      if (to <= from) break;
    }
    for (int i = count; i < 4; ++i) at[i] = at[count - 1];  // So that four loads without branches do.
  }
};

template <class T>
__device__ __forceinline__ T lesser(T a, T b) {
  return a < b ? a : b;
}

template <class T>
__device__ __forceinline__ T least_of(const T* p, const Cover& cover, int stride) {
  const T a = lesser(p[cover.at[0] * stride], p[cover.at[1] * stride]);
  if (cover.count <= 2) return a;
  return lesser(a, lesser(p[cover.at[2] * stride], p[cover.at[3] * stride]));
}

template <class T>
struct PlaneImage {
  const T* image;
  T* out;
  std::int64_t planes, height, width;
  KeyOf<T> key;
  T constant;
  std::int64_t tiles_x() const { return (width + extreme_columns - 1) / extreme_columns; }
  std::int64_t tiles_y() const { return (height + extreme_rows<T> - 1) / extreme_rows<T>; }
};

/// Loads `rows` x `columns` keys from (y0, x0) on, from a plane (below 0: all beyond the edges); whether this thread
/// met a NaN.
template <class T>
__device__ __forceinline__ bool load_tile(T* to, const PlaneImage<T>& p, std::int64_t plane, std::int64_t y0,
                                          std::int64_t x0, int rows, int columns, Border border_y, Border border_x) {
  bool nan = false;
  for (int r = threadIdx.x / 32; r < rows; r += extreme_threads / 32) {
    const std::int64_t y = plane < 0 ? -1 : border_index(y0 + r, p.height, border_y);
    const T* from = p.image + (plane * p.height + y) * p.width;
    for (int c = threadIdx.x % 32; c < columns; c += 32) {
      const std::int64_t x = y < 0 ? -1 : border_index(x0 + c, p.width, border_x);
      const T value = x < 0 ? p.constant : from[x];
      nan = nan || value != value;
      to[r * columns + c] = to_key(value, p.key);
    }
  }
  return nan;
}

/// Windows of `size` elements at `from` become windows of `wanted`, along the rows (step 1) or down the columns,
/// between two buffers. Returns where they are. All threads call it; what it returns is visible to all.
template <class T>
__device__ __forceinline__ T* grow_rows(T* from, T* spare, int rows, int columns, int size, int wanted) {
  while (size < wanted) {
    const int next = 4 * size < wanted ? 4 * size : wanted;
    const Cover cover(size, next);
    for (int r = threadIdx.x / 32; r < rows; r += extreme_threads / 32) {
      for (int c = threadIdx.x % 32; c < columns - next + 1; c += 32) {
        spare[r * columns + c] = least_of(from + r * columns + c, cover, 1);
      }
    }
    __syncthreads();
    T* swap = from;
    from = spare;
    spare = swap;
    size = next;
  }
  return from;
}

}  // namespace opsin::OPSIN_TARGET::engine
