// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/histogram.h: each task counts in tables of its own, small ones in four, so that equal neighbours
// do not wait for each other's increment.
#pragma once

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "engine/pieces_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Tables larger than this would cost more than the counting: those go to the shared counts directly.
inline constexpr std::int64_t most_own_bins = 1 << 17;
inline constexpr std::int64_t most_fourfold_bins = 1 << 12;

class CountTables {
 public:
  CountTables(std::int64_t* counts, std::int64_t bins)
      : counts_(counts), bins_(bins), copies_(bins <= most_fourfold_bins ? 4 : 1) {
    if (bins <= most_own_bins) tables_.resize(static_cast<std::size_t>(copies_ * (bins + 1)));
  }
  CountTables(CountTables&&) = default;
  ~CountTables() {
    if (tables_.empty()) return;
    for (std::int64_t i = 0; i < bins_; ++i) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < copies_; ++k) sum += tables_[static_cast<std::size_t>(k * (bins_ + 1) + i)];
      if (sum > 0) add(i, sum);
    }
  }

  /// index(i) for i in [0, n) is a bin, or `bins` for none.
  template <class Index>
  void count(std::int64_t n, const Index& index) {
    std::uint32_t* t = tables_.data();
    std::int64_t i = 0;
    if (tables_.empty()) {
      for (; i < n; ++i) {
        if (const auto bin = static_cast<std::int64_t>(index(i)); bin < bins_) add(bin, 1);
      }
      return;
    }
    if (copies_ == 4) {
      const std::int64_t step = bins_ + 1;
      for (; i + 4 <= n; i += 4) {
        ++t[static_cast<std::int64_t>(index(i))];
        ++t[step + static_cast<std::int64_t>(index(i + 1))];
        ++t[2 * step + static_cast<std::int64_t>(index(i + 2))];
        ++t[3 * step + static_cast<std::int64_t>(index(i + 3))];
      }
    }
    for (; i < n; ++i) ++t[static_cast<std::int64_t>(index(i))];
  }

 private:
  void add(std::int64_t bin, std::int64_t n) {
    std::atomic_ref<std::int64_t>(counts_[bin]).fetch_add(n, std::memory_order_relaxed);
  }

  std::int64_t* counts_;
  std::int64_t bins_;
  std::int64_t copies_;
  std::vector<std::uint32_t> tables_;
};

/// A task's tables and, for numbers, the bins of one piece.
template <class C, class F>
struct BinCounter {
  CountTables tables;
  decltype(std::declval<const F&>().prepared()) bin;

  void operator()(const C* values, std::int64_t n) {
    if constexpr (std::is_floating_point_v<C>) {
      using V = Vec<C>;
      using Index = std::conditional_t<sizeof(C) == 4, std::int32_t, std::int64_t>;
      const typename V::Tag wide;
      const hn::Rebind<Index, decltype(wide)> whole;
      alignas(64) Index bins[values_per_piece + 64 / sizeof(Index)];
      for (std::int64_t i = 0; i < n; i += V::lanes) {
        hn::Store(hn::ConvertTo(whole, bin(V::load(values + i, n - i)).v), whole, bins + i);
      }
      tables.count(n, [&](std::int64_t i) { return bins[i]; });
    } else {
      tables.count(n, [&](std::int64_t i) { return bin(values[i]); });
    }
  }
};

template <class C, class F>
void count_bins(std::int64_t* counts, std::int64_t bins, const Array& image, const std::optional<Array>& mask,
                const F& bin) {
  for_each_worker<C>(image, mask, [&] { return BinCounter<C, F>{CountTables(counts, bins), bin.prepared()}; });
}

/// Elements of 8 and 16 bits are their own bins, with the sign bit flipped where there is one.
template <class U>
struct ValueCounter {
  CountTables tables;
  U flip;
  void operator()(const U* values, std::int64_t n) {
    tables.count(n, [&](std::int64_t i) { return static_cast<U>(values[i] ^ flip); });
  }
};

inline void count_narrow(std::int64_t* counts, const FromOffset& bin, const Array& image,
                         const std::optional<Array>& mask) {
  const auto run = [&]<class U>(Tag<U>) {
    const Array bits = Array::view_of(image.mutable_data(), image.shape(), image.strides(), dtype_of<U>, image.device(),
                                      image.buffer());
    const U flip = static_cast<U>(-bin.offset);
    for_each_worker<U>(bits, mask, [&] { return ValueCounter<U>{CountTables(counts, bin.bins), flip}; });
  };
  if (bin.bins == 256) {
    run(Tag<std::uint8_t>{});
  } else {
    run(Tag<std::uint16_t>{});
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
