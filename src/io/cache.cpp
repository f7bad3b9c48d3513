// SPDX-License-Identifier: Apache-2.0
#include "io/cache.h"

#include <pthread.h>

#include <utility>

namespace opsin::io {

TileCache::TileCache(std::size_t capacity) : capacity_(capacity) {}

TileCache& TileCache::shared() {
  constexpr std::size_t default_capacity = std::size_t{256} << 20;
  // Never destroyed: slides may be read by threads that outlive main.
  static TileCache* const cache = [] {
    auto* c = new TileCache(default_capacity);  // lint-allow: never destroyed
    pthread_atfork(
        [] {
          for (Shard& s : shared().shards_) s.mutex.lock();
        },
        [] {
          for (Shard& s : shared().shards_) s.mutex.unlock();
        },
        [] {
          for (Shard& s : shared().shards_) s.mutex.unlock();
        });
    return c;
  }();
  return *cache;
}

namespace {
// Made when the library is loaded, before the first loop: core/memory.cpp says why.
[[maybe_unused]] TileCache& at_load = TileCache::shared();
}  // namespace

std::uint64_t TileCache::mix(const TileKey& key) {
  // The finaliser of MurmurHash3 over a sum of odd multiples: neighbouring tiles spread over all shards.
  std::uint64_t h = key.tile * 0x9e3779b97f4a7c15u + key.slide * 0xc2b2ae3d27d4eb4fu + key.image * 0x165667b19e3779f9u;
  h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
  h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
  return h ^ h >> 33;
}

TilePixels TileCache::find(const TileKey& key) {
  Shard& s = shard(mix(key));
  const std::lock_guard lock(s.mutex);
  const auto at = s.index.find(key);
  if (at == s.index.end()) {
    ++s.misses;
    return nullptr;
  }
  ++s.hits;
  s.items.splice(s.items.begin(), s.items, at->second);
  return at->second->pixels;
}

void TileCache::shrink(std::size_t capacity) {
  for (std::size_t empty = 0; empty < shard_count && bytes_.load(std::memory_order_relaxed) > capacity;) {
    Shard& s = shards_[next_shard_.fetch_add(1, std::memory_order_relaxed) % shard_count];
    std::list<Item> dropped;  // Freed after the lock is released.
    const std::lock_guard lock(s.mutex);
    if (s.items.empty()) {
      ++empty;
      continue;
    }
    bytes_ -= s.items.back().pixels->bytes;
    s.index.erase(s.items.back().key);
    dropped.splice(dropped.begin(), s.items, std::prev(s.items.end()));
    ++s.evictions;
    empty = 0;
  }
}

void TileCache::insert(const TileKey& key, TilePixels pixels) {
  const std::size_t capacity = capacity_.load(std::memory_order_relaxed);
  const std::size_t bytes = pixels->bytes;
  if (!would_keep(bytes)) return;
  {
    std::list<Item> added;
    added.push_back({key, std::move(pixels)});
    Shard& s = shard(mix(key));
    const std::lock_guard lock(s.mutex);
    const auto [at, is_new] = s.index.try_emplace(key, added.begin());
    if (!is_new) return;  // Another thread was faster.
    s.items.splice(s.items.begin(), added);
    bytes_ += bytes;
  }
  shrink(capacity);
}

bool TileCache::wanted_before(const TileKey& key, std::size_t tile_bytes) {
  const std::uint64_t h = mix(key);
  const std::uint64_t name = h >> 32 | 1;
  const std::uint32_t now = ticks_.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t before = wanted_[(h >> 4) % wanted_.size()].exchange(name << 32 | now, std::memory_order_relaxed);
  // Kept then, it would have been dropped since: longer than the cache is deep.
  const std::size_t depth = capacity_.load(std::memory_order_relaxed) / std::max<std::size_t>(tile_bytes, 1);
  return before >> 32 == name && now - static_cast<std::uint32_t>(before) <= depth;
}

void TileCache::forget(std::uint64_t slide) {
  std::list<Item> dropped;  // Freed after the locks are released.
  for (Shard& s : shards_) {
    const std::lock_guard lock(s.mutex);
    for (auto at = s.items.begin(); at != s.items.end();) {
      const auto next = std::next(at);
      if (at->key.slide == slide) {
        bytes_ -= at->pixels->bytes;
        s.index.erase(at->key);
        dropped.splice(dropped.begin(), s.items, at);
      }
      at = next;
    }
  }
}

void TileCache::set_capacity(std::size_t bytes) {
  capacity_.store(bytes, std::memory_order_relaxed);
  shrink(bytes);
}

CacheStatistics TileCache::statistics() const {
  CacheStatistics sum;
  sum.capacity = capacity_.load(std::memory_order_relaxed);
  sum.bytes = bytes_.load(std::memory_order_relaxed);
  for (const Shard& s : shards_) {
    const std::lock_guard lock(s.mutex);
    sum.tiles += s.items.size();
    sum.hits += s.hits;
    sum.misses += s.misses;
    sum.evictions += s.evictions;
  }
  return sum;
}

void TileCache::reset_statistics() {
  for (Shard& s : shards_) {
    const std::lock_guard lock(s.mutex);
    s.hits = s.misses = s.evictions = 0;
  }
}

}  // namespace opsin::io
