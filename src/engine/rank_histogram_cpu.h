// SPDX-License-Identifier: Apache-2.0
// A histogram that elements enter and leave one by one, with what makes its order quick to ask.
//
// Bins are grouped by 16, the groups by 16, and so on: 2 levels for 256 bins, 4 for 65536. Of the topmost 16 groups
// the counts are kept added up, in registers while elements move: each adds a row of a table to them, which no other
// has to wait for. One bin more takes what lies outside the image or the mask.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/simd.h"
#include "engine/rank_window.h"

namespace opsin::OPSIN_TARGET::engine {

/// Row d: 1 for every group after group d.
template <class Count>
struct GroupsAfter {
  alignas(64) Count rows[17][16];
  constexpr GroupsAfter() : rows() {
    for (int d = 0; d < 17; ++d) {
      for (int j = 0; j < 16; ++j) rows[d][j] = d < j ? 1 : 0;
    }
  }
};
template <class Count>
inline constexpr GroupsAfter<Count> groups_after{};

template <class Count, int Levels, int Uses>
class RankHistogram {
 public:
  static constexpr int bins = 1 << 4 * Levels;
  /// The value of what lies outside.
  static constexpr int outside = bins;

  /// Bytes of memory it works in, 64-byte aligned.
  static constexpr std::size_t bytes() {
    std::size_t n = sizeof(Count) * places(Levels) + 64;
    if constexpr (asks(uses::sums)) n += sizeof(std::int64_t) * sum_places(Levels);
    return (n + 63) / 64 * 64;
  }

  /// `size`: elements of the footprint.
  RankHistogram(std::byte* memory, std::int64_t size, const std::int64_t* information)
      : size_(size), information_(information) {
    std::memset(memory, 0, bytes());
    if constexpr (asks(uses::sums)) {
      sums_ = reinterpret_cast<std::int64_t*>(memory);
      memory += sizeof(std::int64_t) * sum_places(Levels);
    }
    counts_ = reinterpret_cast<Count*>(memory);
  }

  /// Elements enter and leave: the values at those indices from the two places.
  template <class Value>
  void move(const Value* to, const std::vector<std::int64_t>& enter, const Value* from,
            const std::vector<std::int64_t>& leave) {
    Groups groups(before_);
    // In this order no bin ever holds more elements than the footprint has.
    for (const std::int64_t at : leave) count<-1>(static_cast<int>(from[at]), groups);
    for (const std::int64_t at : enter) count<1>(static_cast<int>(to[at]), groups);
    groups.store(before_);
  }

  static bool writes() { return true; }
  std::int64_t population() const { return size_ - counts_[outside]; }
  bool has(int value) const { return counts_[value] != 0; }

  std::int64_t count_upto(std::int64_t value) const {
    if (value < 0) return 0;
    if (value >= bins) return population();
    Count n = before_[value >> 4 * (Levels - 1)];
    for (int l = Levels - 2; l >= 0; --l) n += sum_of_group(counts_ + places(l), l, static_cast<int>(value));
    return n;
  }

  WindowTotals upto(std::int64_t value) const {
    if (value < 0) return {};
    const int v = static_cast<int>(std::min<std::int64_t>(value, bins - 1));
    std::int64_t sum = 0;
    const std::int64_t* top = sums_ + sum_places(Levels - 1);
    for (int t = 0; t < 16; ++t) sum += t < v >> 4 * (Levels - 1) ? top[t] : 0;
    for (int l = Levels - 2; l >= 1; --l) sum += sum_of_group(sums_ + sum_places(l), l, v);
    const Count* bin = counts_ + v / 16 * 16;
    for (int t = 0; t < 16; ++t) sum += t <= v % 16 ? std::int64_t{bin[t]} * (v / 16 * 16 + t) : 0;
    return {count_upto(value), sum};
  }

