// SPDX-License-Identifier: Apache-2.0
// Decoded tiles, shared by all slides of the process.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "opsin/array.h"
#include "opsin/slide.h"

namespace opsin::io {

/// One tile of one open slide.
struct TileKey {
  std::uint64_t slide = 0;  ///< unique in the process and never used again
  std::uint32_t image = 0;
  std::uint64_t tile = 0;
  friend bool operator==(const TileKey&, const TileKey&) = default;
};

/// Samples of a whole tile, rows adjoining. Immutable once it is in the cache.
using TilePixels = std::shared_ptr<const Buffer>;

/// The bytes are bounded together. Split into shards, each with a lock of its own; over the limit, shards in turn drop
/// their least recently used tile. A fork takes all locks, so a child finds the cache whole.
///
/// The cache also remembers which tiles were wanted lately without being kept: where a codec decodes parts of tiles, a
/// tile is decoded as a whole and kept only when it is wanted a second time. Random patches of a large slide then
/// neither decode what they do not show nor flush the cache, and neighbouring reads decode each tile at most twice.
class TileCache {
 public:
  explicit TileCache(std::size_t capacity);
  TileCache(const TileCache&) = delete;
  TileCache& operator=(const TileCache&) = delete;

  /// The cache of the process.
  static TileCache& shared();

  /// Null when it is not there.
  TilePixels find(const TileKey& key);
  /// False for a tile that is larger than half of the cache: insert() would not keep it.
  bool would_keep(std::size_t bytes) const { return bytes <= capacity_.load(std::memory_order_relaxed) / 2; }
  /// Keeps it if would_keep() its size; drops the oldest ones.
  void insert(const TileKey& key, TilePixels pixels);
  /// True when the tile was wanted before, and lately enough for a cache of such tiles to hold it still. Forgets by
  /// overwriting: an answer may be wrong, which costs time only.
  bool wanted_before(const TileKey& key, std::size_t tile_bytes);
  /// Drops the tiles of one slide.
  void forget(std::uint64_t slide);

  /// Bytes; 0 keeps nothing.
  void set_capacity(std::size_t bytes);
  CacheStatistics statistics() const;
  void reset_statistics();

 private:
  static constexpr std::size_t shard_count = 16;
  struct Hash {
    std::size_t operator()(const TileKey& k) const { return static_cast<std::size_t>(mix(k)); }
  };
  static std::uint64_t mix(const TileKey& key);

  struct Item {
    TileKey key;
    TilePixels pixels;
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::list<Item> items;  // Most recently used first.
    std::unordered_map<TileKey, std::list<Item>::iterator, Hash> index;
    std::uint64_t hits = 0, misses = 0, evictions = 0;
  };
  Shard& shard(std::uint64_t hash) { return shards_[hash % shard_count]; }
  /// Until no more than `capacity` bytes are kept.
  void shrink(std::size_t capacity);

  std::array<Shard, shard_count> shards_;
  std::atomic<std::size_t> capacity_;
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::size_t> next_shard_{0};
  std::array<std::atomic<std::uint64_t>, 16384> wanted_{};  // Which tile, and when.
  std::atomic<std::uint32_t> ticks_{0};
};

}  // namespace opsin::io
