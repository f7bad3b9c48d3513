// SPDX-License-Identifier: Apache-2.0
// Medians of 3 x 3 and of 3 x 3 x 3 elements on CUDA: a warp streams down a strip of the image. Of each line the
// elements of the three planes are sorted once for three rows, and each column of the window once for three columns.
// Floats are compared as they are, NaN above all others.
#pragma once

#include "engine/extreme_shape_warp_cuda.h"
#include "engine/order.h"
#include "engine/order_network.h"

namespace opsin::OPSIN_TARGET::engine {

/// A register of ShapeKeys as what networks compare: a float, or two integers of 16 bits.
template <class T>
struct StreamedKey {
  unsigned v;

  friend __device__ __forceinline__ StreamedKey min(StreamedKey a, StreamedKey b) {
    if constexpr (std::is_same_v<T, float>) {
      return {__float_as_uint(fminf(__uint_as_float(a.v), __uint_as_float(b.v)))};
    } else {
      return {__vminu2(a.v, b.v)};
    }
  }
  friend __device__ __forceinline__ StreamedKey max(StreamedKey a, StreamedKey b) {
    if constexpr (std::is_same_v<T, float>) {
      return {__float_as_uint(max_nan(__uint_as_float(a.v), __uint_as_float(b.v)))};
    } else {
      return {__vmaxu2(a.v, b.v)};
    }
  }
};

template <class V>
__device__ __forceinline__ List<V, 3> sorted_three(V a, V b, V c) {
  const V low = min(a, b), high = max(a, b);
  return {{min(low, c), max(low, min(high, c)), max(high, c)}};
}

/// Nine elements from three sorted threes. Where the least, the middle and the greatest of the threes are sorted too,
/// an element that stands further down or further right is not less: two comparisons are left between the diagonals.
template <class V>
__device__ __forceinline__ List<V, 9> sorted_nine(const List<V, 3>& a, const List<V, 3>& b, const List<V, 3>& c) {
  const List<V, 3> low = sorted_three(a.v[0], b.v[0], c.v[0]), middle = sorted_three(a.v[1], b.v[1], c.v[1]);
  const List<V, 3> high = sorted_three(a.v[2], b.v[2], c.v[2]);
  const V second = max(low.v[1], middle.v[0]), last = min(middle.v[2], high.v[1]);
  const List<V, 3> across = sorted_three(low.v[2], middle.v[1], high.v[0]);
  return {{low.v[0], min(low.v[1], middle.v[0]), min(second, across.v[0]), max(second, across.v[0]), across.v[1],
           min(across.v[2], last), max(across.v[2], last), max(middle.v[2], high.v[1]), high.v[2]}};
}

/// Columns at each end of a warp's strip that are read from the image for the neighbouring lanes' windows alone. In a
/// volume a warp would spend a third of its work on them where two strips are as wide as the image: there it reads
/// whole strips, and the two columns beside its own by themselves.
template <int Planes>
inline constexpr int stream_margin = Planes == 1 ? 1 : 0;

/// The column beside a strip: behind it for the last lane, before it for all others.
template <class T, class Warp>
class StripSide {
 public:
  __device__ __forceinline__ explicit StripSide(const Warp& warp) : warp_(warp) {
    const int n = warp.p.width, first = warp.strip * warp.p.strip;
    const int x = threadIdx.x == 31 ? first + 32 * ShapeLane<T>::columns : first - 1;
    // Far behind the image it is nobody's.
    column_ = warp.p.across.at(x < n ? x : n, n);
  }

  /// The first of the elements is the column's.
  __device__ __forceinline__ void fetch(int line, typename Warp::Lines& to) const {
    const ShapeImage<T>& p = warp_.p;
#pragma unroll
    for (int b = 0; b < ShapeLane<T>::bands; ++b) {
      int y = warp_.top + b * p.band + line - 1;
      if (!warp_.inner) y = p.down.at(y < p.height ? y : p.height, p.height);
#pragma unroll
      for (int k = 0; k < Warp::planes; ++k) {
        const bool beyond = column_ < 0 || (!warp_.inner && (y < 0 || warp_.source[k] == nullptr));
        to[k][b] = {};
        set_shape_element<T>(to[k][b], 0, beyond ? p.constant : warp_.source[k][y * p.width + column_]);
      }
    }
  }

