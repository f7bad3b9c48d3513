// SPDX-License-Identifier: Apache-2.0
// A warp that streams down a strip of the image: lines of it with what lies around, and its outputs.
#pragma once

#include "engine/extreme_shape_lane_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// How a warp reads its columns of a row.
enum class Reading : std::uint8_t {
  whole,    // one access for a lane's elements
  shifted,  // whole words, moved by the bytes that the row is away from them
  single    // element by element, from columns that may lie beyond the edges
};

/// A lane's elements from `row` on; the words around them belong to the row.
template <class T>
__device__ __forceinline__ ShapeElements<T> load_shifted(const Stored<T>* row) {
  constexpr int words = ShapeLane<T>::words;
  const auto away = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(row) & 3);
  const auto from = reinterpret_cast<const unsigned*>(reinterpret_cast<const char*>(row) - away);
  unsigned w[words + 1];
#pragma unroll
  for (int i = 0; i < words + (sizeof(Stored<T>) < 4 ? 1 : 0); ++i) w[i] = from[i];
  ShapeElements<T> e;
#pragma unroll
  for (int i = 0; i < words; ++i) {
    e.w[i] = sizeof(Stored<T>) < 4 ? __funnelshift_r(w[i], w[i + 1], 8 * away) : w[i];
  }
  return e;
}

template <class T>
__device__ __forceinline__ void set_shape_element(ShapeElements<T>& e, int i, Stored<T> x) {
  if constexpr (sizeof(Stored<T>) == 4) {
    e.w[i] = __float_as_uint(x);
  } else {
    constexpr int per_word = 4 / static_cast<int>(sizeof(Stored<T>)), size = 8 * static_cast<int>(sizeof(Stored<T>));
    e.w[i / per_word] |= static_cast<unsigned>(x) << (i % per_word * size);
  }
}

template <class T>
__device__ __forceinline__ Stored<T> shape_element(const ShapeElements<T>& e, int i) {
  if constexpr (sizeof(Stored<T>) == 4) {
    return __uint_as_float(e.w[i]);
  } else {
    constexpr int per_word = 4 / static_cast<int>(sizeof(Stored<T>)), size = 8 * static_cast<int>(sizeof(Stored<T>));
    return static_cast<Stored<T>>(e.w[i / per_word] >> (i % per_word * size));
  }
}

/// The columns that a warp reads.
template <class T>
struct ShapeStrip {
  const ShapeImage<T>& p;
  Reading reading;
  int x;          // of the lane's first column
  int column[4];  // what a single reading reads; below 0: the constant

  __device__ ShapeStrip(const ShapeImage<T>& image, int first, int lane) : p(image), x(first + 4 * lane) {
    const int end = first + 32 * ShapeLane<T>::columns;
    const bool inside = p.wide_in ? first >= 0 && end <= p.width : first >= 4 && end + 4 <= p.width;
    reading = !inside ? Reading::single : p.wide_in ? Reading::whole : Reading::shifted;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      // Columns further out than the footprint reaches are nobody's.
      const int at = x + i < 1 - p.width ? 1 - p.width : x + i > 2 * p.width - 2 ? 2 * p.width - 2 : x + i;
      column[i] = p.across.at(at, p.width);
    }
  }

  __device__ __forceinline__ ShapeElements<T> constant() const {
    ShapeElements<T> e{};
#pragma unroll
    for (int i = 0; i < 4; ++i) set_shape_element<T>(e, i, p.constant);
    return e;
  }

  /// The lane's elements of row y of a plane.
  __device__ __forceinline__ ShapeElements<T> load(const Stored<T>* plane, int y) const {
    const Stored<T>* const row = plane + y * p.width;
    if (reading == Reading::whole) return *reinterpret_cast<const ShapeElements<T>*>(plane + (y * p.width + x));
    if (reading == Reading::shifted) return load_shifted<T>(plane + (y * p.width + x));
    ShapeElements<T> e{};
#pragma unroll
    for (int i = 0; i < 4; ++i) set_shape_element<T>(e, i, column[i] < 0 ? p.constant : row[column[i]]);
    return e;
  }
};

