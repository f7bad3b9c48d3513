// SPDX-License-Identifier: Apache-2.0
#include "io/formats/old_jpeg.h"

#include <algorithm>

#include "core/check.h"
#include "io/limits.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

constexpr std::uint64_t max_header = 1 << 20;  // Of an interchange stream without a length: up to its SOS is enough.

template <class... Parts>
void check(bool ok, const tiff::Directory& d, const Parts&... parts) {
  if (!ok) throw IoError(core::text(d.where(), parts...));
}

/// Offset and length of tag 513's stream; {0, 0} when there is none.
TileRange interchange(const tiff::Directory& d) {
  const std::uint64_t offset = d.uint_or(tag::jpeg_interchange, 0), size = d.file().source()->size();
  if (offset == 0) return {};
  check(offset < size, d, "JPEGInterchangeFormat: offset ", offset, " is beyond the end of the file");
  const std::uint64_t length = d.uint_or(tag::jpeg_interchange_length, 0);
  return {offset, length > 0 ? std::min(length, size - offset) : size - offset};
}

/// The tables of a tag, one per component; a shorter list repeats its last one.
void tables(const tiff::Directory& d, std::uint16_t tag, std::uint16_t samples, Encoding& e,
            std::array<std::span<const std::byte>, 4>& out) {
  const auto offsets = d.uints(tag);
  if (offsets.empty()) return;
  const Source& source = *d.file().source();
  for (std::size_t i = 0; i < std::min<std::size_t>(samples, 4); ++i) {
    const std::uint64_t offset = offsets[std::min(i, offsets.size() - 1)];
    std::uint64_t length = 64;
    if (tag != tag::jpeg_q_tables) {
      check(inside(offset, 16, source.size()), d, tiff::tag_name(tag), ": a table at ", offset, " is not in the file");
      length = 16;
      for (const std::byte n : source.read(offset, std::uint64_t{16})) length += std::to_integer<std::uint64_t>(n);
    }
    check(inside(offset, length, source.size()), d, tiff::tag_name(tag), ": a table at ", offset,
          " is not in the file");
    e.old_jpeg_bytes.push_back(source.read(offset, length));
    out[i] = e.old_jpeg_bytes.back();  // Vectors keep their memory when the list grows.
  }
}

}  // namespace

void read_old_jpeg(const tiff::Directory& d, Encoding& e) {
  OldJpeg jpeg;
  jpeg.process = static_cast<std::uint32_t>(std::min<std::uint64_t>(d.uint_or(tag::jpeg_proc, 1), UINT32_MAX));
  if (const TileRange range = interchange(d); range.length > 0) {
    e.old_jpeg_bytes.push_back(d.file().source()->read(range.offset, std::min(range.length, max_header)));
    jpeg.interchange = e.old_jpeg_bytes.back();
  }
  const std::uint64_t restart = d.uint_or(tag::jpeg_restart_interval, 0);
  check(restart <= UINT16_MAX, d, "JPEGRestartInterval: ", restart, " is not possible");
  jpeg.restart_interval = static_cast<std::uint32_t>(restart);
  tables(d, tag::jpeg_q_tables, e.samples, e, jpeg.quantisation);
  tables(d, tag::jpeg_dc_tables, e.samples, e, jpeg.dc);
  tables(d, tag::jpeg_ac_tables, e.samples, e, jpeg.ac);
  if (const auto sub = d.uints(tag::ycbcr_subsampling); sub.size() >= 2) {
    check(sub[0] >= 1 && sub[0] <= 4 && sub[1] >= 1 && sub[1] <= 4, d, "YCbCrSubSampling is not possible");
    jpeg.horizontal_subsampling = static_cast<std::uint32_t>(sub[0]);
    jpeg.vertical_subsampling = static_cast<std::uint32_t>(sub[1]);
  }
  e.old_jpeg = jpeg;
}

TileTablePtr old_jpeg_table(const tiff::Directory& d, std::uint64_t tiles) {
  const TileRange range = interchange(d);
  check(range.length > 0 && tiles == 1, d, "StripOffsets is missing");
  return std::make_shared<const TileTable>(std::vector<TileRange>{range});
}

}  // namespace opsin::io
