// SPDX-License-Identifier: Apache-2.0
// One tile's bytes to samples in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/slide_data.h"
#include "opsin/slide.h"

namespace opsin::io {

/// What is stored under one entry of a tile table: a tile of all samples, or of one sample when planar.
struct Tile {
  const StoredImage* image = nullptr;
  std::int64_t column = 0;
  std::int64_t row = 0;
  std::int64_t plane = 0;  ///< the sample when planar, otherwise 0

  std::size_t index() const {
    return static_cast<std::size_t>((plane * image->rows() + row) * image->columns() + column);
  }
  /// Throws IoError when the table cannot be loaded.
  TileRange range() const { return (*image->tiles)[index()]; }
  /// As stored: last strips are shorter.
  std::int64_t height() const;
  /// Pixels of it that lie inside the image.
  std::int64_t valid_width() const;
  std::int64_t valid_height() const;
  /// Samples per pixel in the tile.
  std::int64_t samples() const { return image->encoding->planar ? 1 : image->encoding->samples; }
  /// "name: IFD 0: tile (3, 4) at offset 1234: "
  std::string where() const;
};

/// Decodes the rectangle `area` of a tile that has bytes: interleaved samples of the encoding's dtype from `out` on,
/// `row_stride` bytes between rows. `stored` are the tile's bytes where they have been read already; empty otherwise.
/// Throws IoError that says where; `out` is then unspecified.
void decode(const Tile& tile, const Area& area, std::byte* out, std::size_t row_stride, const SlideLimits& limits,
            std::span<const std::byte> stored = {});

/// True when a small area costs clearly less than the tile.
bool decodes_areas(const Encoding& encoding);

}  // namespace opsin::io
