// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/thin_edges.h. A task streams down a band of rows; three rows of each stage stay in the L1 or L2
// cache.
#pragma once

#include <algorithm>
#include <limits>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/hysteresis.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// The bits of engine/hysteresis.h.
struct EdgeState {
  Array levels;
  EdgeState(const Extents& shape, Device device) : levels(Array::empty(shape, DType::uint8, device)) {}
};

template <class C, bool Thin>
class EdgeBand {
  using V = Vec<C>;

 public:
  EdgeBand(const Array& out, const ThinEdges& e) : out_(out), e_(e), rows_(out.shape(0)), columns_(out.shape(1)) {
    if constexpr (Thin) {
      const double* const found = e.on_device.defined() ? e.on_device.template data_as<double>() : e.thresholds;
      thresholds_ = EdgeThresholds<C>::of(found);
    }
  }

  void run(std::int64_t top, std::int64_t bottom) {
    // A line has an element before its first and a vector after its last.
    line_ = (columns_ + 2 * V::lanes + 15) / 16 * 16;
    C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(12 * line_) * sizeof(C)));
    std::fill_n(memory, 12 * line_, C(0));
    const auto take = [&](C*(&lines)[3]) {
      for (C*& line : lines) {
        line = memory + 1;
        memory += line_;
      }
    };
    take(smooth_);
    take(down_);
    take(across_);
    take(magnitude_);
    // Magnitudes reach one row beyond the band, inside the image; smooth rows two, by reflection.
    const std::int64_t first = Thin ? std::max<std::int64_t>(0, top - 1) : top;
    const std::int64_t last = Thin ? std::min(rows_, bottom + 1) : bottom;
    load(first - 1);
    load(first);
    for (std::int64_t y = first; y < last; ++y) {
      load(y + 1);
      differentiate(y);
      if constexpr (!Thin) {
        std::copy_n(magnitude_[y % 3], columns_, out_.mutable_data_as<C>() + y * columns_);
      } else if (y - 1 >= top) {
        thin(y - 1);
      }
    }
    if constexpr (Thin) {
      if (bottom == rows_) thin(rows_ - 1);
    }
  }

 private:
  static std::int64_t slot(std::int64_t y) { return (y + 3) % 3; }

  void load(std::int64_t y) {
    C* const line = smooth_[slot(y)];
    const std::int64_t from = std::clamp<std::int64_t>(y, 0, rows_ - 1);
    const C* const source = e_.smoothed.template data_as<C>() + from * columns_;
    const EdgeDivisor& d = e_.divisor;
    const V epsilon(std::numeric_limits<C>::epsilon());
    const auto divide = [&](std::int64_t begin, std::int64_t end, const auto& divisor) {
      for (std::int64_t x = begin; x < end; x += V::lanes) {
        const std::int64_t n = std::min<std::int64_t>(V::lanes, end - x);
        (V::load(source + x, n) / (divisor(x, n) + epsilon)).store(line + x, n);
      }
    };
    if (d.kind == EdgeDivisor::Kind::none) {
      std::copy_n(source, columns_, line);
    } else if (d.kind == EdgeDivisor::Kind::image) {
      const C* const by = d.values.template data_as<C>() + from * columns_;
      divide(0, columns_, [&](std::int64_t x, std::int64_t n) { return V::load(by + x, n); });
    } else {
      const std::int64_t width = d.values.shape(1);
      const C* const by = d.values.template data_as<C>() + table_index(from, rows_, d.values.shape(0)) * width;
      const std::int64_t left = std::min(columns_, width / 2);
      const std::int64_t right = columns_ - (width - width / 2 - 1);
      divide(0, left, [&](std::int64_t x, std::int64_t n) { return V::load(by + x, n); });
      divide(left, right, [&](std::int64_t, std::int64_t) { return V(by[width / 2]); });
      divide(right, columns_, [&](std::int64_t x, std::int64_t n) { return V::load(by + x - columns_ + width, n); });
    }
    line[-1] = line[0];
    line[columns_] = line[columns_ - 1];
  }

  void differentiate(std::int64_t y) {
    const C* const above = smooth_[slot(y - 1)];
    const C* const here = smooth_[slot(y)];
    const C* const below = smooth_[slot(y + 1)];
    C* const down = down_[slot(y)];
    C* const across = across_[slot(y)];
    C* const magnitude = magnitude_[slot(y)];
    const auto vertical = [&](std::int64_t x) { return V::load(below + x) - V::load(above + x); };
    const auto horizontal = [](const C* row, std::int64_t x) { return V::load(row + x + 1) - V::load(row + x - 1); };
    for (std::int64_t x = 0; x < columns_; x += V::lanes) {
      const V i = sobel_sum(vertical(x - 1), vertical(x), vertical(x + 1));
      const V j = sobel_sum(horizontal(above, x), horizontal(here, x), horizontal(below, x));
      i.store(down + x);
      j.store(across + x);
      edge_magnitude(i, j).store(magnitude + x);
    }
  }

  void thin(std::int64_t y) {
    auto* const to = out_.mutable_data_as<std::uint8_t>() + y * columns_;
    std::fill_n(to, columns_, std::uint8_t{0});
    if (y == 0 || y == rows_ - 1) return;
    const C* const down = down_[slot(y)];
    const C* const across = across_[slot(y)];
    const C* const m[3] = {magnitude_[slot(y - 1)], magnitude_[slot(y)], magnitude_[slot(y + 1)]};
    for (std::int64_t x = 1; x < columns_ - 1; x += V::lanes) {
      const V level = edge_level(
          V::load(down + x), V::load(across + x), [&](int dy, int dx) { return V::load(m[dy + 1] + x + dx); },
          thresholds_);
      const std::int64_t n = columns_ - 1 - x;
      if (n >= V::lanes) {
        store_through_int32(to + x, level);
      } else {
        alignas(64) C lanes[V::lanes];
        level.store(lanes);
        for (std::int64_t i = 0; i < n; ++i) to[x + i] = static_cast<std::uint8_t>(lanes[i]);
      }
    }
    if (e_.mask.defined()) erode(y, to);
  }

  void erode(std::int64_t y, std::uint8_t* to) const {
    const auto* const mask = e_.mask.template data_as<std::uint8_t>() + y * columns_;
    for (std::int64_t x = 1; x < columns_ - 1; ++x) {
      bool whole = true;
      for (std::int64_t dy = -columns_; dy <= columns_; dy += columns_) {
        const std::uint8_t* const p = mask + dy + x;
        whole = whole && p[-1] != 0 && p[0] != 0 && p[1] != 0;
      }
      if (!whole) to[x] = 0;
    }
  }

  const Array& out_;
  const ThinEdges& e_;
  std::int64_t rows_, columns_;
  EdgeThresholds<C> thresholds_{};
  std::int64_t line_ = 0;
  C* smooth_[3];
  C* down_[3];
  C* across_[3];
  C* magnitude_[3];
};

template <class C, bool Thin>
void run_edges(const Array& out, const ThinEdges& e) {
  const std::int64_t grain = std::max<std::int64_t>(64, 32768 / std::max<std::int64_t>(1, out.shape(1)));
  core::parallel_for(out.shape(0), grain,
                     [&](std::int64_t top, std::int64_t bottom) { EdgeBand<C, Thin>(out, e).run(top, bottom); });
}

template <class C>
void thin_edges(const EdgeState& state, const ThinEdges& e) {
  run_edges<C, true>(state.levels, e);
}

template <class C>
void gradient_magnitude(const Array& out, const ThinEdges& e) {
  run_edges<C, false>(out, e);
}

inline void link_edges(const Array& out, const EdgeState& state) { hysteresis(out, state.levels, 2); }

}  // namespace opsin::OPSIN_TARGET::engine
