// SPDX-License-Identifier: Apache-2.0
// Packed bytes of an uncompressed tile to samples in memory: bit depths, byte order, FillOrder, predictors, YCbCr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "io/slide_data.h"

namespace opsin::io {

/// How one tile's samples lie in its uncompressed bytes.
struct Packing {
  const Encoding* encoding = nullptr;
  std::int64_t width = 0;    ///< of the tile as stored
  std::int64_t samples = 1;  ///< in the tile: 1 when planar

  Packing(const Encoding& e, std::int64_t tile_width)
      : encoding(&e), width(tile_width), samples(e.planar ? 1 : e.samples) {}

  bool subsampled() const { return encoding->subsampling[0] * encoding->subsampling[1] > 1; }
  /// Rows that share their bytes: YCbCr's vertical subsampling, otherwise 1.
  std::int64_t rows_per_unit() const { return encoding->subsampling[1]; }
  /// Bytes of rows_per_unit() rows. Rows begin at whole bytes. Fits 64 bits: width is below 2^31.
  std::uint64_t unit_bytes() const;
  /// Bytes of `rows` rows.
  std::uint64_t bytes(std::int64_t rows) const;
  /// True when the packed rows are already what is wanted in memory, up to their length.
  bool is_plain() const;
};

/// Rows [first, first + area.height) of a tile, of which `packed` holds whole units that begin at row `packed_first`,
/// into `out` as the encoding's dtype; `area.x` and `area.width` choose the columns. `packed` is scratch afterwards.
void unpack(const Packing& packing, std::span<std::byte> packed, std::int64_t packed_first, const Area& area,
            std::byte* out, std::size_t row_stride);

/// Three interleaved 8-bit samples per pixel from YCbCr to RGB (TIFF 6.0 section 20), in place.
void ycbcr_to_rgb(const Encoding& encoding, std::byte* pixels, std::size_t count);

/// Copies samples between rows of pixels; strides in bytes, `size` bytes per sample.
struct SampleCopy {
  const std::byte* from = nullptr;
  std::size_t from_pixel = 0, from_row = 0;
  std::byte* to = nullptr;
  std::ptrdiff_t to_pixel = 0, to_row = 0;
};
void copy_samples(const SampleCopy& copy, std::int64_t width, std::int64_t height, std::size_t size);

}  // namespace opsin::io
