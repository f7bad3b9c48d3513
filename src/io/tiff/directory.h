// SPDX-License-Identifier: Apache-2.0
// The TIFF container: headers, directories (IFDs) and tag values. It knows no pixels.
//
// Classic TIFF, BigTIFF and Hamamatsu's NDPI (classic entries with 64-bit offsets), both byte orders. Structure is
// checked when a file is parsed: directories lie inside the file, none is visited twice, counts stay under SlideLimits.
// A value is checked when it is asked for, so that a broken tag that nobody needs does no harm. Values next to their
// directory are read with it; others when asked for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/source.h"
#include "io/tiff/tags.h"
#include "opsin/slide.h"

namespace opsin::io::tiff {

enum class Layout : std::uint8_t { classic, big, ndpi };

/// One tag of a directory.
struct Entry {
  std::uint16_t tag = 0;
  Type type = Type::undefined;
  bool is_inline = false;  ///< the value is in `value`, otherwise in the file at `offset`
  std::uint64_t count = 0;
  std::uint64_t offset = 0;
  std::array<std::byte, 8> value{};
};

class File;

/// One image file directory. Cheap to copy around by reference; valid as long as its File.
class Directory {
 public:
  /// Number in messages and for users: position in the main chain; SubIFDs continue after the chain.
  std::size_t index() const { return index_; }
  /// "IFD 3" or "IFD 0, SubIFD 2".
  const std::string& label() const { return label_; }
  /// Where it starts in the file.
  std::uint64_t offset() const { return offset_; }
  const std::vector<Entry>& entries() const { return entries_; }

  bool has(std::uint16_t tag) const { return find(tag) != nullptr; }
  /// Null when absent. Where a tag comes twice the first counts.
  const Entry* find(std::uint16_t tag) const;

  // Typed values. Each of them returns nothing, or the default, when the tag is absent, and throws IoError
  // ("<file>: IFD 2: ImageWidth: ...") when it is there and is not what is asked for: another type, no value, a
  // negative number, an integer beyond 64 bits.

  /// The first value of BYTE, SHORT, LONG, LONG8, IFD, IFD8.
  std::optional<std::uint64_t> uint(std::uint16_t tag) const;
  std::uint64_t uint_or(std::uint16_t tag, std::uint64_t otherwise) const { return uint(tag).value_or(otherwise); }
  /// Throws when absent.
  std::uint64_t require_uint(std::uint16_t tag) const;
  /// Also the signed types.
  std::optional<std::int64_t> integer(std::uint16_t tag) const;
  /// The first value of any numeric type, RATIONAL included. A denominator of 0 gives nothing, as if the tag were
  /// absent.
  std::optional<double> real(std::uint16_t tag) const;
  /// ASCII up to its first NUL, or to its end where there is none; bytes are handed on as they are (see io::to_utf8).
  /// BYTE and UNDEFINED are taken too, as many writers use them for text.
  std::optional<std::string> ascii(std::uint16_t tag) const;
  /// All bytes of BYTE, SBYTE, ASCII, UNDEFINED.
  std::optional<std::vector<std::byte>> bytes(std::uint16_t tag) const;
  /// All values of the types of uint(); empty when absent. For TileOffsets and its like see TileTable.
  std::vector<std::uint64_t> uints(std::uint16_t tag) const;
  /// All values of any numeric type.
  std::vector<double> reals(std::uint16_t tag) const;
  /// Directories that a tag's values point at (330); parsed with the file.
  std::span<const std::size_t> sub_directories() const { return sub_directories_; }

  /// Both dimensions and the tile offsets are there; strips are images too, but not tiled().
  bool tiled() const { return has(tag::tile_width) && has(tag::tile_length); }

  /// "name: IFD 2: ", in front of every message about this directory.
  std::string where() const;
  const File& file() const { return *file_; }

 private:
  friend class File;
  friend class Parser;
  const File* file_ = nullptr;
  std::size_t index_ = 0;
  std::string label_;
  std::uint64_t offset_ = 0;
  std::vector<Entry> entries_;  // By tag.
  std::vector<std::size_t> sub_directories_;
};

/// A parsed container. Immutable: any number of threads may ask it.
class File {
 public:
  /// Parses all directories, those of SubIFDs included; null when the first bytes are no TIFF header of any of the
  /// three layouts. Throws IoError for what begins like a TIFF and is damaged.
  static std::shared_ptr<const File> parse_if_tiff(SourcePtr source, const SlideLimits& limits = {});

  /// The same where nothing but a TIFF will do: IoError otherwise.
  static std::shared_ptr<const File> parse(SourcePtr source, const SlideLimits& limits = {});

  const SourcePtr& source() const { return source_; }
  const SlideLimits& limits() const { return limits_; }
  Layout layout() const { return layout_; }
  bool big_endian() const { return big_endian_; }

  /// The main chain, in file order.
  std::span<const Directory> chain() const { return {directories_.data(), chain_count_}; }
  /// The chain and then all SubIFDs; Directory::index() is the position here.
  std::span<const Directory> directories() const { return directories_; }

  /// The first `count` values of an entry as they are in the file: from what was read at parsing, otherwise from the
  /// source. Throws IoError when they are not inside the file or have more than `limit` bytes.
  std::vector<std::byte> value_bytes(const Directory& directory, const Entry& entry, std::uint64_t count,
                                     std::uint64_t limit) const;
  /// The first value of an entry of any type; without the vector, as most tags are numbers inside their entry.
  std::array<std::byte, 16> first_value(const Directory& directory, const Entry& entry) const;

 private:
  friend class Parser;
  File() = default;
  /// The part of a value that is in the block read at parsing; empty when it is not.
  std::span<const std::byte> cached(std::uint64_t offset, std::uint64_t length) const;

  SourcePtr source_;
  SlideLimits limits_;
  Layout layout_ = Layout::classic;
  bool big_endian_ = false;
  std::vector<Directory> directories_;
  std::size_t chain_count_ = 0;
  struct Block {
    std::uint64_t offset;
    std::vector<std::byte> bytes;
  };
  std::vector<Block> blocks_;  // By offset.
};

/// Reads an integer of 1, 2, 4 or 8 bytes.
std::uint64_t load_uint(const std::byte* p, std::size_t size, bool big_endian);

/// Values of an integer array as they come from the file: host order, widened. `type` is one of uint()'s types.
void widen(std::span<const std::byte> raw, Type type, bool big_endian, std::span<std::uint64_t> out);

}  // namespace opsin::io::tiff
