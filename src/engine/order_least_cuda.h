// SPDX-License-Identifier: Apache-2.0
// Any rank of a small footprint on CUDA, by the lists of order_least.h: a thread makes two by two neighbouring windows
// from a tile in shared memory. The footprint is data, the lists' lengths are compiled.
#pragma once

#include "engine/order_lane_cuda.h"
#include "engine/order_least.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int least_threads = 256;
inline constexpr int least_height = 2 * least_threads / 32;  // rows of windows in a tile
inline constexpr int least_columns = 64;                     // and columns, by registers
inline constexpr int most_listed = 512;                      // elements of all lists: they travel with the arguments
inline constexpr std::int64_t most_least_shared = 100 * 1024;

/// Elements times kept ones: where a network still costs less than sorting a tile does, or than a box of bytes does in
/// histograms.
inline constexpr std::int64_t most_least_cost = 8192, most_least_cost_of_bytes = 4096;

template <class K>
struct LeastParams {
  OrderView<K> v;
  K flip;  // all bits where ranks count from the greatest
  bool packed;
  int rows, columns;  // of the tile of elements, in one plane of the footprint
  int odd, line;      // where a row's odd columns begin, and where the next row does
  WindowLists lists;
  int listed;
  int at[most_listed];  // the lists' elements: bytes from a thread's corner

  HD int place(int column) const { return (column & 1) * odd + (column >> 1); }

  /// False where there is no room for them.
  bool set_lists(const std::array<std::vector<int>, 7>& shown, int first) {
    constexpr int most_read_on = 16;  // past a list's end
    for (std::size_t l = 0; l < shown.size(); ++l) {
      const int count = static_cast<int>(shown[l].size()), begun = l == 0 && count >= first ? first : 0;
      if (listed + begun + count + 2 * most_read_on > most_listed) return false;
      std::copy_n(shown[l].begin(), begun, at + listed);
      lists.begin[l] = listed + up_to_fours(begun);
      lists.end[l] = lists.begin[l] + count - begun;
      std::copy(shown[l].begin() + begun, shown[l].end(), at + lists.begin[l]);
      listed = up_to_fours(lists.end[l]);
    }
    listed += most_read_on;
    return true;
  }
};

/// Keys of 64 bits take two registers each: the longest lists do not fit.
template <class K>
constexpr bool has_least(int shape) {
  return sizeof(K) < 8 || least_shapes[shape].core <= 41;
}

/// Launches a shape's kernel; compiled in order_least_per_bits_and_lists.cpp for the shapes that leave the rest Group.
template <class K, int Group>
void launch_least(int shape, const LeastParams<K>& p, std::size_t shared);

inline constexpr int least_groups = 6;

/// False where the lists are too long, and where sorting a tile costs less.
template <class K>
bool order_by_least(const OrderJob<K>& job) {
  const Reach& reach = job.reach;
  const NearRank near(job.rank, reach.count);
  // In an image of few rows most of a tile would lie beyond the edge.
  if (job.image.shape(job.image.ndim() - 2) < least_height / 2 || reach.count > most_listed) return false;
  if (reach.columns > 8 * least_columns || reach.rows > 8 * least_columns) return false;
  LeastParams<K> p{};
  p.rows = least_height + static_cast<int>(reach.rows) - 1;
  p.columns = least_columns + static_cast<int>(reach.columns) - 1;
  // Half a warp writes even columns, the other half odd ones, in other banks.
  p.odd = ((p.columns + 1) / 2 + 15) / 32 * 32 + 16;
  p.line = 2 * p.odd;
  const std::int64_t shared = reach.plane_count() * p.rows * p.line * static_cast<std::int64_t>(sizeof(OrderLane<K>));
  if (shared > most_least_shared) return false;
  const auto lists = window_lists(reach, [&](std::int64_t plane, std::int64_t row, std::int64_t column) {
    const std::int64_t cell = (plane * p.rows + row) * p.line + p.place(static_cast<int>(column));
    return static_cast<int>(cell) * static_cast<int>(sizeof(OrderLane<K>));
  });
  const int shape = least_shape(near.rank, lists);
  if (shape == least_shape_count || !has_least<K>(shape)) return false;
  const int kept = least_shapes[shape].core;
  if (reach.count * kept > (sizeof(K) == 1 && reach.full ? most_least_cost_of_bytes : most_least_cost)) return false;
  if (!p.set_lists(lists, least_first(kept))) return false;
  p.lists.spare = kept - 1 - near.rank;
  p.flip = near.complement ? static_cast<K>(~K(0)) : K(0);
  Array memory;
  p.v = order_view(job, memory);
  p.packed = stores_packed<2>(p.v);
  const auto bytes = static_cast<std::size_t>(shared) + p.listed * sizeof(int);
  switch (shape % least_groups) {
    case 0: launch_least<K, 0>(shape, p, bytes); break;
    case 1: launch_least<K, 1>(shape, p, bytes); break;
    case 2: launch_least<K, 2>(shape, p, bytes); break;
    case 3: launch_least<K, 3>(shape, p, bytes); break;
    case 4: launch_least<K, 4>(shape, p, bytes); break;
    default: launch_least<K, 5>(shape, p, bytes); break;
  }
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