/// A lane's elements of an image of the output's shape, from `from` on; `left`: columns before the edge.
template <class T>
__device__ __forceinline__ ShapeElements<T> load_made(const Stored<T>* from, int left, bool whole) {
  if (whole) return *reinterpret_cast<const ShapeElements<T>*>(from);
  ShapeElements<T> e{};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    if (i < left) set_shape_element<T>(e, i, from[i]);
  }
  return e;
}

template <class T>
__device__ __forceinline__ void store_made(Stored<T>* to, const ShapeElements<T>& e, int left, bool whole) {
  if (whole) {
    *reinterpret_cast<ShapeElements<T>*>(to) = e;
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    if (i < left) to[i] = shape_element<T>(e, i);
  }
}

/// Block i's warp. Windows reach `Depth` planes, `Height` rows and at most `4 * Margin` columns to each side.
template <class T, int Depth, int Height, int Margin>
struct ShapeWarp {
  static constexpr int bands = ShapeLane<T>::bands, planes = 2 * Depth + 1;
  using Lines = ShapeElements<T>[planes][bands];

  const ShapeImage<T>& p;
  int strip, top;  // the first band's first row
  std::int64_t image;
  std::int64_t plane;  // elements of one
  ShapeStrip<T> in;
  int left;                         // the lane's columns before the strip's end, or fewer than 1
  const Stored<T>* source[planes];  // null: beyond a constant border
  bool inner;                       // all that is read lies in the image, and no band ends early

  __device__ __forceinline__ explicit ShapeWarp(const ShapeImage<T>& of)
      : p(of),
        strip(static_cast<int>(blockIdx.x) % p.strips),
        top(static_cast<int>(blockIdx.x) / p.strips % groups() * bands * p.band),
        image(static_cast<int>(blockIdx.x) / p.strips / groups()),
        plane(static_cast<std::int64_t>(p.height) * p.width),
        in(p, strip * p.strip - 4 * Margin, static_cast<int>(threadIdx.x)) {
    const int end = (strip + 1) * p.strip < p.width ? (strip + 1) * p.strip : p.width;
    left = static_cast<int>(threadIdx.x) >= Margin ? end - in.x : 0;
    source[0] = p.image + image * plane;
    if constexpr (planes > 1) {
      const auto z = static_cast<int>(image % p.depth);
#pragma unroll
      for (int k = 0; k < planes; ++k) {
        const int at = p.deep.at(z + k - Depth, p.depth);
        source[k] = at < 0 ? nullptr : p.image + (image - z + at) * plane;
      }
    }
    // Fetching goes on for a few lines after the last.
    inner = in.reading == Reading::whole && top >= Height && top + bands * p.band + Height + 3 <= p.height;
#pragma unroll
    for (int k = 0; k < planes; ++k) inner = inner && source[k] != nullptr;
  }

  __device__ int groups() const { return (p.bands + bands - 1) / bands; }

  /// Lines that come by: the first row's window begins with line 0.
  __device__ int lines() const { return (p.height - top < p.band ? p.height - top : p.band) + 2 * Height; }

  __device__ __forceinline__ void fetch(int line, Lines& to) const {
    if (inner) {
      const int from = (top + line - Height) * p.width + in.x;
#pragma unroll
      for (int b = 0; b < bands; ++b) {
#pragma unroll
        for (int k = 0; k < planes; ++k) {
          to[k][b] = *reinterpret_cast<const ShapeElements<T>*>(source[k] + (from + b * p.band * p.width));
        }
      }
      return;
    }
#pragma unroll
    for (int b = 0; b < bands; ++b) {
      // Rows further out than the windows reach are nobody's.
      const int y = top + b * p.band + line - Height, most = p.height + Height - 1;
      const int row = p.down.at(y < most ? y : most, p.height);
#pragma unroll
      for (int k = 0; k < planes; ++k) {
        if (row < 0 || source[k] == nullptr) {
          to[k][b] = in.constant();
        } else {
          to[k][b] = in.load(source[k], row);
        }
      }
    }
  }

  /// Of the row that `line` completes in band b.
  __device__ int row(int line, int b) const { return top + b * p.band + line - 2 * Height; }
  __device__ bool makes(int line, int b) const {
    return line >= 2 * Height && left > 0 && (inner || row(line, b) < p.height);
  }
  __device__ std::int64_t place(int line, int b) const { return image * plane + (row(line, b) * p.width + in.x); }
};

}  // namespace opsin::OPSIN_TARGET::engine