 private:
  const Warp& warp_;
  int column_;
};

template <class T, int Planes>
__global__ void __launch_bounds__(32, Planes == 1 ? 20 : 16)
    stream_median_kernel(const __grid_constant__ ShapeImage<T> p) {
  constexpr int bands = ShapeLane<T>::bands, size = 3 * Planes, ring = 3;
  using V = StreamedKey<T>;
  using Median = BoxMedian<size, 3>;
  using Warp = ShapeWarp<T, Planes / 2, 1, stream_margin<Planes>>;
  const Warp warp(p);
  const StripSide<T, Warp> side(warp);
  constexpr bool has_side = stream_margin<Planes> == 0;
  constexpr int columns = has_side ? 5 : 4;
  const int lines = warp.lines();
  List<V, Planes> kept[ring][columns];  // of three lines, by column: sorted planes
  ShapeElements<T> ahead[Planes][bands], beside[Planes][bands];
  warp.fetch(0, ahead);
  if constexpr (has_side) side.fetch(0, beside);
#pragma unroll 1
  for (int begun = 0; begun < lines; begun += ring) {
#pragma unroll
    for (int s = 0; s < ring; ++s) {
      const int line = begun + s;
      if (line >= lines) break;
      unsigned keys[Planes][columns];
#pragma unroll
      for (int k = 0; k < Planes; ++k) {
        const ShapeKeys<T> own = shape_keys<T>(ahead[k], p.key, warp.in.picked);
#pragma unroll
        for (int i = 0; i < 4; ++i) keys[k][i] = own.r[i];
        if constexpr (has_side) keys[k][4] = shape_keys<T>(beside[k], p.key).r[0];
      }
      warp.fetch(line + 1, ahead);
      if constexpr (has_side) side.fetch(line + 1, beside);
#pragma unroll
      for (int i = 0; i < columns; ++i) {
        if constexpr (Planes == 1) {
          kept[s][i] = {{{keys[0][i]}}};
        } else {
          kept[s][i] = sorted_three<V>({keys[0][i]}, {keys[1][i]}, {keys[2][i]});
        }
      }
      if (line < 2) continue;
      List<V, size> column[2 + columns];  // the first and the sixth are the neighbouring lanes'
#pragma unroll
      for (int i = 0; i < columns; ++i) {
        List<V, size>& sorted = column[i < 4 ? i + 1 : 6];
        if constexpr (Planes == 1) {
          sorted = sorted_three(kept[0][i].v[0], kept[1][i].v[0], kept[2][i].v[0]);
        } else {
          sorted = sorted_nine(kept[0][i], kept[1][i], kept[2][i]);
        }
      }
#pragma unroll
      for (int e = 0; e < size; ++e) {
        column[0].v[e] = {lanes_away<-1>(column[4].v[e].v)};
        column[5].v[e] = {lanes_away<1>(column[1].v[e].v)};
        if constexpr (has_side) {
          if (threadIdx.x == 0) column[0].v[e] = column[6].v[e];
          if (threadIdx.x == 31) column[5].v[e] = column[6].v[e];
        }
      }
      ShapeKeys<T> medians;
#pragma unroll
      for (int i = 0; i < 4; i += 2) {
        const List<V, 2 * size> pair = merge(column[i + 1], column[i + 2]);
        const auto core = Median::core([&](auto) { return pair; });
        medians.r[i] = Median::finish(core, column[i]).v;
        medians.r[i + 1] = Median::finish(core, column[i + 3]).v;
      }
      ShapeElements<T> result[bands];
      shape_elements<T>(result, medians, p.key);
#pragma unroll
      for (int b = 0; b < bands; ++b) {
        if (warp.makes(line, b)) store_made<T>(p.out + warp.place(line, b), result[b], warp.left, p.wide_out);
      }
    }
  }
}

/// What a key type's elements are, where these kernels have them.
template <class K>
using StreamedOf = std::conditional_t<sizeof(K) == 4, float, K>;

/// The median of a box of three elements along the last two axes and, where it has planes, the one before them; false
/// for any other.
template <class K>
bool stream_median(const OrderJob<K>& job) {
  using T = StreamedOf<K>;
  const Reach& reach = job.reach;
  const Array& image = job.image;
  const int leading = image.ndim() - 2;
  const auto planes = reach.plane_count();
  if ((sizeof(K) == 4) != (job.key.infinity != 0) || job.key.truth) return false;
  if (!reach.full || reach.rows != 3 || reach.columns != 3 || reach.top != -1 || reach.left != -1) return false;
  if ((planes != 1 && planes != 3) || job.rank != 9 * planes / 2) return false;
  for (std::int64_t k = 0; k < planes; ++k) {
    for (int a = 0; a < leading; ++a) {
      const std::int64_t offset = reach.planes[static_cast<std::size_t>(k)].offset[static_cast<std::size_t>(a)];
      if (offset != (a + 1 < leading || planes == 1 ? 0 : k - 1)) return false;
    }
  }
  ExtremeImage<T> p{};
  p.image = static_cast<const T*>(image.data());
  p.leading = leading;
  std::int64_t images = 1;
  for (int a = 0; a < leading; ++a) images *= p.shape[a] = image.shape(a);
  if (std::max(image.shape(leading), image.shape(leading + 1)) >= most_stream_axis) return false;
  p.set_plane(image.shape(leading), image.shape(leading + 1));
  for (int a = 0; a < image.ndim(); ++a) p.borders[a] = job.border;
  p.constant = constant_of<T>(image.dtype(), job.cval);
  if constexpr (sizeof(K) < 4) p.key.flip = job.key.flip;
  ShapeImage<T> s{};
  const NearReach reached = planes == 1 ? NearReach{0, 1, stream_margin<1>} : NearReach{1, 1, stream_margin<3>};
  const std::int64_t warps = p.width > 1 ? near_image(s, p, images, job.out, reached, {}) : 0;
  if (warps == 0) return false;
  const dim3 grid(static_cast<unsigned>(warps));
  if (planes == 1) {
    cuda::launch(stream_median_kernel<T, 1>, grid, dim3(32), 0, s);
  } else {
    cuda::launch(stream_median_kernel<T, 3>, grid, dim3(32), 0, s);
  }
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
