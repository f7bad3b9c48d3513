// SPDX-License-Identifier: Apache-2.0
// The image of a rank filter as the tiles of the CUDA engines read it, and the footprint as cells of a tile.
#pragma once

#include "engine/on_device.h"
#include "engine/rank_window.h"

namespace opsin::OPSIN_TARGET::engine {

/// Shared memory that a block may take.
inline constexpr std::int64_t rank_shared = 220 * 1024;

/// A row of the image from a tile's first cell on; -1 stands where the image or the mask has no element.
struct RankRow {
  const unsigned char* image;
  const std::uint8_t* mask;
  int begin, end;     // cells within the image
  bool bytes, words;  // uint8, else uint16; whether four elements from a cell that four divides are an aligned word

  /// Of a cell within the image, whatever the mask says.
  __device__ int value(int i) const {
    return bytes ? int{image[i]} : int{reinterpret_cast<const std::uint16_t*>(image)[i]};
  }
  __device__ int at(int i) const { return i < begin || i >= end || (mask != nullptr && mask[i] == 0) ? -1 : value(i); }

  /// Of cells i to i + 3; four divides i.
  __device__ void four(int i, int (&v)[4]) const {
    if (words && i >= begin && i + 4 <= end) {
      if (bytes) {
        const unsigned word = *reinterpret_cast<const unsigned*>(image + i);
#pragma unroll
        for (int k = 0; k < 4; ++k) v[k] = static_cast<int>(word >> (8 * k) & 0xffu);
      } else {
        const uint2 pair = *reinterpret_cast<const uint2*>(image + 2 * i);
        v[0] = static_cast<int>(pair.x & 0xffffu);
        v[1] = static_cast<int>(pair.x >> 16);
        v[2] = static_cast<int>(pair.y & 0xffffu);
        v[3] = static_cast<int>(pair.y >> 16);
      }
    } else {
#pragma unroll
      for (int k = 0; k < 4; ++k) v[k] = at(i + k);
    }
  }
};

struct RankPixels {
  const void* image;
  const std::uint8_t* mask;
  bool bytes;
  std::int64_t shape[3];

  explicit RankPixels(const RankWindow& w)
      : image(w.image.data()),
        mask(w.mask.defined() ? w.mask.data_as<std::uint8_t>() : nullptr),
        bytes(w.image.dtype() == DType::uint8),
        shape{w.image.shape(0), w.image.shape(1), w.image.shape(2)} {}

  /// From column x on, which may lie outside as the row may.
  __device__ RankRow row(std::int64_t plane, std::int64_t y, std::int64_t x) const {
    const std::int64_t from = (plane * shape[1] + y) * shape[2] + x;
    const bool within = plane >= 0 && plane < shape[0] && y >= 0 && y < shape[1];
    const auto cell = [](std::int64_t i) { return static_cast<int>(i < 0 ? 0 : i < (1 << 30) ? i : 1 << 30); };
    RankRow row;
    row.image = static_cast<const unsigned char*>(image) + from * (bytes ? 1 : 2);
    row.mask = mask == nullptr ? nullptr : mask + from;
    row.begin = cell(-x);
    row.end = within ? cell(shape[2] - x) : 0;
    row.bytes = bytes;
    row.words = mask == nullptr && reinterpret_cast<std::uintptr_t>(row.image) % (bytes ? 4 : 8) == 0;
    return row;
  }
};

/// How an image is cut into tiles: planes, rows and columns of results, and the cells under all their windows.
struct RankTile {
  int planes, rows, columns;
  int deep, tall, pitch;  // cells along the three axes
  std::int64_t least[3];  // of the first cell, from the first result
  // Of tiles; 32 bits, as a division of 64 costs every thread as much as a result.
  unsigned across, down, count;

  RankTile(const RankWindow& w, int tile_planes, int tile_rows, int tile_columns, std::int64_t tile_pitch)
      : planes(tile_planes),
        rows(tile_rows),
        columns(tile_columns),
        deep(static_cast<int>(w.span(0)) + planes - 1),
        tall(static_cast<int>(w.span(1)) + rows - 1),
        pitch(static_cast<int>(tile_pitch)),
        least{w.least[0], w.least[1], w.least[2]},
        across(static_cast<unsigned>((w.image.shape(2) + columns - 1) / columns)),
        down(static_cast<unsigned>((w.image.shape(1) + rows - 1) / rows)),
        count(static_cast<unsigned>((w.image.shape(0) + planes - 1) / planes) * down * across) {}

  std::int64_t cells() const { return std::int64_t{1} * deep * tall * pitch; }
  /// Of a run's row, from the cell of the tile's first result.
  std::int64_t row_of(const RankRun& run) const { return (run.plane * tall + run.row) * pitch; }

  /// f(r, p, y) for those rows r of `count` planes of `height` rows that are a warp's; divisions would cost as much
  /// as a row's cells.
  template <int Warps, class F>
  __device__ static void each_row(int count, int height, const F& f) {
    int p = 0, y = static_cast<int>(threadIdx.x / 32);
    for (int r = y; r < count * height; r += Warps, y += Warps) {
      for (; y >= height; y -= height) ++p;
      f(r, p, y);
    }
  }

  __device__ std::int64_t plane(unsigned tile) const { return std::int64_t{tile / across / down} * planes; }
  __device__ std::int64_t row(unsigned tile) const { return std::int64_t{tile / across % down} * rows; }
  __device__ std::int64_t column(unsigned tile) const { return std::int64_t{tile % across} * columns; }
};

}  // namespace opsin::OPSIN_TARGET::engine
