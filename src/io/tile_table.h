// SPDX-License-Identifier: Apache-2.0
// Where each tile's bytes are.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/tiff/directory.h"

namespace opsin::io {

/// Bytes of one tile or strip in its source. A length of 0 means that the file does not hold the tile (sparse).
struct TileRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const TileRange&, const TileRange&) = default;
};

/// The ranges of one stored image, in storage order: row by row; with separate planes one sample plane after the other.
/// A slide may have millions of tiles, and opening it must not wait for tables that are perhaps never used: a table is
/// loaded on its first use, by whichever threads need it then, without a lock (so a fork in between is harmless).
/// Ranges are not checked here: whoever reads a tile compares its range with the source's size.
class TileTable {
 public:
  using Load = std::function<std::vector<TileRange>()>;

  /// `load` gives exactly `count` ranges or throws IoError; it may run in several threads at once.
  TileTable(std::size_t count, Load load) : count_(count), load_(std::move(load)) {}
  explicit TileTable(std::vector<TileRange> ranges);
  ~TileTable();
  TileTable(const TileTable&) = delete;
  TileTable& operator=(const TileTable&) = delete;

  /// Tags `offsets` and `lengths` (324 and 325, or 273 and 279) of a directory, of which exactly `count` values are
  /// used: more are ignored, fewer throw IoError. Without lengths each range ends where the next one starts (one strip:
  /// where the file ends), as old writers leave them out.
  static std::shared_ptr<const TileTable> of(std::shared_ptr<const tiff::File> file, const tiff::Directory& directory,
                                             std::uint16_t offsets, std::uint16_t lengths, std::size_t count);

  std::size_t size() const { return count_; }
  /// Throws IoError when the table cannot be loaded. `i` < size().
  TileRange operator[](std::size_t i) const { return ranges()[i]; }
  const std::vector<TileRange>& ranges() const;

 private:
  std::size_t count_;
  Load load_;
  mutable std::atomic<const std::vector<TileRange>*> ranges_{nullptr};
};

using TileTablePtr = std::shared_ptr<const TileTable>;

}  // namespace opsin::io
