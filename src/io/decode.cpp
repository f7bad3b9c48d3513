// SPDX-License-Identifier: Apache-2.0
#include "io/decode.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/check.h"
#include "io/limits.h"
#include "io/samples.h"

namespace opsin::io {
namespace {

constexpr std::size_t kept_scratch = 8 << 20;  // Per thread and buffer; larger ones are given back after use.

/// Memory of the thread that grows and is reused. Zeros are never written: who fills it is who uses it.
class Scratch {
 public:
  std::span<std::byte> get(std::size_t bytes) {
    if (bytes > size_) {
      memory_.reset();
      memory_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
      size_ = bytes;
    }
    return {memory_.get(), bytes};
  }
  void trim() {
    if (size_ <= kept_scratch) return;
    memory_.reset();
    size_ = 0;
  }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

struct ThreadScratch {
  Scratch stored, decoded;
};
thread_local ThreadScratch scratch;

struct TrimAtEnd {
  ~TrimAtEnd() {
    scratch.stored.trim();
    scratch.decoded.trim();
  }
};

class Decoder {
 public:
  Decoder(const Tile& tile, const SlideLimits& limits, std::span<const std::byte> ahead)
      : tile_(tile),
        e_(*tile.image->encoding),
        source_(*tile.image->source),
        limits_(limits),
        range_(tile.range()),
        ahead_(ahead) {}

  void run(const Area& area, std::byte* out, std::size_t row_stride) {
    const TrimAtEnd trim;
    check(inside(range_.offset, range_.length, source_.size()), range_.length,
          " bytes reach beyond the end of the file (", source_.size(), " bytes)");
    if (is_image_codec(e_.compression)) {
      image(area, out, row_stride);
      return;
    }
    if (e_.compression == Compression::none) {
      uncompressed(area, out, row_stride);
    } else {
      compressed(area, out, row_stride);
    }
    if (e_.photometric == tiff::Photometric::ycbcr && !Packing(e_, 1).subsampled()) {
      for (std::uint32_t y = 0; y < area.height; ++y) ycbcr_to_rgb(e_, out + y * row_stride, area.width);
    }
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check_plain<IoError>(ok, parts...);
  }

  void check_ratio(std::uint64_t decoded) const {
    check(static_cast<double>(decoded) <= limits_.decompression_ratio * static_cast<double>(range_.length),
          range_.length, " bytes for ", decoded, " bytes of pixels are more than the limit of the decompression ratio");
  }

  /// The stored bytes, in memory that may be written to when `writable`.
  std::span<const std::byte> stored(bool writable) const {
    if (!ahead_.empty()) {
      if (!writable) return ahead_;
      const std::span<std::byte> own = scratch.stored.get(ahead_.size());
      std::memcpy(own.data(), ahead_.data(), ahead_.size());
      return own;
    }
    const std::span<const std::byte> all = source_.in_memory();
    if (!all.empty() && !writable) return all.subspan(range_.offset, range_.length);
    const std::span<std::byte> bytes = scratch.stored.get(range_.length);
    source_.read(range_.offset, bytes);
    return bytes;
  }

  void image(const Area& area, std::byte* out, std::size_t row_stride) const {
    ImageRequest r;
    r.shrink = e_.shrink;
    r.width = static_cast<std::uint32_t>(tile_.image->tile_width * e_.shrink);
    r.height = static_cast<std::uint32_t>(tile_.height() * e_.shrink);
    r.may_be_larger = tile_.height() < tile_.image->tile_height;
    r.samples = static_cast<std::uint32_t>(tile_.samples());
    r.bits = e_.bits;
    // Old-style JPEG is video as often as JFIF: the tags say with which levels. libjpeg knows JFIF's only.
    const bool video = e_.compression == Compression::old_jpeg && e_.colour == Colour::ycbcr_to_rgb;
    r.colour = video ? Colour::raw : e_.colour;
    r.tables = e_.jpeg_tables;
    r.head = e_.jpeg_head;
    r.old_jpeg = e_.old_jpeg ? &*e_.old_jpeg : nullptr;
    r.area = area;
    r.out = out;
    r.row_stride = row_stride;
    check_ratio(std::uint64_t{r.width} * r.height * r.samples * itemsize(e_.dtype()));
    std::span<const std::byte> in = stored(false);
    if (!e_.jpeg_head.empty() && tile_.index() > 0) in = after_marker(in);
    decode_image(e_.compression, in, r);
    if (!video) return;
    for (std::uint32_t y = 0; y < area.height; ++y) ycbcr_to_rgb(e_, out + y * row_stride, area.width);
  }

