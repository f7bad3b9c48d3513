// SPDX-License-Identifier: Apache-2.0
// Freed blocks of memory, kept for the next array of their size.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace opsin::core {

/// Sizes are rounded up to 1/8 of their power of two, so that near sizes share blocks and at most 1/8 is lost.
constexpr std::size_t block_size(std::size_t bytes, std::size_t least) {
  const std::size_t step = std::max(std::bit_floor(bytes) / 8, least);
  return (bytes + step - 1) / step * step;
}

/// Blocks by key. Says what is kept and hands it out; where memory comes from and goes to is its owner's business.
template <class Key>
class BlockCache {
 public:
  /// A block that was kept under `key`, or null.
  void* take(const Key& key, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    const auto it = blocks_.find(key);
    if (it == blocks_.end()) return nullptr;
    void* p = it->second.data;
    blocks_.erase(it);
    kept_ -= bytes;
    return p;
  }

  /// Keeps a block, and calls free(data, bytes) for those that `limit` bytes leave no room for: the longest kept first,
  /// since sizes that a program has stopped using must not stay for ever in the place of those it uses.
  template <class Free>
  void give(const Key& key, void* data, std::size_t bytes, std::size_t limit, const Free& free) noexcept {
    const std::lock_guard lock(mutex);
    if (bytes > limit) return free(data, bytes);
    while (kept_ + bytes > limit) {
      const auto oldest = std::min_element(blocks_.begin(), blocks_.end(),
                                           [](const auto& a, const auto& b) { return a.second.age < b.second.age; });
      free(oldest->second.data, oldest->second.bytes);
      kept_ -= oldest->second.bytes;
      blocks_.erase(oldest);
    }
    try {
      blocks_.emplace(key, Block{data, bytes, ++age_});
    } catch (const std::bad_alloc&) {  // No room to remember it.
      return free(data, bytes);
    }
    kept_ += bytes;
  }

  struct Block {
    void* data;
    std::size_t bytes;
    std::uint64_t age;
  };

  /// Removes and returns every block whose key satisfies `which`.
  template <class Predicate>
  std::vector<std::pair<Key, Block>> drain(Predicate which) {
    const std::lock_guard lock(mutex);
    std::vector<std::pair<Key, Block>> out;
    for (const auto& [key, block] : blocks_) {
      if (which(key)) out.emplace_back(key, block);
    }
    std::erase_if(blocks_, [&](const auto& item) { return which(item.first); });
    for (const auto& [key, block] : out) kept_ -= block.bytes;
    return out;
  }

  std::size_t kept() const {
    const std::lock_guard lock(mutex);
    return kept_;
  }

  mutable std::mutex mutex;

 private:
  std::multimap<Key, Block> blocks_;
  std::size_t kept_ = 0;
  std::uint64_t age_ = 0;
};

/// A fork must not copy the lock of a process-wide object while another thread holds it.
template <auto instance>
void survive_fork() {
  pthread_atfork([] { instance().mutex.lock(); }, [] { instance().mutex.unlock(); }, [] { instance().mutex.unlock(); });
}

}  // namespace opsin::core