  int kth(std::int64_t k) const {
    const auto wanted = static_cast<Count>(k);
    int group = -1;
    for (int i = 0; i < 16; ++i) group += before_[i] < wanted ? 1 : 0;
    Count before = before_[group];
    for (int l = Levels - 2; l >= 0; --l) {
      const Count* bin = counts_ + places(l) + 16 * group;
      int past = 0;
      Count running = before;
      for (int t = 0; t < 15; ++t) {
        running += bin[t];
        const bool less = running < wanted;
        past += less ? 1 : 0;
        before = less ? running : before;
      }
      group = 16 * group + past;
    }
    return group;
  }

  int fullest() const {
    if constexpr (Levels == 2) {
      int best = 0;
      for (int v = 0; v < bins; ++v) best = std::max(best, counts_[v] << 8 | (bins - 1 - v));
      return bins - 1 - best % bins;
    } else {
      std::int64_t best = 0;
      each_group([&](int first) {
        for (int v = first; v < first + 16; ++v) {
          best = std::max<std::int64_t>(best, std::int64_t{counts_[v]} << 16 | (bins - 1 - v));
        }
      });
      return static_cast<int>(bins - 1 - best % bins);
    }
  }

  int otsu() const {
    const WindowTotals all = upto(bins - 1);
    Classes classes(all);
    Exact count = 0, sum = 0;
    each_group([&](int first) {
      classes.make_room();
      const Count* const bin = counts_ + first;
      for (int t = 0; t < 16; ++t) {
        count += bin[t];
        sum += Exact{bin[t]} * (first + t);
        classes.put(first + t, count, sum, bin[t] != 0 && first + t != 0);
      }
    });
    classes.evaluate();
    return classes.threshold();
  }

  std::int64_t information() const {
    const std::int64_t n = counts_[outside];
    return found_ - n * information_[n];
  }

  void shares(double* to, std::int64_t count) const {
    const std::int64_t n = population();
    const double share = n != 0 ? 1.0 / static_cast<double>(n) : 0.0;
    const std::int64_t own = std::min<std::int64_t>(count, bins);
    for (std::int64_t v = 0; v < own; ++v) to[v] = counts_[v] * share;
    std::fill(to + own, to + count, 0.0);
  }

 private:
  /// Holds sums of a window's values: those of 32767 words at most fit into 31 bits.
  using Exact = std::conditional_t<sizeof(Count) == 2, std::int32_t, std::int64_t>;

  /// Candidates for Otsu's threshold, ascending. Which values there are cannot be foreseen, so no branch asks, and
  /// their variances, those of between_classes, are made several at a time.
  class Classes {
    using V = Vec<double>;
    static constexpr int most = 256;

   public:
    explicit Classes(const WindowTotals& all) : all_(all) {}

    /// For the 16 that are put next.
    void make_room() {
      if (n_ + 16 > most) evaluate();
    }
    HD void put(int value, Exact count, Exact sum, bool stays) {
      value_[n_] = value;
      count_[n_] = count;
      sum_[n_] = sum;
      n_ += stays ? 1 : 0;
    }
    void evaluate() {
      const V count(static_cast<double>(all_.count)), sum(static_cast<double>(all_.sum)), zero(0.0);
      for (int i = n_; i < n_ + V::lanes; ++i) count_[i] = sum_[i] = 0;
      V greatest;
      for (int i = 0; i < n_; i += V::lanes) {
        const V q1 = load(count_ + i), below = load(sum_ + i), q2 = count - q1;
        const V t = q2 * below - (sum - below) * q1;
        const V both = q1 * q2;
        const V parted = pick(both > zero, t * t / both, zero);
        greatest = max(greatest, parted);
        parted.store(parted_ + i);
      }
      alignas(64) double lanes[V::lanes];
      greatest.store(lanes);
      const double found = *std::max_element(lanes, lanes + V::lanes);
      if (found > best_) {
        best_ = found;
        threshold_ = value_[std::find(parted_, parted_ + n_, found) - parted_];
      }
      n_ = 0;
    }
    int threshold() const { return threshold_; }

   private:
    HD static V load(const std::int32_t* from) {
      const hn::Rebind<std::int32_t, V::Tag> narrow;
      return {hn::PromoteTo(V::Tag(), hn::LoadU(narrow, from))};
    }
    HD static V load(const std::int64_t* from) {
      alignas(64) double to[V::lanes];
      for (int i = 0; i < V::lanes; ++i) to[i] = static_cast<double>(from[i]);
      return V::load(to);
    }

