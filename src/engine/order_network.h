// SPDX-License-Identifier: Apache-2.0
// Selection networks as straight-line code: lists of values whose lengths and indices are known when it is compiled.
// What no result depends on the compiler leaves out, so a network is written for all ranks and read for some.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

template <class V, int N>
struct List {
  V v[N > 0 ? N : 1];
};

/// of(i), i an integral_constant, for every i < N. Lists are made this way and no other: g++ 12 keeps one in memory
/// whose elements are assigned, and fills and copies it there, which takes longer than the network.
template <int N, class F>
HD auto list_of(const F& of) {
  return [&]<int... i>(std::integer_sequence<int, i...>) {
    return List<decltype(of(std::integral_constant<int, 0>{})), N>{{of(std::integral_constant<int, i>{})...}};
  }(std::make_integer_sequence<int, N>{});
}

/// a[First], a[First + Step], ...
template <int First, int Count, int Step = 1, class V, int N>
HD List<V, Count> part(const List<V, N>& a) {
  if constexpr (Count == 0) {
    return {};
  } else {
    return list_of<Count>([&](auto i) { return a.v[First + Step * i]; });
  }
}

/// Batcher's odd-even merge of two sorted lists of any lengths (D. Knuth, The Art of Computer Programming, 5.3.4).
template <class V, int M, int N>
HD List<V, M + N> merge(const List<V, M>& a, const List<V, N>& b) {
  if constexpr (M == 0) {
    return part<0, N>(b);
  } else if constexpr (N == 0) {
    return part<0, M>(a);
  } else if constexpr (M == 1 && N == 1) {
    return {{min(a.v[0], b.v[0]), max(a.v[0], b.v[0])}};
  } else {
    const auto even = merge(part<0, (M + 1) / 2, 2>(a), part<0, (N + 1) / 2, 2>(b));
    const auto odd = merge(part<1, M / 2, 2>(a), part<1, N / 2, 2>(b));
    constexpr int evens = (M + 1) / 2 + (N + 1) / 2, odds = M / 2 + N / 2;
    return list_of<M + N>([&](auto i) {
      constexpr int low = (i - 1) / 2, high = (i + 1) / 2;
      if constexpr (i == 0) {
        return even.v[0];
      } else if constexpr (low >= odds) {
        return even.v[evens - 1];
      } else if constexpr (i % 2 == 1 && high < evens) {
        return min(odd.v[low], even.v[high]);
      } else if constexpr (i % 2 == 0) {
        return max(odd.v[low], even.v[i / 2]);
      } else {
        return odd.v[odds - 1];
      }
    });
  }
}

template <class V, int N>
HD List<V, N> sort(const List<V, N>& a) {
  if constexpr (N == 1) {
    return part<0, 1>(a);
  } else {
    return merge(sort(part<0, N / 2>(a)), sort(part<N / 2, N - N / 2>(a)));
  }
}

/// Ranks Low ... High - 1 of two sorted lists together. Elements that cannot be among them stay out of the merge.
template <int Low, int High, class V, int M, int N>
HD List<V, High - Low> merged_ranks(const List<V, M>& a, const List<V, N>& b) {
  constexpr int a0 = std::max(0, Low - N), a1 = std::min(M, High);
  constexpr int b0 = std::max(0, Low - M), b1 = std::min(N, High);
  return part<Low - a0 - b0, High - Low>(merge(part<a0, a1 - a0>(a), part<b0, b1 - b0>(b)));
}

/// The element of rank K of two sorted lists together: K + 1 elements are the least ones, i of them from a, for the i
/// that makes the greatest of them least.
template <int K, class V, int M, int N>
HD V rank_of(const List<V, M>& a, const List<V, N>& b) {
  constexpr int first = std::max(0, K + 1 - N), last = std::min(M, K + 1);
  const auto greatest = [&](auto count) -> V {
    constexpr int i = decltype(count)::value;
    if constexpr (i == 0) {
      return b.v[K];
    } else if constexpr (i == K + 1) {
      return a.v[K];
    } else {
      return max(a.v[i - 1], b.v[K - i]);
    }
  };
  V result = greatest(std::integral_constant<int, first>{});
  unrolled<last - first>(
      [&](auto i) { result = min(result, greatest(std::integral_constant<int, first + 1 + decltype(i)::value>{})); });
  return result;
}

/// Medians of windows of C columns (odd) of L elements (odd). Two windows side by side share C - 1 columns: their core.
/// It is made of pairs of neighbouring columns, which windows further along share as well.
template <int L, int C>
struct BoxMedian {
  static constexpr int pairs = (C - 1) / 2;
  static constexpr int median = L * C / 2;
  /// The elements of the core that a column of L more can leave as the median.
  static constexpr int middle = L + 1;

  /// `pair(i)`, i an integral_constant: the pairs of the core, sorted.
  template <class Pairs>
  HD static auto core(const Pairs& pair) {
    constexpr std::integral_constant<int, 0> first;
    constexpr std::integral_constant<int, 1> second;
    constexpr int low = median - L, high = median + 1;
    if constexpr (pairs == 1) {
      return part<low, middle>(pair(first));
    } else if constexpr (pairs == 2) {
      return merged_ranks<low, high>(pair(first), pair(second));
    } else {
      static_assert(pairs == 3);
      constexpr int least = low - 2 * L > 0 ? low - 2 * L : 0;
      constexpr int most = high < 4 * L ? high : 4 * L;
      return merged_ranks<low - least, high - least>(merged_ranks<least, most>(pair(first), pair(second)),
                                                     pair(std::integral_constant<int, 2>{}));
    }
  }

  /// The median of a window from its core and its other column.
  template <class V>
  HD static V finish(const List<V, middle>& core, const List<V, L>& column) {
    return rank_of<L>(core, column);
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