  /// A restart interval without the marker in front, which must be the right one: pixels of another place look as good.
  std::span<const std::byte> after_marker(std::span<const std::byte> in) const {
    check(in.size() > 2 && in[0] == std::byte{0xff} && in[1] == static_cast<std::byte>(0xd0 + (tile_.index() - 1) % 8),
          "JPEG: there is no restart marker");
    return in.subspan(2);
  }

  void compressed(const Area& area, std::byte* out, std::size_t row_stride) const {
    const Packing packing(e_, tile_.image->tile_width);
    const std::uint64_t bytes = packing.bytes(tile_.height());
    check_ratio(bytes);
    std::span<const std::byte> in = stored(e_.reversed_bits);
    if (e_.reversed_bits) {
      const std::span<std::byte> own = scratch.stored.get(in.size());
      reverse_bits(own);
      in = own;
    }
    const bool whole =
        area.x == 0 && area.y == 0 && area.width == tile_.image->tile_width && area.height == tile_.height();
    if (whole && packing.is_plain() && row_stride == packing.unit_bytes()) {
      decode_bytes(e_.compression, in, {out, bytes});
      return;
    }
    // Rows below the area are not decoded where the codec can stop.
    const std::span<std::byte> packed = scratch.decoded.get(bytes);
    decode_bytes(e_.compression, in, packed, packing.bytes(area.y + area.height));
    unpack(packing, packed, 0, area, out, row_stride);
  }

  /// Only the rows that are wanted are read, and of very long ones only the columns.
  void uncompressed(const Area& area, std::byte* out, std::size_t row_stride) const {
    const Packing packing(e_, tile_.image->tile_width);
    const std::uint64_t needed = packing.bytes(tile_.height()), row_bytes = packing.unit_bytes();
    check(range_.length >= needed, range_.length, " bytes instead of ", needed);
    const std::int64_t unit = packing.rows_per_unit();
    const std::int64_t first = area.y / unit * unit;
    const std::uint64_t begin = range_.offset + static_cast<std::uint64_t>(first / unit) * row_bytes;
    const std::uint64_t length = packing.bytes(area.y + area.height - first);
    if (packing.is_plain() && !e_.reversed_bits) {
      const std::uint64_t pixel = static_cast<std::uint64_t>(packing.samples) * e_.bits / 8,
                          wanted = area.width * pixel;
      if (wanted == row_bytes && row_stride == row_bytes) {
        source_.read(begin, {out, length});
        return;
      }
      constexpr std::uint64_t long_row = 16 << 10;  // Reading that much costs what a further system call costs.
      const bool by_row = !source_.in_memory().empty() || (row_bytes > long_row && wanted < row_bytes / 2);
      if (by_row) {
        for (std::uint32_t y = 0; y < area.height; ++y) {
          source_.read(begin + y * row_bytes + area.x * pixel, {out + y * row_stride, wanted});
        }
        return;
      }
    }
    const std::span<std::byte> packed = scratch.decoded.get(length);
    source_.read(begin, packed);
    if (e_.reversed_bits) reverse_bits(packed);
    unpack(packing, packed, first, area, out, row_stride);
  }

  const Tile& tile_;
  const Encoding& e_;
  const Source& source_;
  const SlideLimits& limits_;
  TileRange range_;
  std::span<const std::byte> ahead_;
};

}  // namespace

std::int64_t Tile::height() const {
  return image->short_last_row ? std::min(image->tile_height, image->height - row * image->tile_height)
                               : image->tile_height;
}

std::int64_t Tile::valid_width() const {
  return std::min(image->tile_width, image->width - column * image->tile_width);
}

std::int64_t Tile::valid_height() const {
  return std::min(image->tile_height, image->height - row * image->tile_height);
}

std::string Tile::where() const {
  std::string offset;
  try {
    offset = core::text(" at offset ", range().offset);
  } catch (const IoError&) {  // The table itself is what failed.
  }
  const std::string which =
      image->short_last_row ? core::text("strip ", row) : core::text("tile (", column, ", ", row, ")");
  return core::text(image->source->name(), ": ", image->label, ": ", which,
                    image->encoding->planar ? core::text(" of sample ", plane) : "", offset, ": ");
}

void decode(const Tile& tile, const Area& area, std::byte* out, std::size_t row_stride, const SlideLimits& limits,
            std::span<const std::byte> stored) {
  try {
    Decoder(tile, limits, stored).run(area, out, row_stride);
  } catch (const IoError& e) {
    throw IoError(tile.where() + e.what());
  }
}

bool decodes_areas(const Encoding& e) {
  if (e.compression == Compression::none) return Packing(e, 1).is_plain() && !e.reversed_bits;
  return decodes_areas(e.compression);
}

}  // namespace opsin::io