    const WindowTotals all_;
    double best_ = 0;
    int threshold_ = 0, n_ = 0;
    int value_[most + 1];
    Exact count_[most + V::lanes], sum_[most + V::lanes];
    double parted_[most + V::lanes];
  };

  using D = hn::CappedTag<Count, 16>;
  static constexpr int lanes = static_cast<int>(hn::MaxLanes(D()));
  static constexpr int parts = 16 / lanes;

  /// The counts before each of the topmost groups, in registers.
  struct Groups {
    hn::Vec<D> part[parts];
    HD explicit Groups(const Count* from) {
      for (int i = 0; i < parts; ++i) part[i] = hn::Load(D(), from + i * lanes);
    }
    HD void store(Count* to) const {
      for (int i = 0; i < parts; ++i) hn::Store(part[i], D(), to + i * lanes);
    }
    template <int Sign>
    HD void add(const Count* row) {
      for (int i = 0; i < parts; ++i) {
        const auto step = hn::Load(D(), row + i * lanes);
        part[i] = Sign > 0 ? hn::Add(part[i], step) : hn::Sub(part[i], step);
      }
    }
  };

  /// An element enters (Sign 1) or leaves (Sign -1).
  template <int Sign>
  HD void count(int value, Groups& groups) {
    Count& bin = counts_[value];
    if constexpr (asks(uses::entropy)) {
      const std::int64_t less = bin - (Sign < 0 ? 1 : 0);
      found_ += Sign * ((less + 1) * information_[less + 1] - less * information_[less]);
    }
    bin = static_cast<Count>(bin + Sign);
    if constexpr (asks(uses::order)) {
      for (int l = 1; l < Levels - 1; ++l) counts_[places(l) + (value >> 4 * l)] += static_cast<Count>(Sign);
      groups.template add<Sign>(groups_after<Count>.rows[value >> 4 * (Levels - 1)]);
    }
    if constexpr (asks(uses::sums)) {
      for (int l = 1; l < Levels; ++l) sums_[sum_places(l) + (value >> 4 * l)] += Sign * value;
    }
  }

  static constexpr bool asks(int use) { return (Uses & use) != 0; }

  /// Where the counts of groups of 16^level values begin; after the last level, how many there are.
  static constexpr std::size_t places(int level) {
    std::size_t at = 0;
    for (int l = 0; l < level; ++l) at += (static_cast<std::size_t>(bins) >> 4 * l) + 64;
    return at;
  }

  /// The same of sums, which single values have none of.
  static constexpr std::size_t sum_places(int level) { return places(level) - places(1); }

  /// Of the groups of a level that share the next level's group with `value`, those before its own; at the lowest
  /// level, its own as well.
  template <class T>
  static T sum_of_group(const T* from, int level, int value) {
    const int own = value >> 4 * level, first = own / 16 * 16, last = own - (level > 0 ? 1 : 0);
    T sum = 0;
    for (int t = 0; t < 16; ++t) sum += first + t <= last ? from[first + t] : T(0);
    return sum;
  }

  /// f(first value) for every 16 values that are not empty, ascending.
  template <class F>
  void each_group(const F& f) const {
    for (int top = 0; top < 16; ++top) {
      if (before_[top] == (top < 15 ? before_[top + 1] : population())) continue;
      if constexpr (Levels == 2) {
        f(16 * top);
      } else {
        for (int second = 16 * top; second < 16 * top + 16; ++second) {
          if (counts_[places(2) + second] == 0) continue;
          for (int third = 16 * second; third < 16 * second + 16; ++third) {
            if (counts_[places(1) + third] != 0) f(16 * third);
          }
        }
      }
    }
  }

  Count* counts_;
  std::int64_t* sums_ = nullptr;
  std::int64_t size_;
  const std::int64_t* information_;
  std::int64_t found_ = 0;
  alignas(64) Count before_[16] = {};  // How many lie in the topmost groups before each.
};

}  // namespace opsin::OPSIN_TARGET::engine
