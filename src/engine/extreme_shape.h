// SPDX-License-Identifier: Apache-2.0
// The footprints that are used most, known when kernels are compiled: each row is one run, and they are their own
// mirror images along every axis.
#pragma once

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

struct ExtremeShape {
  static constexpr int most_depth = 3, most_height = 8;
  int depth = 0, height = 0;  // planes and rows on each side of the middle
  /// By the distances from the middle: a run of 2 * half + 1 elements, none below 0.
  int half[most_depth + 1][most_height + 1] = {};

  constexpr bool operator==(const ExtremeShape&) const = default;
  constexpr int planes() const { return 2 * depth + 1; }
  constexpr int rows() const { return 2 * height + 1; }
  constexpr int greatest() const {
    int most = 0;
    for (int z = 0; z <= depth; ++z) most = std::max(most, half[z][0]);
    return most;
  }
  /// A box of one plane.
  constexpr bool is_box() const {
    bool same = depth == 0;
    for (int y = 1; y <= height; ++y) same = same && half[0][y] == half[0][0];
    return same;
  }
  constexpr bool has(int z, int h) const {
    for (int y = 0; y <= height; ++y) {
      if (half[z][y] == h) return true;
    }
    return false;
  }
  /// The next shorter run of a plane that is longer than one element; 0: there is none.
  constexpr int below(int z, int h) const {
    while (--h > 0 && !has(z, h)) {
    }
    return std::max(h, 0);
  }
  /// The first plane from the middle on that has a run in row y.
  constexpr int first_plane(int y) const {
    int z = 0;
    while (half[z][y] < 0) ++z;
    return z;
  }
};

/// half(z, y) for all rows and planes.
template <class Half>
constexpr ExtremeShape shape_of(int depth, int height, const Half& half) {
  ExtremeShape shape{depth, height};
  for (int z = 0; z <= ExtremeShape::most_depth; ++z) {
    for (int y = 0; y <= ExtremeShape::most_height; ++y) {
      shape.half[z][y] = z <= depth && y <= height ? half(z, y) : -1;
    }
  }
  return shape;
}

/// What lies within the square root of `square`.
constexpr ExtremeShape ball_shape(int depth, int height, int square) {
  return shape_of(depth, height, [square](int z, int y) {
    int half = -1;
    while ((half + 1) * (half + 1) + y * y + z * z <= square) ++half;
    return half;
  });
}
constexpr ExtremeShape disk_shape(int radius) { return ball_shape(0, radius, radius * radius); }
constexpr ExtremeShape diamond_shape(int radius) {
  return shape_of(0, radius, [radius](int, int y) { return radius - y; });
}
constexpr ExtremeShape box_shape(int depth, int half) {
  return shape_of(depth, half, [half](int, int) { return half; });
}

inline constexpr ExtremeShape extreme_shapes[] = {
    disk_shape(1),       disk_shape(2),      disk_shape(3),   disk_shape(4),       disk_shape(5),
    disk_shape(6),       disk_shape(7),      disk_shape(8),   diamond_shape(3),    diamond_shape(4),
    diamond_shape(5),    box_shape(0, 1),    box_shape(0, 2), box_shape(0, 3),     box_shape(0, 4),
    box_shape(0, 5),     box_shape(0, 7),    box_shape(1, 1), ball_shape(1, 1, 1), ball_shape(1, 1, 2),
    ball_shape(2, 2, 4), ball_shape(3, 3, 9)};
inline constexpr int extreme_shape_count = static_cast<int>(std::size(extreme_shapes));

/// The footprint's place among them; -1: it is none of them. `leading`: axes before the last two.
inline int known_shape(const Chords& chords, int leading) {
  constexpr int depth = ExtremeShape::most_depth, height = ExtremeShape::most_height;
  if (chords.rows % 2 == 0 || chords.top != -(chords.rows / 2) || chords.rows / 2 > height) return -1;
  const auto planes = static_cast<std::int64_t>(chords.planes.size());
  if (planes % 2 == 0 || planes / 2 > depth || (planes > 1 && leading == 0)) return -1;
  // Rows and planes that are the same at both sides: what the one says the other must say.
  ExtremeShape shape =
      shape_of(static_cast<int>(planes / 2), static_cast<int>(chords.rows / 2), [](int, int) { return -1; });
  for (std::int64_t k = 0; k < planes; ++k) {
    const ChordPlane& plane = chords.planes[static_cast<std::size_t>(k)];
    for (int a = 0; a < leading; ++a) {
      if (plane.offset[static_cast<std::size_t>(a)] != (a + 1 < leading ? 0 : k - planes / 2)) return -1;
    }
    int half[2 * height + 1];
    std::fill(std::begin(half), std::end(half), -1);
    for (const ChordGroup& group : plane.groups) {
      for (const auto& [row, start] : group.starts) {
        if (half[row] >= 0 || group.length % 2 == 0 || chords.left + start != -(group.length / 2)) return -1;
        half[row] = static_cast<int>(std::min<std::int64_t>(group.length / 2, INT32_MAX));
      }
    }
    const auto z = static_cast<int>(std::abs(k - planes / 2));
    for (int y = -shape.height; y <= shape.height; ++y) {
      int& known = shape.half[z][std::abs(y)];
      const int is = half[y + shape.height];
      if (k <= planes / 2 && y <= 0) {
        known = is;
      } else if (known != is) {
        return -1;
      }
    }
  }
  const auto at = std::find(std::begin(extreme_shapes), std::end(extreme_shapes), shape);
  return at == std::end(extreme_shapes) ? -1 : static_cast<int>(at - std::begin(extreme_shapes));
}

}  // namespace opsin::OPSIN_TARGET::engine
