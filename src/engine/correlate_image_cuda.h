// SPDX-License-Identifier: Apache-2.0
// What the kernels of the correlation engine share on CUDA: their parameters, and tiles of the image in shared memory,
// converted once and with what the border shows beside them.
#pragma once

#include "core/border.h"
#include "core/cuda/copy_async.h"
#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int correlate_columns = 128;  // of outputs in a tile: four for each lane of a warp
inline constexpr int correlate_rows = 32;      // four for each warp
inline constexpr int correlate_threads = 256;
inline constexpr int correlate_warps = correlate_threads / 32;
inline constexpr int rows_of_warp = correlate_rows / correlate_warps;

struct DevicePlane {
  int offset[max_ndim - 2];
  int begin, end;
};

/// The image, the outputs, and how far the kernel reaches.
struct CorrelateImage {
  const void* image;
  void* out;
  DType image_dtype, out_dtype;
  bool image_wide, out_wide;  // four neighbours from a multiple of four on are one access
  int leading;
  std::int64_t shape[max_ndim - 2];
  std::int64_t outer, height, width;
  unsigned down, across;  // tiles of a plane
  Border border;
  int above, halo_y;        // rows of a tile before its outputs', and beside them in all
  int left, right, before;  // columns that the kernel reaches, and those of a tile before its outputs'
  int pitch;                // of a tile
};

/// The plane of the image that a plane of the kernel shows at plane `outer`, or -1 for the constant beyond the edge.
__device__ __forceinline__ std::int64_t shown_plane(const CorrelateImage& p, std::int64_t outer, const DevicePlane& k) {
  std::int64_t index = 0;
  std::int64_t step = 1;
  for (int i = p.leading - 1; i >= 0; --i) {
    const std::int64_t n = p.shape[i];
    const std::int64_t before = i > 0 ? outer / n : 0;  // a division less for volumes
    const std::int64_t at = border_index(outer - before * n + k.offset[i], n, p.border);
    if (at < 0) return -1;
    index += at * step;
    step *= n;
    outer = before;
  }
  return index;
}

/// border_index out of line: it holds divisions, and most positions are inside.
__device__ __noinline__ inline int index_beyond(int i, int n, Border border) { return border_index(i, n, border); }

__device__ __forceinline__ int shown_index(int i, int n, Border border) {
  return i >= 0 && i < n ? i : index_beyond(i, n, border);
}

/// One element of a plane, the constant where an index is negative.
template <class C>
__device__ __noinline__ C pixel_or(C cval, const void* image, DType dtype, std::int64_t index) {
  if (index < 0) return cval;
  return load_one<C>(static_cast<const char*>(image) + index * static_cast<std::int64_t>(itemsize(dtype)), dtype);
}

/// Four elements of any type on their way to where the same four will be as C, in the first bytes of that place.
template <class C>
__device__ __forceinline__ void copy_four(unsigned to, const char* from, std::size_t item) {
  if (item == sizeof(C)) {
#pragma unroll
    for (unsigned i = 0; i < 4 * sizeof(C); i += 16) cuda::copy_async<16, false>(to + i, from + i);
  } else if (item == 4) {
    cuda::copy_async<16, false>(to, from);
  } else if (item == 2) {
    cuda::copy_async<8>(to, from);
  } else {
    cuda::copy_async<4>(to, from);
  }
}

/// The rows and columns that the outputs from row y0 and column x0 on reach. x0 is a multiple of four, and so is the
/// tile's column that it comes to lie in. Elements travel as they are and are converted in their place by the thread
/// that asked for them: between start() and finish() it can do something else. All threads call both.
template <class C>
class TileLoader {
 public:
  __device__ __forceinline__ TileLoader(const CorrelateImage& p, C cval, int y0, int x0)
      : p_(p), cval_(cval), y0_(y0 - p.above), x0_(x0) {
    column_ = 4 * static_cast<int>(threadIdx.x % 32);
    rows_ = correlate_rows + p.halo_y;
    whole_ = p.image_wide && itemsize(p.image_dtype) <= sizeof(C) && x0 + column_ + 4 <= p.width;
  }

