// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/hysteresis.h: a flood from the strong elements, in bands of the first axis on all threads, then
// across the seams of the bands.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/memory.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// The state with a margin of one element that is never weak, which takes the place of tests for the edges.
class Flood {
 public:
  Flood(const Array& state, int connectivity)
      : ndim_(std::max(1, state.ndim())), shape_(state.ndim() ? state.shape() : Extents{1}) {
    for (const std::int64_t n : shape_) padded_.push_back(n + 2);
    width_ = shape_[ndim_ - 1];
    lines_ = shape_.product() / width_;
    lines_of_row_ = ndim_ > 1 ? lines_ / shape_[0] : 1;
    at_ = Array::zeros(padded_, DType::uint8);
    for (const Offset& o : earlier_neighbours(ndim_, connectivity)) {
      std::int64_t delta = 0;
      for (int a = 0; a < ndim_; ++a) delta = delta * padded_[a] + o[static_cast<std::size_t>(a)];
      deltas_.push_back(delta);
      deltas_.push_back(-delta);
    }
    const auto* from = state.data_as<std::uint8_t>();
    for_lines([&](std::int64_t line) {
      std::memcpy(data() + place(line), from + line * width_, static_cast<std::size_t>(width_));
    });
  }

  void run() {
    // A band is a whole number of rows of the first axis. Its flood stays within it, so bands do not meet.
    const std::int64_t rows = ndim_ > 1 ? shape_[0] : 1;
    const std::int64_t band =
        std::max<std::int64_t>(1, (std::int64_t{1} << 20) / std::max<std::int64_t>(1, lines_of_row_ * width_));
    const std::int64_t bands = (rows + band - 1) / band;
    core::parallel_for(bands, 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int64_t> open;
      for (std::int64_t b = begin; b < end; ++b) {
        const std::int64_t first = b * band * lines_of_row_;
        const std::int64_t last = std::min(rows, (b + 1) * band) * lines_of_row_;
        const std::int64_t from = row_start(b * band), to = row_start(std::min(rows, (b + 1) * band));
        seed(first, last);
        for (std::int64_t line = first; line < last; ++line) push_reached(line, from, to, open);
        flood(open, from, to);
      }
    });
    std::vector<std::int64_t> open;
    for (std::int64_t b = 1; b < bands; ++b) {
      // The rows on both sides of a seam.
      for (std::int64_t line = (b * band - 1) * lines_of_row_; line < (b * band + 1) * lines_of_row_; ++line) {
        push_reached(line, 0, padded_.product(), open);
      }
    }
    flood(open, 0, padded_.product());
  }

  void store(const Array& out) const {
    auto* to = out.mutable_data_as<std::uint8_t>();
    for_lines([&](std::int64_t line) {
      const std::uint8_t* from = data() + place(line);
      std::uint8_t* target = to + line * width_;
      for (std::int64_t x = 0; x < width_; ++x) target[x] = from[x] == reached;
    });
  }

 private:
  static constexpr std::uint8_t reached = 4;

  std::uint8_t* data() const { return at_.mutable_data_as<std::uint8_t>(); }

  template <class F>
  void for_lines(const F& f) const {
    core::parallel_for(lines_, std::max<std::int64_t>(1, (1 << 17) / width_),
                       [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t line = begin; line < end; ++line) f(line);
                       });
  }

  /// Where a line of the image begins in the padded state.
  std::int64_t place(std::int64_t line) const {
    std::int64_t at = 1, step = padded_[ndim_ - 1];
    for (int a = ndim_ - 2; a >= 0; --a) {
      at += (line % shape_[a] + 1) * step;
      line /= shape_[a];
      step *= padded_[a];
    }
    return at;
  }
  /// Where row y of the first axis begins, margins included.
  std::int64_t row_start(std::int64_t y) const {
    if (ndim_ == 1) return y == 0 ? 0 : padded_[0];
    return (y + 1) * (padded_.product() / padded_[0]);
  }

  void seed(std::int64_t first, std::int64_t last) const {
    for (std::int64_t line = first; line < last; ++line) {
      std::uint8_t* p = data() + place(line);
      for (std::int64_t x = 0; x < width_; ++x) {
        if (p[x] & strong) p[x] = reached;
      }
    }
  }

  /// Reached elements of a line with a neighbour in [from, to) that is not.
  void push_reached(std::int64_t line, std::int64_t from, std::int64_t to, std::vector<std::int64_t>& open) const {
    const std::int64_t begin = place(line);
    const std::uint8_t* p = data();
    for (std::int64_t i = begin; i < begin + width_; ++i) {
      if (p[i] != reached) continue;
      const auto is_open = [&](std::int64_t d) { return i + d >= from && i + d < to && (p[i + d] & weak); };
      if (std::any_of(deltas_.begin(), deltas_.end(), is_open)) open.push_back(i);
    }
  }

  void flood(std::vector<std::int64_t>& open, std::int64_t begin, std::int64_t end) const {
    std::uint8_t* const p = data();
    while (!open.empty()) {
      const std::int64_t i = open.back();
      open.pop_back();
      for (const std::int64_t d : deltas_) {
        const std::int64_t j = i + d;
        if (j >= begin && j < end && (p[j] & weak)) {
          p[j] = reached;
          open.push_back(j);
        }
      }
    }
  }

  int ndim_;
  Extents shape_;
  Extents padded_;
  std::int64_t width_, lines_, lines_of_row_;
  Array at_;
  std::vector<std::int64_t> deltas_;
};

inline void hysteresis(const Array& out, const Array& state, int connectivity) {
  if (state.size() == 0) return;
  Flood flood(state, connectivity);
  flood.run();
  flood.store(out);
}

}  // namespace opsin::OPSIN_TARGET::engine
