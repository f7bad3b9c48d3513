// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/tile_histogram.h: a task for each tile.
#pragma once

#include <algorithm>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

inline void count_tile(std::int32_t* counts, const std::uint16_t* image, const Tiling& t, std::int64_t index) {
  const int last = t.ndim - 1;
  std::int64_t origin[max_ndim];
  for (int a = last; a >= 0; --a) {
    origin[a] = index % t.count[a] * t.tile[a];
    index /= t.count[a];
  }
  const std::int64_t lines = t.elements() / t.tile[last];
  const std::int64_t inside = std::min(t.tile[last], t.shape[last] - origin[last]);
  for (std::int64_t line = 0; line < lines; ++line) {
    std::int64_t rest = line, at = 0, step = t.shape[last];
    for (int a = last - 1; a >= 0; --a) {
      at += border_index(origin[a] + rest % t.tile[a], t.shape[a], Border::mirror) * step;
      rest /= t.tile[a];
      step *= t.shape[a];
    }
    const std::uint16_t* p = image + at + origin[last];
    for (std::int64_t x = 0; x < inside; ++x) ++counts[p[x]];
    for (std::int64_t x = inside; x < t.tile[last]; ++x) {
      ++counts[image[at + border_index(origin[last] + x, t.shape[last], Border::mirror)]];
    }
  }
}

inline void count_tiles(std::int32_t* counts, std::int64_t bins, const Array& image, const Tiling& tiling) {
  const auto* p = image.data_as<std::uint16_t>();
  core::parallel_for(tiling.tiles(), std::max<std::int64_t>(1, (1 << 15) / tiling.elements()),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t i = begin; i < end; ++i) count_tile(counts + i * bins, p, tiling, i);
                     });
}

}  // namespace opsin::OPSIN_TARGET::engine