  /// Of one plane of the image, -1 for the constant.
  __device__ __forceinline__ void start(C* tile, std::int64_t plane) const {
    if (plane < 0) {
      for (int i = threadIdx.x; i < rows_ * p_.pitch; i += correlate_threads) tile[i] = cval_;
      return;
    }
    const auto width = static_cast<int>(p_.width);
    const std::size_t item = itemsize(p_.image_dtype);
    const bool plain = p_.image_dtype == dtype_of<C>;
    const char* const image = static_cast<const char*>(p_.image) + plane * p_.height * p_.width * item;
    const auto shared = static_cast<unsigned>(__cvta_generic_to_shared(tile));
    const auto one = [&](int to, int y, int x) {
      const std::int64_t index = y < 0 || x < 0 ? -1 : y * p_.width + x;
      if (plain && index >= 0) {
        cuda::copy_async<sizeof(C)>(shared + to * sizeof(C), image + index * sizeof(C));
      } else {
        tile[to] = pixel_or(cval_, image, p_.image_dtype, index);
      }
    };
    const int x = x0_ + column_;
    for (int r = threadIdx.x / 32; r < rows_; r += correlate_warps) {
      const int y = row_shown(r), to = r * p_.pitch + p_.before + column_;
      if (whole_ && y >= 0) {
        copy_four<C>(shared + to * sizeof(C), image + (y * p_.width + x) * item, item);
      } else {
        for (int e = 0; e < 4 && x + e < width + p_.right; ++e) one(to + e, y, shown_index(x + e, width, p_.border));
      }
    }
    const int reach = p_.left + p_.right;
    for (int i = threadIdx.x; i < rows_ * reach; i += correlate_threads) {
      const int r = i / reach, c = i - r * reach - p_.left;
      const int from = c < 0 ? c : c + correlate_columns;
      one(r * p_.pitch + p_.before + from, row_shown(r), shown_index(x0_ + from, width, p_.border));
    }
    __pipeline_commit();
  }

  __device__ __forceinline__ void finish(C* tile, std::int64_t plane) const {
    __pipeline_wait_prior(0);
    if (plane < 0 || !whole_ || p_.image_dtype == dtype_of<C>) return;
    with_storage<C>(p_.image_dtype, [&]<class T>(Tag<T>) {
      if constexpr (sizeof(T) <= sizeof(C)) {
#pragma unroll 2
        for (int r = threadIdx.x / 32; r < rows_; r += correlate_warps) {
          if (row_shown(r) < 0) continue;
          C* const place = tile + r * p_.pitch + p_.before + column_;
          const auto raw = *reinterpret_cast<const Pack<T, 4>*>(place);
          Pack<C, 4> four;
#pragma unroll
          for (int e = 0; e < 4; ++e) four.value[e] = load_as<C>(&raw.value[e]);
          *reinterpret_cast<Pack<C, 4>*>(place) = four;
        }
      }
    });
  }

 private:
  __device__ __forceinline__ int row_shown(int r) const {
    return shown_index(y0_ + r, static_cast<int>(p_.height), p_.border);
  }

  const CorrelateImage& p_;
  C cval_;
  int y0_, x0_, column_, rows_;
  bool whole_;  // the thread's own columns are inside, and four of them one access
};

/// Four neighbours, or the first m of them. Out of line: the switch on the dtype is too much code to stand at every
/// row.
template <class C>
__device__ __noinline__ void store_four(void* to, DType dtype, int m, Pack<C, 4> four) {
  store_group<C, 4>(to, four.value, dtype, static_cast<std::int64_t>(itemsize(dtype)), m);
}

/// Four columns of each row of a warp, those that lie in the image.
template <class C>
__device__ __forceinline__ void store_tile(const CorrelateImage& p, const C (&sums)[rows_of_warp][4],
                                           std::int64_t outer, int y0, int x0) {
  const int y = y0 + static_cast<int>(threadIdx.x / 32) * rows_of_warp;
  const int x = x0 + 4 * static_cast<int>(threadIdx.x % 32);
  const std::size_t item = itemsize(p.out_dtype);
  const std::int64_t inside = p.width - x;
  char* const to = static_cast<char*>(p.out) + ((outer * p.height + y) * p.width + x) * item;
#pragma unroll
  for (int q = 0; q < rows_of_warp; ++q) {
    if (y + q >= p.height || inside <= 0) break;
    Pack<C, 4> four;
#pragma unroll
    for (int e = 0; e < 4; ++e) four.value[e] = sums[q][e];
    char* const row = to + q * p.width * item;
    if (p.out_wide && p.out_dtype == dtype_of<C>) {
      *reinterpret_cast<Pack<C, 4>*>(row) = four;
    } else {
      store_four<C>(row, p.out_dtype, inside < 4 ? static_cast<int>(inside) : 4, four);
    }
  }
}

template <class C>
__device__ __forceinline__ C add_product(C acc, C weight, C value) {
  if constexpr (std::is_same_v<C, float>) return fmaf(weight, value, acc);
  return acc + weight * value;
}

HD std::int64_t correlate_tiles(const CorrelateImage& p) { return p.outer * p.down * p.across; }

/// The place of a tile.
struct TilePlace {
  std::int64_t outer;
  int y0, x0;

  __device__ __forceinline__ TilePlace(const CorrelateImage& p, unsigned tile) {
    const unsigned row = tile / p.across;
    const unsigned plane = row / p.down;
    outer = plane;
    y0 = static_cast<int>(row - plane * p.down) * correlate_rows;
    x0 = static_cast<int>(tile - row * p.across) * correlate_columns;
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
