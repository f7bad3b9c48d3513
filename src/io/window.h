// SPDX-License-Identifier: Apache-2.0
// The tiles that several regions need together: neighbouring ones are read with one call, shared ones decoded once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "io/cache.h"
#include "io/decode.h"
#include "io/region.h"

namespace opsin::io {

/// Stored bytes of a tile that were read ahead; empty when they were not.
struct StoredBytes {
  std::shared_ptr<const Buffer> owner;
  std::span<const std::byte> bytes;
};

/// First every region is added, then plan() is called once, then regions are read, by any number of threads and in any
/// order, through RegionSource::window. Bytes and pixels are let go of as soon as no region needs them any more.
class TileWindow {
 public:
  explicit TileWindow(std::uint64_t slide) : slide_(slide) {}

  /// Returns where in the file the region's first tile is: regions that are read in this order need each tile, and each
  /// piece of the file, for a short time only.
  std::uint64_t add(const RegionSource& source, const RegionRequest& request);
  void plan();

  /// Pixels of a whole tile if more than one region of the window shows it: from `decode` the first time. Null if not.
  /// Throws what `decode` throws; the next region then tries again.
  TilePixels shared(const TileKey& key, const std::function<TilePixels()>& decode) const;
  StoredBytes bytes(const TileKey& key) const;

  /// Reads of several tiles at once, for tests.
  std::size_t planned_reads() const { return reads_.size(); }

 private:
  struct Touched {
    std::uint32_t image;
    std::uint64_t index;
    const StoredImage* stored;
    TileRange range;
  };
  struct Entry {
    std::uint32_t image = 0;
    std::uint64_t index = 0;
    std::size_t uses = 0;
    bool together = false;  // Part of reads_[read].
    std::size_t read = 0;
    TileRange range;
    std::mutex mutex;  // Of what follows.
    TilePixels pixels;
    std::size_t left = 0;  // Regions that will still ask.
  };
  /// Neighbouring tiles of one source.
  struct Read {
    const Source* source = nullptr;
    std::uint64_t offset = 0, length = 0;
    std::mutex mutex;  // Of what follows.
    std::shared_ptr<const Buffer> bytes;
    std::size_t left = 0;  // Tiles that will still ask.
    bool failed = false;
  };
  Entry* find(const TileKey& key) const;

  std::uint64_t slide_;
  std::vector<Touched> touched_;
  // Made by plan(), at fixed places from then on.
  mutable std::vector<Entry> entries_;  // In the order of image and index.
  mutable std::vector<Read> reads_;
};

}  // namespace opsin::io
