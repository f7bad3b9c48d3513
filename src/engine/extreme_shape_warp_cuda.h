// SPDX-License-Identifier: Apache-2.0
// A warp that streams down a strip of the image: lines of it with what lies around, and its outputs.
#pragma once

#include "engine/extreme_shape_lane_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// How a warp reads its columns of a row.
enum class Reading : std::uint8_t {
  whole,    // one access for a lane's elements
  words,    // word by word, from where the edges show them
  shifted,  // whole words, moved by the bytes that the row is away from them
  single    // element by element, from columns that may lie beyond the edges
};

/// A lane's elements that begin within a word, as they are read.
template <class T>
struct ShiftedElements {
  static constexpr int words = ShapeLane<T>::words, read = words + (sizeof(Stored<T>) < 4 ? 1 : 0);
  unsigned w[read];
  unsigned away;  // bytes from the first word's beginning

  /// Those from `row` on; the words around them belong to the row.
  __device__ __forceinline__ void load(const Stored<T>* row) {
    away = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(row) & 3);
    const auto from = reinterpret_cast<const unsigned*>(reinterpret_cast<const char*>(row) - away);
#pragma unroll
    for (int i = 0; i < read; ++i) w[i] = from[i];
  }

  __device__ __forceinline__ ShapeElements<T> elements() const {
    ShapeElements<T> e;
#pragma unroll
    for (int i = 0; i < words; ++i) e.w[i] = read > words ? __funnelshift_r(w[i], w[(i + 1) % read], 8 * away) : w[i];
    return e;
  }
};

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
  static constexpr int words = ShapeLane<T>::words, per_word = 4 / static_cast<int>(sizeof(Stored<T>));

  const ShapeImage<T>& p;
  Reading reading;
  int x;            // of the lane's first column
  int column[4];    // what each column shows; below 0: the constant
  int word[words];  // what each word is read from
  unsigned picked;  // of the words, see shape_keys()
  bool lacks;       // a column of the warp shows the constant

  __device__ ShapeStrip(const ShapeImage<T>& image, int first, int lane) : p(image), x(first + 4 * lane) {
    const int end = first + 32 * ShapeLane<T>::columns;
    const bool within = first >= 0 && end <= p.width;
    const bool inside = p.wide_in ? within : first >= 4 && end + 4 <= p.width;
    reading = inside ? (p.wide_in ? Reading::whole : Reading::shifted) : p.worded ? Reading::words : Reading::single;
    lacks = !within && p.across.lacks();
    picked = reading == Reading::words ? 0 : own_places<T>;
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      // Columns further out than the footprint reaches are nobody's.
      const int at = x + i < 1 - p.width ? 1 - p.width : x + i > 2 * p.width - 2 ? 2 * p.width - 2 : x + i;
      column[i] = p.across.at(at, p.width);
      if (reading == Reading::words) picked |= static_cast<unsigned>(column[i] & (per_word - 1)) << 4 * i;
    }
