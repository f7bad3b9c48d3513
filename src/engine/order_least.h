// SPDX-License-Identifier: Apache-2.0
// Any rank of a small footprint from its least elements: of rank k only k + 1 elements matter, however many go by. A
// sorted list of them takes the elements in groups, each sorted and merged with the list.
//
// Four windows, two by two, share that: one list takes what all of them show. A copy of it takes what else both windows
// of a row show, and a copy of that what else a window shows. Where few elements are left to come, the least of a list
// cannot be of the rank any more: they stay behind, and lists get shorter on the way (as in hierarchical tiling, L.
// Sugy, 2025, but for any footprint).
#pragma once

#include <bit>

#include "engine/order.h"
#include "engine/order_network.h"

namespace opsin::OPSIN_TARGET::engine {

/// Lengths of the lists: of what four windows share, of what those of a row share, of a window's own.
struct LeastShape {
  int core, row, window;
};

/// From the cheapest on. The lists of footprints about as wide as high fit in them; 63 is the median of 5 x 5 x 5.
inline constexpr LeastShape least_shapes[] = {{2, 2, 2},    {3, 3, 3},    {4, 4, 4},    {6, 6, 6},
                                              {9, 9, 9},    {13, 13, 12}, {17, 17, 17}, {25, 24, 12},
                                              {33, 24, 12}, {41, 24, 12}, {63, 46, 26}};
inline constexpr int least_shape_count = static_cast<int>(std::size(least_shapes));

/// Where the seven lists of elements begin and end: of all windows; of both windows of the upper row, of its left one,
/// of its right one; and the same of the lower row. Lists begin at multiples of four.
struct WindowLists {
  int begin[7], end[7];  // what stands before the first one is its beginning, sorted at once
  int spare;             // elements by which the first list is longer than the rank needs
};

HD constexpr int up_to_fours(int n) { return (n + 3) / 4 * 4; }

/// Elements that a list of `kept` takes together: what costs least for each.
HD constexpr int least_group(int kept) { return kept <= 9 ? 4 : kept <= 26 ? 8 : 16; }

/// Elements up to which it costs less to take them one by one than as a group that is not full.
HD constexpr int least_singles(int kept) { return least_group(kept) == 4 ? 2 : least_group(kept) == 8 ? 3 : 4; }

/// Elements that a list of `kept` begins with: sorted at once.
HD constexpr int least_first(int kept) { return kept <= 9 ? kept : kept <= 17 ? 8 : kept <= 25 ? 16 : 32; }

/// read(n, i), n an integral_constant: n elements from i on.
template <int N, class Read>
HD auto read_elements(const Read& read, int from) {
  return read(std::integral_constant<int, N>{}, from);
}

/// The elements from ... end - 1, at most a group of them, sorted. Others are read as well, so that no load waits for a
/// branch.
template <int Kept, class V, class Read>
HD auto last_group(int from, int end, const Read& read) {
  constexpr int group = least_group(Kept);
  const List<V, group> all = read_elements<group>(read, from);
  return sort(list_of<group>([&](auto i) { return from + i < end ? all.v[i] : V::most(); }));
}

/// Takes the elements from ... end - 1.
template <class V, int Kept, class Read>
HD void keep_least(List<V, Kept>& kept, int from, int end, const Read& read) {
  constexpr int group = least_group(Kept);
#pragma unroll 1
  for (; end - from >= group; from += group) {
    kept = merged_ranks<0, Kept>(kept, sort(read_elements<group>(read, from)));
  }
  if (end - from > least_singles(Kept)) {
    kept = merged_ranks<0, Kept>(kept, last_group<Kept, V>(from, end, read));
  } else {
#pragma unroll 1
    for (; from < end; ++from) kept = merged_ranks<0, Kept>(kept, read_elements<1>(read, from));
  }
}

/// Writes the two windows of a row by done(row, results).
template <int Core, int Row, int Window, class V, class Read, class Done>
HD void least_of_windows(const WindowLists& lists, const Read& read, const Done& done) {
  constexpr int first = least_first(Core);
  List<V, Core> core = list_of<Core>([](auto) { return V::most(); });
  if (lists.begin[0] > 0) {
    const List<V, first> sorted = sort(read_elements<first>(read, 0));
    core = list_of<Core>([&](auto i) {
      if constexpr (i < first) {
        return sorted.v[i];
      } else {
        return V::most();
      }
    });
  }
  keep_least(core, lists.begin[0], lists.end[0], read);
  // So that the element of the rank is the last of each list.
  unrolled<std::bit_width(static_cast<unsigned>(Core))>([&](auto bit) {
    constexpr int by = 1 << bit;
    if ((lists.spare & by) == 0) return;
    core = list_of<Core>([&](auto i) {
      if constexpr (i >= by) {
        return core.v[i - by];
      } else {
        return V::least();
      }
    });
  });
#pragma unroll 1
  for (int y = 0; y < 2; ++y) {
    const int *const begin = lists.begin + 1 + 3 * y, *const end = lists.end + 1 + 3 * y;
    List<V, Row> row = part<Core - Row, Row>(core);
    keep_least(row, begin[0], end[0], read);
    done(y, list_of<2>([&](auto x) {
           const int from = begin[1 + x], to = end[1 + x];
           List<V, Window> window = part<Row - Window, Window>(row);
           keep_least(window, from + least_group(Window), to, read);
           return rank_of<Window - 1>(window, last_group<Window, V>(from, to, read));
         }));
  }
}

/// The rank of `job` as one from below, at most the middle one: counted among the complements of the keys, or not.
struct NearRank {
  int rank;
  bool complement;

