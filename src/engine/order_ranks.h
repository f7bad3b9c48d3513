// SPDX-License-Identifier: Apache-2.0
// Where a footprint changes as it moves by one element.
#pragma once

#include <set>

#include "engine/order.h"

namespace opsin::OPSIN_TARGET::engine {

/// Elements of a tile by index: `enter` and `leave` relative to the corner of the reach before the step.
struct FootprintStep {
  std::vector<std::int32_t> enter, leave;
};

/// How a tile lies in memory: elements next to each other along x, rows `line` apart, planes `plane` apart.
struct TileStrides {
  std::int64_t line, plane;
  std::int64_t at(std::int64_t p, std::int64_t y, std::int64_t x) const { return p * plane + y * line + x; }
};

/// All elements of the footprint at its first place.
inline std::vector<std::int32_t> footprint_indices(const Reach& reach, const TileStrides& strides) {
  std::vector<std::int32_t> indices;
  for (std::size_t p = 0; p < reach.planes.size(); ++p) {
    for (const auto& at : reach.planes[p].at) {
      indices.push_back(static_cast<std::int32_t>(strides.at(static_cast<std::int64_t>(p), at[0], at[1])));
    }
  }
  return indices;
}

/// A step of (dy, dx).
inline FootprintStep footprint_step(const Reach& reach, const TileStrides& strides, int dy, int dx) {
  FootprintStep step;
  for (std::size_t p = 0; p < reach.planes.size(); ++p) {
    const std::set<std::array<std::int64_t, 2>> inside(reach.planes[p].at.begin(), reach.planes[p].at.end());
    const auto index = [&](std::int64_t y, std::int64_t x) {
      return static_cast<std::int32_t>(strides.at(static_cast<std::int64_t>(p), y, x));
    };
    for (const auto& at : inside) {
      if (!inside.contains({at[0] + dy, at[1] + dx})) step.enter.push_back(index(at[0] + dy, at[1] + dx));
      if (!inside.contains({at[0] - dy, at[1] - dx})) step.leave.push_back(index(at[0], at[1]));
    }
  }
  return step;
}

}  // namespace opsin::OPSIN_TARGET::engine
