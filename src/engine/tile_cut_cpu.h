// SPDX-License-Identifier: Apache-2.0
// Tiles of an image that stay in the L2 cache with what a window reaches.
#pragma once

#include <algorithm>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// How an image of planes is cut into tiles of output.
struct TileCut {
  std::int64_t planes, height, width;
  std::int64_t band, strip;

  /// `rows` and `columns` are what a window reaches; `bytes` of one element.
  TileCut(std::int64_t p, std::int64_t h, std::int64_t w, std::int64_t rows, std::int64_t columns, std::int64_t bytes)
      : planes(p), height(h), width(w) {
    constexpr std::int64_t fitting = 192 * 1024;
    // A tile is not smaller than what it reads beside itself, or most of it would be read twice.
    band = std::max<std::int64_t>(32, 2 * (rows - 1));
    strip = std::max<std::int64_t>({256, 3 * (columns - 1), fitting / bytes / (band + rows - 1) - (columns - 1)});
    strip = std::min(strip / 64 * 64 + 64, width);
    band = std::min(height, std::max(band, fitting / bytes / (strip + columns - 1) - (rows - 1)));
  }
  std::int64_t bands() const { return (height + band - 1) / band; }
  std::int64_t strips() const { return (width + strip - 1) / strip; }

  /// f(plane, y0, y1, x0, x1) for every tile.
  template <class F>
  void each(const F& f) const {
    const std::int64_t across = strips(), down = bands();
    core::parallel_for(planes * down * across, std::max<std::int64_t>(1, 32768 / (band * strip)),
                       [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t t = begin; t < end; ++t) {
                           const std::int64_t x0 = t % across * strip;
                           const std::int64_t y0 = t / across % down * band;
                           f(t / across / down, y0, std::min(height, y0 + band), x0, std::min(width, x0 + strip));
                         }
                       });
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
