// SPDX-License-Identifier: Apache-2.0
// Bits under planar footprints that are known when the kernel is compiled. A block packs a tile of the image and what
// lies around it into words of 32 columns; a thread then goes down a column of words, as a warp goes down a strip in
// extreme_shape_cuda.h. All of a tile is on its way from memory at once, where a strip's lines follow each other.
#pragma once

#include "engine/extreme_shape_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int bit_words = bit_columns / 32;

/// A word of columns and half a word on each side of it.
struct BitColumns {};

template <>
struct ShapeLane<BitColumns> {
  static constexpr bool bits = true;
  static constexpr int registers = 2;
  struct Keys {
    unsigned r[registers];
  };

  template <int Shift>
  __device__ __forceinline__ static Keys shifted(const Keys& k) {
    if constexpr (Shift >= 0) {
      return {{__funnelshift_r(k.r[0], k.r[1], Shift), k.r[1] >> Shift}};
    } else {
      return {{k.r[0] << -Shift, __funnelshift_l(k.r[0], k.r[1], -Shift)}};
    }
  }
};

/// The bits of 16 elements.
__device__ __forceinline__ unsigned packed_bits(const uint4& bytes) {
  return packed_truths(bytes.x) | packed_truths(bytes.y) << 4 | packed_truths(bytes.z) << 8 |
         packed_truths(bytes.w) << 12;
}

__device__ __forceinline__ uint4 spread_bits(unsigned bits) {
  return {spread_truths(bits), spread_truths(bits >> 4), spread_truths(bits >> 8), spread_truths(bits >> 12)};
}

/// Bytes that an address lies behind a multiple of 16.
__device__ __forceinline__ int behind_16(const void* address) {
  return static_cast<int>(reinterpret_cast<std::uintptr_t>(address) & 15);
}

/// Block i's tile: which part of the image it is, and how that is read and written. `Reach`: rows that windows reach to
/// each side.
///
/// Memory is read in groups of 16 elements from multiples of 16 bytes on. So a line of bits begins up to 15 columns
/// before those that windows reach, wherever the row lies.
template <int Reach>
struct BitTile {
  static constexpr int margin = 16;  // columns beside the tile
  struct Line {
    unsigned word[bit_words + 2];
    int away;  // of the first column that windows reach

    __device__ __forceinline__ void set(int group, unsigned bits) {
      reinterpret_cast<std::uint16_t*>(word)[group] = static_cast<std::uint16_t>(bits);
    }
    /// Those of 64 columns from half a word before the tile's word i on.
    __device__ __forceinline__ ShapeKeys<BitColumns> keys(int i) const {
      return {{__funnelshift_r(word[i], word[i + 1], away), __funnelshift_r(word[i + 1], word[i + 2], away)}};
    }
  };
  using Made = unsigned[bit_words + 1];

  const ShapeImage<Bit>& p;
  int x, y;            // of the first column and row
  int columns, rows;   // that are made
  std::int64_t plane;  // the image's first element
  int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;

  __device__ __forceinline__ explicit BitTile(const ShapeImage<Bit>& of)
      : p(of),
        x(static_cast<int>(blockIdx.x) % p.strips * p.strip),
        y(static_cast<int>(blockIdx.x) / p.strips % p.bands * p.band),
        columns(p.width - x < p.strip ? p.width - x : p.strip),
        rows(p.height - y < p.band ? p.height - y : p.band),
        plane(static_cast<std::int64_t>(static_cast<int>(blockIdx.x) / p.strips / p.bands) * p.height * p.width) {}

  __device__ int words() const { return (columns + 31) / 32; }
  __device__ int lines() const { return rows + 2 * Reach; }
  /// What flips elements to keys and back.
  __device__ unsigned flip() const { return p.key.flip ? ~0u : 0u; }

