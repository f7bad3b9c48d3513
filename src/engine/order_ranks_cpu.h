// SPDX-License-Identifier: Apache-2.0
// Any rank of any footprint on the CPU: a tile's elements are sorted once, the window is a set of their ranks.
#pragma once

#include <bit>
#include <utility>

#include "engine/order_ranks.h"
#include "engine/order_rows_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// A set of numbers that knows which of them is the one of rank k, when k is nearly the same as last time.
class RankSet {
 public:
  static constexpr int block = 256;

  RankSet(std::int64_t numbers, std::int64_t k)
      : bits_(static_cast<std::size_t>((numbers + block - 1) / block * block / 64)),
        counts_(static_cast<std::size_t>((numbers + block - 1) / block)),
        k_(k) {}

  void clear() {
    std::fill(bits_.begin(), bits_.end(), 0);
    std::fill(counts_.begin(), counts_.end(), 0);
    here_ = 0;
    below_ = 0;
  }
  void insert(std::uint32_t n) {
    bits_[n / 64] |= std::uint64_t{1} << n % 64;
    ++counts_[n / block];
    below_ += n / block < here_ ? 1 : 0;
  }
  void erase(std::uint32_t n) {
    bits_[n / 64] ^= std::uint64_t{1} << n % 64;
    --counts_[n / block];
    below_ -= n / block < here_ ? 1 : 0;
  }
  std::uint32_t find() {
    while (below_ > k_) below_ -= counts_[--here_];
    while (below_ + counts_[here_] <= k_) below_ += counts_[here_++];
    std::int64_t rest = k_ - below_;
    std::uint32_t word = here_ * (block / 64);
    for (int n = std::popcount(bits_[word]); n <= rest; n = std::popcount(bits_[word])) {
      rest -= n;
      ++word;
    }
    std::uint64_t bits = bits_[word];
    for (; rest > 0; --rest) bits &= bits - 1;
    return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
  }

 private:
  std::vector<std::uint64_t> bits_;
  std::vector<std::int32_t> counts_;
  std::int64_t k_;
  std::uint32_t here_ = 0;  // a block, and how many numbers lie in those before it
  std::int64_t below_ = 0;
};

/// Indices of n keys in the order of the keys: a radix sort by bytes.
template <class K>
class KeySort {
 public:
  const std::vector<std::uint32_t>& indices(const K* keys, std::int64_t n) {
    const auto size = static_cast<std::size_t>(n);
    order_.resize(size);
    spare_.resize(size);
    std::vector<std::array<std::uint32_t, 256>> counts(sizeof(K));
    for (std::size_t i = 0; i < size; ++i) {
      order_[i] = static_cast<std::uint32_t>(i);
      for (std::size_t b = 0; b < sizeof(K); ++b) ++counts[b][byte(keys[i], b)];
    }
    for (std::size_t b = 0; b < sizeof(K); ++b) {
      auto& count = counts[b];
      if (count[byte(keys[0], b)] == size) continue;
      std::uint32_t sum = 0;
      for (std::uint32_t& c : count) sum += std::exchange(c, sum);
      for (const std::uint32_t i : order_) spare_[count[byte(keys[i], b)]++] = i;
      order_.swap(spare_);
    }
    return order_;
  }

 private:
  static std::size_t byte(K key, std::size_t b) { return static_cast<std::uint8_t>(key >> 8 * b); }

  std::vector<std::uint32_t> order_, spare_;
};

template <class K>
class RanksTask {
 public:
  explicit RanksTask(const OrderImage<K>& image)
      : image_(image),
        reach_(image.reach),
        // A tile is not smaller than what it reads beside itself, or most of it would be sorted twice.
        band_(std::min(image.height, std::max<std::int64_t>(64, reach_.rows))),
        strip_(std::min(image.width, std::max<std::int64_t>({64, reach_.columns, 4096 / band_}))),
        strides_{strip_ + reach_.columns - 1, (band_ + reach_.rows - 1) * (strip_ + reach_.columns - 1)},
        numbers_(strides_.plane * reach_.plane_count()),
        first_(footprint_indices(reach_, strides_)),
        right_(footprint_step(reach_, strides_, 0, 1)),
        left_(footprint_step(reach_, strides_, 0, -1)),
        down_(footprint_step(reach_, strides_, 1, 0)) {
    core::check(numbers_ < std::int64_t{1} << 31, "order", "the footprint is too large");
  }

  void run() const {
    const std::int64_t across = (image_.width + strip_ - 1) / strip_, down = (image_.height + band_ - 1) / band_;
    core::parallel_for(image_.planes * across * down, 1, [&](std::int64_t begin, std::int64_t end) {
      Memory memory(*this);
      for (std::int64_t t = begin; t < end; ++t) {
        tile(t / across / down, t / across % down * band_, t % across * strip_, memory);
      }
    });
  }

 private:
  struct Memory {
    std::vector<K> keys;
    std::vector<std::uint32_t> ranks;
    KeySort<K> sort;
    RankSet window;
    explicit Memory(const RanksTask& t)
        : keys(static_cast<std::size_t>(t.numbers_ + 64)),
          ranks(static_cast<std::size_t>(t.numbers_)),
          window(t.numbers_, t.image_.rank) {}
  };

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t x0, Memory& m) const {
    image_.load(m.keys.data(), strides_.line, plane, y0, x0, band_ + reach_.rows - 1, strides_.line);
    const std::vector<std::uint32_t>& order = m.sort.indices(m.keys.data(), numbers_);
    for (std::size_t i = 0; i < order.size(); ++i) m.ranks[order[i]] = static_cast<std::uint32_t>(i);
    m.window.clear();
    for (const std::int32_t i : first_) m.window.insert(m.ranks[static_cast<std::size_t>(i)]);
    const std::int64_t rows = std::min(band_, image_.height - y0), columns = std::min(strip_, image_.width - x0);
    std::int64_t x = 0;
    // There and back again, so that a window is filled once in a tile.
    for (std::int64_t y = 0; y < rows; ++y) {
      K* to = image_.out_row(plane, y0 + y) + x0;
      const bool forth = y % 2 == 0;
      for (std::int64_t i = 0; i < columns; ++i) {
        to[x] = from_order_key(m.keys[order[m.window.find()]], image_.key);
        if (i + 1 == columns) break;
        move(m, forth ? right_ : left_, y, x);
        x += forth ? 1 : -1;
      }
      if (y + 1 < rows) move(m, down_, y, x);
    }
  }

  void move(Memory& m, const FootprintStep& step, std::int64_t y, std::int64_t x) const {
    const std::uint32_t* ranks = m.ranks.data() + strides_.at(0, y, x);
    for (const std::int32_t i : step.enter) m.window.insert(ranks[i]);
    for (const std::int32_t i : step.leave) m.window.erase(ranks[i]);
  }

  const OrderImage<K>& image_;
  const Reach& reach_;
  std::int64_t band_, strip_;
  TileStrides strides_;
  std::int64_t numbers_;
  std::vector<std::int32_t> first_;
  FootprintStep right_, left_, down_;
};

}  // namespace opsin::OPSIN_TARGET::engine
