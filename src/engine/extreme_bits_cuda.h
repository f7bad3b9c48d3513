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

/// Block i's tile: which part of the image it is, and how that is read and written. `Reach`: rows that windows reach to
/// each side.
template <int Reach>
struct BitTile {
  /// Half a word of the columns before the tile and one of those behind it are used.
  using Line = unsigned[bit_words + 2];

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

  /// The row that a line shows; null: the constant.
  __device__ __forceinline__ const std::uint8_t* row(int line) const {
    const int at = p.down.at(y + line - Reach, p.height);
    return at < 0 ? nullptr : p.image + plane + static_cast<std::int64_t>(at) * p.width;
  }

  /// The element of a row at a column that may lie beyond the edges. What is further out than windows reach is
  /// nobody's.
  __device__ __forceinline__ bool element(const std::uint8_t* row, int column) const {
    const int at = p.across.at(column < 2 * p.width - 2 ? column : 2 * p.width - 2, p.width);
    return (row == nullptr || at < 0 ? p.constant : row[at]) != 0;
  }

  /// All lines as bits, flipped to keys.
  __device__ __forceinline__ void load(Line* lines_of_bits) const {
    const unsigned flip = p.key.flip ? ~0u : 0u;
    if (!p.wide_in) return load_words(lines_of_bits, flip);
    load_around(lines_of_bits, flip);
    constexpr int together = 2;
    const int groups = columns / 16;
    for (int first = warp; first < lines(); first += together * bit_warps) {
      uint4 bytes[together][2];
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const int line = first + i * bit_warps;
        const std::uint8_t* const from = line < lines() ? row(line) : nullptr;
#pragma unroll
        for (int k = 0; k < 2; ++k) {
          const unsigned constant = p.constant != 0 ? 0x01010101u : 0u;
          bytes[i][k] = {constant, constant, constant, constant};
          const int group = lane + 32 * k;
          if (from != nullptr && group < groups) bytes[i][k] = *reinterpret_cast<const uint4*>(from + x + 16 * group);
        }
      }
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const int line = first + i * bit_warps;
        if (line >= lines()) break;
#pragma unroll
        for (int k = 0; k < 2; ++k) {
          if (lane + 32 * k < groups) set_half(lines_of_bits[line], lane + 32 * k + 2, packed_bits(bytes[i][k]) ^ flip);
        }
      }
    }
  }

  /// `made`: keys.
  __device__ __forceinline__ void store(const unsigned (*made)[bit_words]) const {
    const unsigned flip = p.key.flip ? ~0u : 0u;
    std::uint8_t* const out = p.out + plane + static_cast<std::int64_t>(y) * p.width + x;
    const std::uint8_t* const a =
        p.finish == Finish::none ? nullptr : p.a + plane + static_cast<std::int64_t>(y) * p.width + x;
    for (int r = warp; r < rows; r += bit_warps) {
      const std::int64_t from = static_cast<std::int64_t>(r) * p.width;
      if (p.wide_out) {
        for (int group = lane; group < columns / 16; group += 32) {
          unsigned bits = (made[r][group / 2] ^ flip) >> group % 2 * 16;
          if (a != nullptr) bits ^= packed_bits(*reinterpret_cast<const uint4*>(a + from + 16 * group));
          *reinterpret_cast<uint4*>(out + from + 16 * group) = spread_bits(bits);
        }
      } else {
        for (int column = lane; column < columns; column += 32) {
          unsigned bit = (made[r][column / 32] ^ flip) >> lane & 1u;
          if (a != nullptr) bit ^= a[from + column] != 0 ? 1u : 0u;
          out[from + column] = static_cast<std::uint8_t>(bit);
        }
      }
    }
  }

 private:
  __device__ static void set_half(Line& line, int half, unsigned bits) {
    reinterpret_cast<std::uint16_t*>(line)[half] = static_cast<std::uint16_t>(bits);
  }

  /// The 16 columns on each side of all lines, where a row is whole groups of 16.
  __device__ __forceinline__ void load_around(Line* lines_of_bits, unsigned flip) const {
    for (int i = static_cast<int>(threadIdx.x); i < 2 * lines(); i += bit_block) {
      const int line = i / 2, first = i % 2 == 0 ? -16 : columns;
      const std::uint8_t* const from = row(line);
      unsigned bits = 0;
      if (from != nullptr && x + first >= 0 && x + first < p.width) {
        bits = packed_bits(*reinterpret_cast<const uint4*>(from + x + first));
      } else {
#pragma unroll
        for (int e = 0; e < 16; ++e) bits |= (element(from, x + first + e) ? 1u : 0u) << e;
      }
      set_half(lines_of_bits[line], first / 16 + 2, bits ^ flip);
    }
  }

  /// Word by word, a lane of a warp to a column.
  __device__ __forceinline__ void load_words(Line* lines_of_bits, unsigned flip) const {
    constexpr int together = 4;
    const int each = words() + 2, count = lines() * each;
    for (int first = warp; first < count; first += together * bit_warps) {
      bool bit[together];
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const int at = first + i * bit_warps < count ? first + i * bit_warps : count - 1;
        bit[i] = element(row(at / each), x + (at % each - 1) * 32 + lane);
      }
#pragma unroll
      for (int i = 0; i < together; ++i) {
        const unsigned bits = __ballot_sync(0xffffffffu, bit[i]);
        const int at = first + i * bit_warps;
        if (lane == 0 && at < count) lines_of_bits[at / each][at % each] = bits ^ flip;
      }
    }
  }
};

template <int Shape>
__global__ void __launch_bounds__(bit_block) bit_extreme_kernel(const __grid_constant__ ShapeImage<Bit> p) {
  constexpr ExtremeShape shape = shape_at<Shape>;
  constexpr int reach = shape.height, before = shape.rows() - 1;
  static_assert(shape.depth == 0 && shape.greatest() <= 16);
  using Tile = BitTile<reach>;
  using Keys = ShapeKeys<BitColumns>;
  __shared__ typename Tile::Line bits[most_bit_rows + 2 * reach];
  __shared__ unsigned made[most_bit_rows][bit_words];
  const Tile tile(p);
  tile.load(bits);
  __syncthreads();
  const int each = p.band / bit_warps, words = tile.words();
  for (int task = static_cast<int>(threadIdx.x); task < bit_warps * words; task += bit_block) {
    const int word = task % words, top = task / words * each;
    Keys best[before];
#pragma unroll
    for (int i = 0; i < before; ++i) best[i] = shape_most<BitColumns>();
    for (int line = top; line < top + each + before && line < tile.lines(); ++line) {
      const unsigned* const w = bits[line] + word;
      const Keys keys{{__funnelshift_r(w[0], w[1], 16), __funnelshift_r(w[1], w[2], 16)}};
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