#pragma unroll
    for (int j = 0; j < words; ++j) word[j] = column[j * per_word] & -per_word;
  }

  __device__ __forceinline__ ShapeElements<T> constant() const {
    ShapeElements<T> e{};
#pragma unroll
    for (int i = 0; i < 4; ++i) set_shape_element<T>(e, i, p.constant);
    return e;
  }

  /// Whether the lane's elements are loaded by load().
  __device__ bool loads() const { return reading == Reading::whole || reading == Reading::words; }

  /// The lane's elements of the row that begins `row` elements into a plane.
  __device__ __forceinline__ void load(ShapeElements<T>& e, const Stored<T>* plane, int row, bool all_shown) const {
    if (words > 1 && reading == Reading::whole) {
      e = *reinterpret_cast<const ShapeElements<T>*>(plane + (row + x));
      return;
    }
#pragma unroll
    for (int j = 0; j < words; ++j) {
      if (all_shown || word[j] >= 0) e.w[j] = *reinterpret_cast<const unsigned*>(plane + (row + word[j]));
    }
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
  bool inner;                       // the image shows all that is read, at once, and no band ends early

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
    // Fetching goes on for at most seven lines after the last.
    inner = in.loads() && !in.lacks && top >= Height && top + bands * p.band + Height + 7 <= p.height;
#pragma unroll
    for (int k = 0; k < planes; ++k) inner = inner && source[k] != nullptr;
  }

  __device__ int groups() const { return (p.bands + bands - 1) / bands; }

  /// Lines that come by: the first row's window begins with line 0.
  __device__ int lines() const { return (p.height - top < p.band ? p.height - top : p.band) + 2 * Height; }

  __device__ __forceinline__ void fetch(int line, Lines& to) const {
    if (inner) {
      const int from = (top + line - Height) * p.width;
#pragma unroll
      for (int b = 0; b < bands; ++b) {
#pragma unroll
        for (int k = 0; k < planes; ++k) in.load(to[k][b], source[k], from + b * p.band * p.width, true);
      }
      return;
    }
    int rows[bands];
#pragma unroll
    for (int b = 0; b < bands; ++b) {
      // Rows further out than the windows reach are nobody's.
      const int y = top + b * p.band + line - Height, most = p.height + Height - 1;
      rows[b] = p.down.at(y < most ? y : most, p.height);
    }
    // What is put together here waits for memory, so that loads come first.
    if (in.reading == Reading::single) {
      if constexpr (sizeof(Stored<T>) < 4) fetch_single(rows, to);
    } else if (in.reading == Reading::shifted) {
      fetch_shifted(rows, to);
    } else {
#pragma unroll
      for (int b = 0; b < bands; ++b) {
#pragma unroll
        for (int k = 0; k < planes; ++k) {
          to[k][b] = in.constant();
          if (shows(rows[b], k)) in.load(to[k][b], source[k], rows[b] * p.width, false);
        }
      }
    }
  }

  /// Of the row that `line` completes in band b.
  __device__ int row(int line, int b) const { return top + b * p.band + line - 2 * Height; }
  __device__ bool makes(int line, int b) const {
    return line >= 2 * Height && line < lines() && left > 0 && (inner || row(line, b) < p.height);
  }
  __device__ std::int64_t place(int line, int b) const { return image * plane + (row(line, b) * p.width + in.x); }

 private:
  /// Rows that wait for memory together where lanes put their elements together: as many as there are registers for.
  static constexpr int most_together = ShapeLane<T>::bits ? 4 : 16;

  __device__ bool shows(int row, int k) const { return row >= 0 && source[k] != nullptr; }

  /// load(i, plane, band) for a few rows, then put(i, plane, band) for the same ones, until they are all done.
  template <class Load, class Put>
  __device__ __forceinline__ static void in_turn(const Load& load, const Put& put) {
#pragma unroll
    for (int first = 0; first < planes * bands; first += most_together) {
      // Loads of the next rows stay behind it.
      if (first > 0) __syncwarp();
#pragma unroll
      for (int i = 0; i < most_together && first + i < planes * bands; ++i) {
        load(i, (first + i) % planes, (first + i) / planes);
      }
#pragma unroll
      for (int i = 0; i < most_together && first + i < planes * bands; ++i) {
        put(i, (first + i) % planes, (first + i) / planes);
      }
    }
  }

  __device__ __forceinline__ void fetch_shifted(const int (&rows)[bands], Lines& to) const {
    ShiftedElements<T> parts[most_together];
    in_turn(
        [&](int i, int k, int b) {
          parts[i].away = 0;
#pragma unroll
          for (unsigned& w : parts[i].w) w = in.constant().w[0];
          if (shows(rows[b], k)) parts[i].load(source[k] + (rows[b] * p.width + in.x));
        },
        [&](int i, int k, int b) { to[k][b] = parts[i].elements(); });
  }

  __device__ __forceinline__ void fetch_single(const int (&rows)[bands], Lines& to) const {
    Stored<T> parts[most_together][4];
    in_turn(
        [&](int i, int k, int b) {
#pragma unroll
          for (int c = 0; c < 4; ++c) {
            parts[i][c] = p.constant;
            if (shows(rows[b], k) && in.column[c] >= 0) parts[i][c] = source[k][rows[b] * p.width + in.column[c]];
          }
        },
        [&](int i, int k, int b) {
          to[k][b] = {};
#pragma unroll
          for (int c = 0; c < 4; ++c) set_shape_element<T>(to[k][b], c, parts[i][c]);
        });
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
