// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/sort.h: a radix sort by bytes, from the lowest one. Blocks count their digits, and then move their
// elements to where those before them end; a byte that all keys share takes no pass.
#pragma once

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Elements of a block.
struct SortBlocks {
  std::int64_t n, length, count;
  explicit SortBlocks(std::int64_t size)
      : n(size), length(std::max<std::int64_t>(1 << 15, (size + 63) / 64)), count((size + length - 1) / length) {}

  /// f(block, begin, end) for every block.
  template <class F>
  void each(const F& f) const {
    core::parallel_for(count, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) f(b, b * length, std::min(n, (b + 1) * length));
    });
  }
};

/// Without `Places`, of the keys alone: half of what is moved.
template <class K, bool Places>
SortedKeys sort_bytes(const Array& elements, const KeyBits<K>& bits) {
  check_places(elements);
  using Histogram = std::array<std::uint32_t, 256>;
  const SortBlocks blocks(elements.size());
  const std::int64_t places_count = Places ? blocks.n : 0;
  SortedKeys now{Array::empty({blocks.n}, dtype_of<K>), Array::empty({places_count}, DType::uint32)};
  SortedKeys next{Array::empty({blocks.n}, dtype_of<K>), Array::empty({places_count}, DType::uint32)};
  std::vector<std::array<Histogram, sizeof(K)>> digits(static_cast<std::size_t>(blocks.count));
  blocks.each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
    auto& own = digits[static_cast<std::size_t>(block)];
    for (Histogram& h : own) h.fill(0);
    K* keys = now.keys.mutable_data_as<K>();
    auto* places = now.places.mutable_data_as<std::uint32_t>();
    const K* const from = elements.data_as<K>();
    const KeyBits<K> local = bits;
    for (std::int64_t i = begin; i < end; ++i) {
      const K key = local.key(from[i]);
      keys[i] = key;
      if constexpr (Places) places[i] = static_cast<std::uint32_t>(i);
      for (std::size_t d = 0; d < sizeof(K); ++d) ++own[d][static_cast<std::uint8_t>(key >> 8 * d)];
    }
  });
  std::vector<Histogram> starts(static_cast<std::size_t>(blocks.count));
  bool first = true;
  for (std::size_t d = 0; d < sizeof(K); ++d) {
    Histogram all{};
    for (const auto& block : digits) {
      for (std::size_t v = 0; v < 256; ++v) all[v] += block[d][v];
    }
    if (std::find(all.begin(), all.end(), static_cast<std::uint32_t>(blocks.n)) != all.end()) continue;
    if (!first) {
      // The elements have moved since they were counted.
      blocks.each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        Histogram& own = digits[static_cast<std::size_t>(block)][d];
        own.fill(0);
        const K* keys = now.keys.data_as<K>();
        for (std::int64_t i = begin; i < end; ++i) ++own[static_cast<std::uint8_t>(keys[i] >> 8 * d)];
      });
    }
    first = false;
    std::uint32_t at = 0;
    for (std::size_t v = 0; v < 256; ++v) {
      for (std::size_t b = 0; b < starts.size(); ++b) {
        starts[b][v] = at;
        at += digits[b][d][v];
      }
    }
    blocks.each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
      Histogram to = starts[static_cast<std::size_t>(block)];
      const K* keys = now.keys.data_as<K>();
      const auto* places = now.places.data_as<std::uint32_t>();
      K* const next_keys = next.keys.mutable_data_as<K>();
      auto* const next_places = next.places.mutable_data_as<std::uint32_t>();
      for (std::int64_t i = begin; i < end; ++i) {
        const std::uint32_t place = to[static_cast<std::uint8_t>(keys[i] >> 8 * d)]++;
        next_keys[place] = keys[i];
        if constexpr (Places) next_places[place] = places[i];
      }
    });
    std::swap(now, next);
  }
  return now;
}

template <class K>
SortedKeys sort_keys(const Array& elements, const KeyBits<K>& bits) {
  return sort_bytes<K, true>(elements, bits);
}

template <class K>
Array sorted_keys(const Array& elements, const KeyBits<K>& bits) {
  return sort_bytes<K, false>(elements, bits).keys;
}

inline void add_up_all(const Array& counts) {
  const SortBlocks blocks(counts.size());
  auto* p = counts.mutable_data_as<std::uint32_t>();
  std::vector<std::uint32_t> before(static_cast<std::size_t>(blocks.count));
  blocks.each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
    before[static_cast<std::size_t>(block)] = std::reduce(p + begin, p + end, 0u);
  });
  std::exclusive_scan(before.begin(), before.end(), before.begin(), 0u);
  blocks.each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
    std::inclusive_scan(p + begin, p + end, p + begin, std::plus<>(), before[static_cast<std::size_t>(block)]);
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
