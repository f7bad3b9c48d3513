// SPDX-License-Identifier: Apache-2.0
#include "io/tile_table.h"

#include "core/check.h"
#include "io/limits.h"

namespace opsin::io {
namespace {

/// The first `count` values of an integer tag.
std::vector<std::uint64_t> values(const tiff::File& file, const tiff::Directory& directory, std::uint16_t tag,
                                  std::size_t count) {
  const tiff::Entry& entry = *directory.find(tag);
  const auto raw = file.value_bytes(directory, entry, count, UINT64_MAX);
  std::vector<std::uint64_t> result(count);
  tiff::widen(raw, entry.type, file.big_endian(), result);
  return result;
}

/// Checks what can be checked without reading the array.
void check_array(const tiff::File& file, const tiff::Directory& directory, std::uint16_t tag, std::size_t count) {
  const tiff::Entry* entry = directory.find(tag);
  const auto check = [&](bool ok, const auto&... parts) {
    if (!ok) throw IoError(core::text(directory.where(), tiff::tag_name(tag), parts...));
  };
  check(entry != nullptr, " is missing");
  const std::size_t size = tiff::type_size(entry->type);
  check((entry->type == tiff::Type::short_ || entry->type == tiff::Type::long_ || entry->type == tiff::Type::long8 ||
         entry->type == tiff::Type::byte || entry->type == tiff::Type::ifd || entry->type == tiff::Type::ifd8),
        ": not of an unsigned integer type");
  check(entry->count >= count, ": ", entry->count, " values for ", count, " tiles");
  const auto length = multiply<std::uint64_t>(entry->count, size);
  check(length && (entry->is_inline || inside(entry->offset, *length, file.source()->size())), ": its ", entry->count,
        " values reach beyond the end of the file");
}

}  // namespace

TileTable::TileTable(std::vector<TileRange> ranges)
    : count_(ranges.size()), ranges_(new std::vector<TileRange>(std::move(ranges))) {}  // lint-allow: see ranges()

TileTable::~TileTable() { delete ranges_.load(std::memory_order_relaxed); }

const std::vector<TileRange>& TileTable::ranges() const {
  if (const auto* known = ranges_.load(std::memory_order_acquire)) return *known;
  auto loaded = std::make_unique<const std::vector<TileRange>>(load_());
  core::check<IoError>(loaded->size() == count_, "tile table", loaded->size(), " ranges instead of ", count_);
  const std::vector<TileRange>* other = nullptr;
  // The first thread's table stays; a lock would be held by nobody in a child that is forked meanwhile.
  if (ranges_.compare_exchange_strong(other, loaded.get(), std::memory_order_acq_rel)) return *loaded.release();
  return *other;
}

TileTablePtr TileTable::of(std::shared_ptr<const tiff::File> file, const tiff::Directory& directory,
                           std::uint16_t offsets, std::uint16_t lengths, std::size_t count) {
  check_array(*file, directory, offsets, count);
  const bool has_lengths = directory.has(lengths);
  if (has_lengths) check_array(*file, directory, lengths, count);
  return std::make_shared<const TileTable>(count, [=, d = &directory] {
    const auto starts = values(*file, *d, offsets, count);
    std::vector<TileRange> ranges(count);
    if (has_lengths) {
      const auto sizes = values(*file, *d, lengths, count);
      for (std::size_t i = 0; i < count; ++i) ranges[i] = {starts[i], sizes[i]};
    } else {
      const std::uint64_t end = file->source()->size();
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t next = i + 1 < count && starts[i + 1] > starts[i] ? starts[i + 1] : end;
        ranges[i] = {starts[i], next > starts[i] ? next - starts[i] : 0};
      }
    }
    return ranges;
  });
}

}  // namespace opsin::io
