// SPDX-License-Identifier: Apache-2.0
// The image of a rank filter as the tiles of the CUDA engines read it, and the footprint as cells of a tile.
#pragma once

#include "engine/on_device.h"
#include "engine/rank_window.h"

namespace opsin::OPSIN_TARGET::engine {

/// Shared memory that a block may take.
inline constexpr std::int64_t rank_shared = 220 * 1024;

struct RankPixels {
  const void* image;
  const std::uint8_t* mask;
  bool bytes;  // uint8, else uint16
  std::int64_t shape[3];

  explicit RankPixels(const RankWindow& w)
      : image(w.image.data()),
        mask(w.mask.defined() ? w.mask.data_as<std::uint8_t>() : nullptr),
        bytes(w.image.dtype() == DType::uint8),
        shape{w.image.shape(0), w.image.shape(1), w.image.shape(2)} {}

  __device__ int value(std::int64_t index) const {
    return bytes ? int{static_cast<const std::uint8_t*>(image)[index]}
                 : int{static_cast<const std::uint16_t*>(image)[index]};
  }

  /// Whether the image has the row; `line` is where it begins.
  __device__ bool row(std::int64_t plane, std::int64_t y, std::int64_t& line) const {
    line = (plane * shape[1] + y) * shape[2];
    return plane >= 0 && plane < shape[0] && y >= 0 && y < shape[1];
  }

  /// The element of column x, -1 where the row or the mask has none.
  __device__ int at(std::int64_t line, std::int64_t x) const {
    if (x < 0 || x >= shape[2] || (mask != nullptr && mask[line + x] == 0)) return -1;
    return value(line + x);
  }

  /// Four elements from column x on; a single load where they lie within the row and an aligned word.
  __device__ void four(std::int64_t line, std::int64_t x, int (&v)[4]) const {
    const std::int64_t first = line + x;
    const auto* from = static_cast<const unsigned char*>(image) + first * (bytes ? 1 : 2);
    const auto address = reinterpret_cast<std::uintptr_t>(from);
    if (mask == nullptr && x >= 0 && x + 4 <= shape[2] && address % (bytes ? 4 : 8) == 0) {
      if (bytes) {
        const unsigned word = *reinterpret_cast<const unsigned*>(from);
#pragma unroll
        for (int k = 0; k < 4; ++k) v[k] = static_cast<int>(word >> (8 * k) & 0xffu);
      } else {
        const uint2 words = *reinterpret_cast<const uint2*>(from);
        v[0] = static_cast<int>(words.x & 0xffffu);
        v[1] = static_cast<int>(words.x >> 16);
        v[2] = static_cast<int>(words.y & 0xffffu);
        v[3] = static_cast<int>(words.y >> 16);
      }
    } else {
#pragma unroll
      for (int k = 0; k < 4; ++k) v[k] = at(line, x + k);
    }
  }
};

/// How an image is cut into tiles: planes, rows and columns of results, and the cells under all their windows.
struct RankTile {
  int planes, rows, columns;
  int deep, tall, pitch;  // cells along the three axes
  std::int64_t least[3];  // of the first cell, from the first result
  std::int64_t across, down, count;

  RankTile(const RankWindow& w, int tile_planes, int tile_rows, int tile_columns, std::int64_t tile_pitch)
      : planes(tile_planes),
        rows(tile_rows),
        columns(tile_columns),
        deep(static_cast<int>(w.span(0)) + planes - 1),
        tall(static_cast<int>(w.span(1)) + rows - 1),
        pitch(static_cast<int>(tile_pitch)),
        least{w.least[0], w.least[1], w.least[2]},
        across((w.image.shape(2) + columns - 1) / columns),
        down((w.image.shape(1) + rows - 1) / rows),
        count((w.image.shape(0) + planes - 1) / planes * down * across) {}

  std::int64_t cells() const { return std::int64_t{1} * deep * tall * pitch; }
  /// Of a run's row, from the cell of the tile's first result.
  std::int64_t row_of(const RankRun& run) const { return (run.plane * tall + run.row) * pitch; }

  __device__ std::int64_t plane(std::int64_t tile) const { return tile / across / down * planes; }
  __device__ std::int64_t row(std::int64_t tile) const { return tile / across % down * rows; }
  __device__ std::int64_t column(std::int64_t tile) const { return tile % across * columns; }
};

}  // namespace opsin::OPSIN_TARGET::engine
