// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/rank_window.h, windowed_order: in a tile, the footprint goes right along one row and left along
// the next; what enters and leaves is its border (T. S. Huang, G. J. Yang and G. Y. Tang, "A fast two-dimensional
// median filtering algorithm", 1979).
#pragma once

#include "engine/rank_histogram_cpu.h"
#include "engine/rank_tile_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// The tile's rows with what the footprint reaches beside them, and the footprint's elements in it: all of them, and
/// those without a neighbour of the footprint on one side. Indices are relative to the element at the footprint's
/// least offsets.
class RankCorner {
 public:
  RankCorner(const RankWindow& w, const RankTiles& tiles)
      : planes_(w.span(0)), height_(tiles.rows + w.span(1) - 1), width_(tiles.columns + w.span(2) - 1) {
    std::vector<bool> inside(static_cast<std::size_t>((planes_ + 2) * (w.span(1) + 2) * (w.span(2) + 2)));
    const auto cell = [&](const RankOffset& o, std::int64_t rows, std::int64_t columns) {
      const std::int64_t row = (o[0] - w.least[0] + 1) * (w.span(1) + 2) + o[1] - w.least[1] + 1 + rows;
      return static_cast<std::size_t>(row * (w.span(2) + 2) + o[2] - w.least[2] + 1 + columns);
    };
    for (const RankOffset& o : w.offsets) inside[cell(o, 0, 0)] = true;
    for (const RankOffset& o : w.offsets) {
      const std::int64_t at = ((o[0] - w.least[0]) * height_ + o[1] - w.least[1]) * width_ + o[2] - w.least[2];
      all.push_back(at);
      if (!inside[cell(o, 0, 1)]) right.push_back(at);
      if (!inside[cell(o, 0, -1)]) left.push_back(at);
      if (!inside[cell(o, 1, 0)]) lower.push_back(at);
      if (!inside[cell(o, -1, 0)]) upper.push_back(at);
    }
  }

  std::int64_t width() const { return width_; }
  std::size_t size() const { return static_cast<std::size_t>(planes_ * height_ * width_); }

  /// Fills the corner of an output tile.
  template <class Value>
  void load(Value* to, const RankWindow& w, std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0,
            std::int64_t x1, Value outside) const {
    for (std::int64_t p = 0; p < planes_; ++p) {
      for (std::int64_t r = 0; r < y1 - y0 + w.span(1) - 1; ++r) {
        load_rank_row(to + (p * height_ + r) * width_, w, plane + p + w.least[0], y0 + r + w.least[1], x0 + w.least[2],
                      x1 - x0 + w.span(2) - 1, outside);
      }
    }
  }

  std::vector<std::int64_t> all, right, left, lower, upper;

 private:
  std::int64_t planes_, height_, width_;
};

/// `emit(index)` for every element of a tile of rows x columns whose corner is at `tile`, when the histogram is its.
template <class Histogram, class Value, class F>
void slide(Histogram& histogram, const Value* tile, std::int64_t rows, std::int64_t columns, std::int64_t pitch,
           const RankCorner& corner, const F& emit) {
  const std::vector<std::int64_t> none;
  const Value* p = tile;
  histogram.move(p, corner.all, p, none);
  std::int64_t x = 0;
  for (std::int64_t y = 0; y < rows; ++y) {
    if (y > 0) {
      histogram.move(p + corner.width(), corner.lower, p, corner.upper);
      p += corner.width();
    }
    const bool ahead = y % 2 == 0;
    const std::int64_t step = ahead ? 1 : -1;
    const auto& enter = ahead ? corner.right : corner.left;
    const auto& leave = ahead ? corner.left : corner.right;
    for (std::int64_t n = 0; n < columns; ++n) {
      if (n > 0) {
        histogram.move(p + step, enter, p, leave);
        p += step;
        x += step;
      }
      emit(y * pitch + x);
    }
  }
}

template <class Value, class Histogram, class Sink>
void slide_tiles(const RankWindow& w, const Sink& sink) {
  const RankTiles tiles(w);
  const RankCorner corner(w, tiles);
  const Extents& shape = tiles.shape;
  const bool bytes = w.image.dtype() == DType::uint8;
  tiles.each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
    std::byte* memory = thread_scratch(Histogram::bytes() + corner.size() * sizeof(Value));
    auto* tile = reinterpret_cast<Value*>(memory + Histogram::bytes());
    corner.load(tile, w, plane, y0, y1, x0, x1, static_cast<Value>(Histogram::outside));
    const std::int64_t first = (plane * shape[1] + y0) * shape[2] + x0;
    Histogram histogram(memory, w.size(), sink.information());
    slide(histogram, tile, y1 - y0, x1 - x0, shape[2], corner, [&](std::int64_t offset) {
      const std::int64_t at = first + offset;
      sink(histogram, bytes ? w.image.data_as<std::uint8_t>()[at] : w.image.data_as<std::uint16_t>()[at], at);
    });
  });
}

template <class Sink>
void run_rank(const RankWindow& w, const Sink& sink) {
  constexpr std::int64_t most_short = 32767;
  if (w.size() > most_short) {
    slide_tiles<std::uint32_t, RankHistogram<std::int32_t, 4, Sink::uses>>(w, sink);
  } else if (w.bins > 256) {
    slide_tiles<std::uint32_t, RankHistogram<std::int16_t, 4, Sink::uses>>(w, sink);
  } else {
    slide_tiles<std::uint16_t, RankHistogram<std::int16_t, 2, Sink::uses>>(w, sink);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