  NearRank(std::int64_t of, std::int64_t count)
      : rank(static_cast<int>(std::min(of, count - 1 - of))), complement(rank != of) {}
};

/// What the seven lists show, by cell(plane, row, column).
template <class Cell>
std::array<std::vector<int>, 7> window_lists(const Reach& reach, const Cell& cell) {
  const std::int64_t rows = reach.rows + 1, columns = reach.columns + 1;
  std::vector<std::uint8_t> shown(static_cast<std::size_t>(reach.plane_count() * rows * columns));  // by which windows
  for (std::int64_t p = 0; p < reach.plane_count(); ++p) {
    for (const auto& at : reach.planes[static_cast<std::size_t>(p)].at) {
      for (int window = 0; window < 4; ++window) {
        const std::int64_t i = (p * rows + at[0] + window / 2) * columns + at[1] + window % 2;
        shown[static_cast<std::size_t>(i)] |= static_cast<std::uint8_t>(1 << window);
      }
    }
  }
  std::array<std::vector<int>, 7> lists;
  for (std::int64_t i = 0; i < std::ssize(shown); ++i) {
    const int windows = shown[static_cast<std::size_t>(i)];
    const int at = cell(i / columns / rows, i / columns % rows, i % columns);
    if (windows == 15) {
      lists[0].push_back(at);
      continue;
    }
    for (int y = 0; y < 2; ++y) {
      const int of_row = windows >> 2 * y & 3;
      if (of_row != 0) lists[static_cast<std::size_t>(1 + 3 * y + of_row % 3)].push_back(at);
    }
  }
  return lists;
}

/// The cheapest shape that serves a rank and these lists; least_shape_count where there is none.
inline int least_shape(int rank, const std::array<std::vector<int>, 7>& lists) {
  std::size_t row = 0, window = 0;  // elements that come after the first list, and after that of a row
  for (std::size_t y = 0; y < 2; ++y) {
    const std::size_t own = std::max(lists[2 + 3 * y].size(), lists[3 + 3 * y].size());
    row = std::max(row, lists[1 + 3 * y].size() + own);
    window = std::max(window, own);
  }
  const auto serves = [&](const LeastShape& s) {
    return rank < s.core && std::min(s.core, static_cast<int>(row) + 1) <= s.row &&
           std::min(s.core, static_cast<int>(window) + 1) <= s.window;
  };
  return static_cast<int>(std::ranges::find_if(least_shapes, serves) - std::ranges::begin(least_shapes));
}

}  // namespace opsin::OPSIN_TARGET::engine
