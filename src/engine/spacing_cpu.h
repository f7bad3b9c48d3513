// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/spacing.h: cells as wide as the distance, which hold the points that are kept.
#pragma once

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

namespace opsin::OPSIN_TARGET::engine {

using Cell = std::array<std::int64_t, max_ndim>;

struct CellHash {
  std::size_t operator()(const Cell& cell) const {
    std::uint64_t h = 0;
    for (const std::int64_t c : cell) h = (h ^ static_cast<std::uint64_t>(c)) * 0x9E3779B97F4A7C15u;
    return static_cast<std::size_t>(h ^ (h >> 32));
  }
};

Array spaced_points(const Array& points, const Spacing& spacing) {
  const std::int64_t n = points.shape(0);
  const auto ndim = static_cast<int>(points.shape(1));
  const Array keep = Array::empty({n}, DType::uint8, points.device());
  auto* const kept = keep.mutable_data_as<std::uint8_t>();
  const auto* const p = points.data_as<std::int64_t>();
  const auto width = static_cast<std::int64_t>(std::clamp(std::ceil(spacing.distance), 1.0, 0x1p62));
  std::unordered_map<Cell, std::vector<std::int64_t>, CellHash> cells;
  std::int64_t around = 1;
  for (int a = 0; a < ndim; ++a) around *= 3;
  for (std::int64_t i = 0; i < n; ++i) {
    Cell home{};
    for (int a = 0; a < ndim; ++a) home[static_cast<std::size_t>(a)] = p[i * ndim + a] / width;
    bool free = true;
    for (std::int64_t k = 0; k < around && free; ++k) {
      Cell cell = home;
      std::int64_t rest = k;
      for (int a = 0; a < ndim; ++a, rest /= 3) cell[static_cast<std::size_t>(a)] += rest % 3 - 1;
      const auto found = cells.find(cell);
      if (found == cells.end()) continue;
      for (const std::int64_t j : found->second) free = free && !spacing.too_near(p + i * ndim, p + j * ndim, ndim);
    }
    kept[i] = free ? 1 : 0;
    if (free) cells[home].push_back(i);
  }
  return keep;
}

}  // namespace opsin::OPSIN_TARGET::engine
