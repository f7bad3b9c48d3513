// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/ranked.h: 16 bits at a time, until few elements are left.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

#include "engine/histogram.h"
#include "engine/pieces_cpu.h"
#include "engine/team.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t digit_values = 1 << 16;

/// The bin of an element: which place it may be at, and its next digit.
struct NextDigit {
  const Ranked* known;
  KeyOfBits key;
  int shift;  // of the digit
  int slots;

  HD NextDigit prepared() const { return *this; }
  HD std::int64_t operator()(std::int64_t x) const {
    const std::uint64_t k = key(x);
    const auto digit = static_cast<std::int64_t>(k >> shift & (digit_values - 1));
    if (slots == 1) return digit;
    for (int i = 0; i < slots; ++i) {
      if (k >> shift >> 16 == known->key[i] >> shift >> 16) return i * digit_values + digit;
    }
    return slots * digit_values;
  }
};

/// The digit of each place. Places whose elements share what is known share the first one's counts.
struct TakeDigit {
  Ranked* known;
  const std::int64_t* counts;
  int shift, slots;
  std::int64_t* parts;  // team_size of them

  HD void operator()(const Team& team) const {
    for (int i = 0; i < most_ranks; ++i) {
      int slot = 0;
      while (slots > 1 && slot < i && known->key[slot] >> shift >> 16 != known->key[i] >> shift >> 16) ++slot;
      const std::int64_t* own = counts + slot * digit_values;
      const std::int64_t rank = known->rank[i];
      // The digits before the one in question hold at most `rank` elements: first by parts, then one by one.
      constexpr std::int64_t part = digit_values / team_size;
      const auto held = [&](std::int64_t p) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < part; ++k) sum += own[p * part + k];
        return sum;
      };
      team.cumulate(team_size, held, [&](std::int64_t p, std::int64_t sum) { parts[p] = sum; });
      const std::int64_t p = team.argmax(team_size, [&](std::int64_t q) { return parts[q] > rank ? 1.0 : 0.0; });
      std::int64_t before = p > 0 ? parts[p - 1] : 0, digit = p * part;
      while (digit < digit_values - 1 && before + own[digit] <= rank) before += own[digit++];
      team.wait();
      team.alone(0, [&] {
        known->rank[i] = rank - before;
        known->key[i] |= static_cast<std::uint64_t>(digit) << shift;
      });
      team.wait();
    }
  }
};

/// How many elements share what is known of the places, if each is counted once.
inline std::int64_t candidates(const Ranked& known, const std::int64_t* counts, int shift, int slots) {
  std::int64_t sum = 0;
  for (int i = 0; i < most_ranks; ++i) {
    int slot = 0;
    while (known.key[slot] >> shift != known.key[i] >> shift) ++slot;
    if (slot < i) continue;
    for (slot = 0; slots > 1 && known.key[slot] >> shift >> 16 != known.key[i] >> shift >> 16;) ++slot;
    sum += counts[slot * digit_values + static_cast<std::int64_t>(known.key[i] >> shift & (digit_values - 1))];
  }
  return sum;
}

/// The rest of the keys, by selection among the elements that share what is known.
inline void select_ranked(Ranked& known, const Array& bits, const KeyOfBits& key, int shift) {
  std::vector<std::uint64_t> found[most_ranks];
  std::mutex lock;
  const Ranked before = known;
  for_each_values<std::int64_t>(bits, std::nullopt, [&](const std::int64_t* values, std::int64_t n) {
    std::vector<std::uint64_t> own[most_ranks];
    for (std::int64_t k = 0; k < n; ++k) {
      const std::uint64_t one = key(values[k]);
      for (int i = 0; i < most_ranks; ++i) {
        if (one >> shift != before.key[i] >> shift) continue;
        own[i].push_back(one);  // for all places that share it, at the first of them
        break;
      }
    }
    const std::lock_guard guard(lock);
    for (int i = 0; i < most_ranks; ++i) found[i].insert(found[i].end(), own[i].begin(), own[i].end());
  });
  for (int i = 0; i < most_ranks; ++i) {
    int slot = 0;
    while (before.key[slot] >> shift != before.key[i] >> shift) ++slot;
    const auto at = found[slot].begin() + known.rank[i];
    std::nth_element(found[slot].begin(), at, found[slot].end());
    known.key[i] = *at;
    known.rank[i] = 0;
  }
}

/// Every value of a short dtype has a counter.
inline void count_ranked(Ranked& known, const Array& bits, const KeyOfBits& key) {
  const Array counts = count_values(bits);
  const auto n = static_cast<std::size_t>(counts.size());
  std::vector<std::int64_t> of_key(n);
  for (std::size_t x = 0; x < n; ++x) {
    // NaNs share the greatest key.
    of_key[key(static_cast<std::int64_t>(x))] += counts.data_as<std::int64_t>()[x];
  }
  for (int i = 0; i < most_ranks; ++i) {
    std::uint64_t at = 0;
    for (; known.rank[i] >= of_key[at]; ++at) known.rank[i] -= of_key[at];
    known.key[i] = at;
  }
}

Array find_ranked(const Array& image, const std::int64_t (&ranks)[most_ranks], const KeyOfBits& key) {
  const Array memory = Array::empty({static_cast<std::int64_t>(sizeof(Ranked))}, DType::uint8, image.device());
  auto* const known = static_cast<Ranked*>(memory.mutable_data());
  *known = unknown_at(ranks);
  const Array bits = bits_of(image, key);
  if (key.bits <= 16) {
    count_ranked(*known, bits, key);
    return memory;
  }
  const Array parts = Array::empty({team_size}, DType::int64, image.device());
  for (int shift = std::max(0, key.bits - 16); shift >= 0; shift -= 16) {
    const int slots = shift + 16 >= key.bits ? 1 : most_ranks;
    const Array counts = Array::zeros({slots * digit_values}, DType::int64, image.device());
    auto* const to = counts.mutable_data_as<std::int64_t>();
    count_bins<std::int64_t>(to, counts.size(), bits, std::nullopt, NextDigit{known, key, shift, slots});
    run_team(TakeDigit{known, to, shift, slots, parts.mutable_data_as<std::int64_t>()});
    // Counters of five places are millions of bytes for every thread: few elements are sorted out more quickly.
    if (shift > 0 && candidates(*known, to, shift, slots) <= std::max<std::int64_t>(1 << 12, image.size() / 16)) {
      select_ranked(*known, bits, key, shift);
      break;
    }
  }
  return memory;
}

}  // namespace opsin::OPSIN_TARGET::engine