  /// All lines as keys.
  __device__ __forceinline__ void load(Line* to) const {
    constexpr int together = 2, parts = 2;  // of 32 groups
    load_rest(to, 32 * parts);
    for (int first = warp; first < lines(); first += together * bit_warps) {
      const std::uint8_t* from[together];
      uint4 bytes[together][parts];
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const int line = first + i * bit_warps;
        from[i] = line < lines() ? row(line) : nullptr;
#pragma unroll
        for (int k = 0; k < parts; ++k) bytes[i][k] = load_group(from[i], lane + 32 * k);
      }
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const int line = first + i * bit_warps;
        if (line >= lines()) break;
        if (lane == 0) to[line].away = away_of(from[i]);
#pragma unroll
        for (int k = 0; k < parts; ++k) set_group(to[line], from[i], lane + 32 * k, bytes[i][k]);
      }
    }
    if (x == 0 || x + columns + margin > p.width) load_edges(to);
  }

  /// Keys of the tile's rows to the output.
  __device__ __forceinline__ void store(const Made* made) const {
    for (int r = warp; r < rows; r += bit_warps) {
      const std::int64_t from = plane + (static_cast<std::int64_t>(y + r) * p.width + x);
      const int away = behind_16(p.out + from);
      for (int first = 16 * lane - away; first < columns; first += 16 * 32) {
        const int begin = first < 0 ? 0 : first, end = first + 16 < columns ? first + 16 : columns;
        const int word = begin / 32;
        unsigned bits = __funnelshift_r(made[r][word], made[r][word + 1], begin % 32) ^ flip();
        if (p.finish != Finish::none) bits ^= others(p.a + from + begin, end - begin);
        if (end - begin == 16) {
          *reinterpret_cast<uint4*>(p.out + from + begin) = spread_bits(bits);
        } else {
          for (int e = begin; e < end; ++e) p.out[from + e] = static_cast<std::uint8_t>(bits >> (e - begin) & 1u);
        }
      }
    }
  }

 private:
  /// The first column of a line's group.
  __device__ int column_of(int group, int away) const { return x - margin - away + 16 * group; }
  __device__ bool needs(int column) const { return column < x + columns + margin; }
  /// Whether the row has all of a group's columns.
  __device__ bool shows(int column) const { return column >= 0 && column + 16 <= p.width; }

  /// The row that a line shows; null: the constant.
  __device__ __forceinline__ const std::uint8_t* row(int line) const {
    const int at = p.down.at(y + line - Reach, p.height);
    return at < 0 ? nullptr : p.image + plane + static_cast<std::int64_t>(at) * p.width;
  }

  /// Up to 16 elements of an image of the output's shape.
  __device__ __forceinline__ static unsigned others(const std::uint8_t* from, int count) {
    if (count == 16 && behind_16(from) == 0) return packed_bits(*reinterpret_cast<const uint4*>(from));
    unsigned bits = 0;
    for (int e = 0; e < count; ++e) bits |= (from[e] != 0 ? 1u : 0u) << e;
    return bits;
  }

  __device__ int away_of(const std::uint8_t* row) const { return row != nullptr ? behind_16(row + x) : 0; }

  /// A group of a line, zero where the row has not all of it.
  __device__ __forceinline__ uint4 load_group(const std::uint8_t* row, int group) const {
    const int column = column_of(group, away_of(row));
    if (row == nullptr || !needs(column) || !shows(column)) return {};
    return *reinterpret_cast<const uint4*>(row + column);
  }
  __device__ __forceinline__ void set_group(Line& to, const std::uint8_t* row, int group, const uint4& bytes) const {
    const int column = column_of(group, away_of(row));
    const unsigned bits = row != nullptr ? packed_bits(bytes) : p.constant != 0 ? ~0u : 0u;
    if (needs(column) && (row == nullptr || shows(column))) to.set(group, bits ^ flip());
  }

  /// Groups from `first` on: three at the most, a thread for each.
  __device__ __forceinline__ void load_rest(Line* to, int first) const {
    for (int i = static_cast<int>(threadIdx.x); i < 3 * lines(); i += bit_block) {
      const std::uint8_t* const from = row(i / 3);
      set_group(to[i / 3], from, first + i % 3, load_group(from, first + i % 3));
    }
  }

  /// Groups with columns beyond the edges: two at the most on the left, three on the right, a thread for each.
  __device__ __forceinline__ void load_edges(Line* to) const {
    for (int i = static_cast<int>(threadIdx.x); i < 5 * lines(); i += bit_block) {
      const int line = i / 5, which = i % 5;
      const std::uint8_t* const from = row(line);
      if (from == nullptr) continue;
      const int away = away_of(from), last = (columns + 2 * margin + away - 1) / 16;
      const int group = which < 2 ? which : last - (which - 2), column = column_of(group, away);
      if ((which < 2) == (column < 0) && !shows(column)) to[line].set(group, bits_at_edge(from, column) ^ flip());
    }
  }

  /// Of 16 columns. What is further out than windows reach is nobody's.
  __device__ __forceinline__ unsigned bits_at_edge(const std::uint8_t* row, int column) const {
    unsigned bits = 0;
#pragma unroll
    for (int e = 0; e < 16; ++e) {
      const int left = 1 - p.width, right = 2 * p.width - 2, c = column + e;
      const int at = p.across.at(c < left ? left : c > right ? right : c, p.width);
      bits |= ((at < 0 ? p.constant : row[at]) != 0 ? 1u : 0u) << e;
    }
    return bits;
  }
};

template <int Shape>
__global__ void __launch_bounds__(bit_block) bit_extreme_kernel(const __grid_constant__ ShapeImage<Bit> p) {
  constexpr ExtremeShape shape = shape_at<Shape>;
  constexpr int reach = shape.height, before = shape.rows() - 1;
  static_assert(shape.depth == 0 && shape.greatest() <= 16);
  using Tile = BitTile<reach>;
  using Keys = ShapeKeys<BitColumns>;
  __shared__ typename Tile::Line lines[most_bit_rows + 2 * reach];
  __shared__ typename Tile::Made made[most_bit_rows];
  const Tile tile(p);
  tile.load(lines);
  __syncthreads();
  const int each = p.band / bit_warps, words = tile.words();
  for (int task = static_cast<int>(threadIdx.x); task < bit_warps * words; task += bit_block) {
    const int word = task % words, top = task / words * each;
    Keys best[before];
#pragma unroll
    for (int i = 0; i < before; ++i) best[i] = shape_most<BitColumns>();
    for (int line = top; line < top + each + before && line < tile.lines(); ++line) {
      const Keys keys = lines[line].keys(word);
      Keys row[reach + 1];
      shape_rows<BitColumns, Shape>(row, [&](auto) { return keys; });
      const Keys done = join_rows<BitColumns, Shape>(best, row);
      if (line >= top + before) made[line - before][word] = __funnelshift_r(done.r[0], done.r[1], 16);
    }
  }
  __syncthreads();
  tile.store(made);
}

}  // namespace opsin::OPSIN_TARGET::engine
