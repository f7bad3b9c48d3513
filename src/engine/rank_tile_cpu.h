// SPDX-License-Identifier: Apache-2.0
// Tiles of the CPU's rank engines: the values around a tile of one plane, and the work as tiles.
#pragma once

#include <algorithm>

#include "core/threads.h"
#include "engine/rank_window.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// `count` values of a row from column `first` on; `outside` where the image or the mask ends.
template <class Value>
void load_rank_row(Value* to, const RankWindow& w, std::int64_t plane, std::int64_t row, std::int64_t first,
                   std::int64_t count, Value outside) {
  const Extents& shape = w.image.shape();
  const bool within = plane >= 0 && plane < shape[0] && row >= 0 && row < shape[1];
  const std::int64_t begin = within ? std::clamp<std::int64_t>(-first, 0, count) : count;
  const std::int64_t end = std::clamp<std::int64_t>(shape[2] - first, begin, count);
  std::fill_n(to, begin, outside);
  std::fill(to + end, to + count, outside);
  const std::int64_t line = (plane * shape[1] + row) * shape[2] + first;
  const auto copy = [&]<class T>(const T* from) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = from[line + i];
  };
  if (w.image.dtype() == DType::uint8) {
    copy(w.image.data_as<std::uint8_t>());
  } else {
    copy(w.image.data_as<std::uint16_t>());
  }
  if (!w.mask.defined()) return;
  const auto* mask = w.mask.data_as<std::uint8_t>() + line;
  for (std::int64_t i = begin; i < end; ++i) to[i] = mask[i] != 0 ? to[i] : outside;
}

/// How an image is cut. A tile is not smaller than what it reads beside itself.
struct RankTiles {
  Extents shape;
  std::int64_t rows, columns;

  explicit RankTiles(const RankWindow& w)
      : shape(w.image.shape()),
        rows(std::min(shape[1], std::max<std::int64_t>(16, w.span(1)))),
        columns(std::min(shape[2], std::max<std::int64_t>(512, 4 * w.span(2)))) {}

  /// f(plane, y0, y1, x0, x1) for every tile.
  template <class F>
  void each(const F& f) const {
    const std::int64_t down = (shape[1] + rows - 1) / rows, across = (shape[2] + columns - 1) / columns;
    core::parallel_for(shape[0] * down * across, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t y = t / across % down * rows, x = t % across * columns;
        f(t / across / down, y, std::min(shape[1], y + rows), x, std::min(shape[2], x + columns));
      }
    });
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
