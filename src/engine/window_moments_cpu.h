// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/window_moments.h: bands of rows on all threads. Columns are summed as vectors; along a row,
// windows are differences of running sums.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C, class F>
class WindowMomentsTask {
 public:
  WindowMomentsTask(const Array& out, const Array& image, std::int64_t rows, std::int64_t columns, const F& f)
      : out_(out.mutable_data_as<C>()),
        image_(image),
        height_(image.shape(0)),
        width_(image.shape(1)),
        rows_(rows),
        columns_(columns),
        f_(f) {
    for (std::int64_t i = 0; i < width_ + columns - 1; ++i) {
      source_.push_back(border_index(i - columns / 2, width_, Border::mirror));
    }
  }

  void band(std::int64_t y0, std::int64_t y1) const {
    const auto size = static_cast<std::size_t>(width_);
    std::vector<C> line(size), mean(size), square(size);
    std::vector<double> sums(2 * size), running(2 * (source_.size() + 1));
    add_window(sums.data(), line.data(), y0);
    for (std::int64_t y = y0; y < y1; ++y) {
      if (y > y0) slide(sums.data(), line.data(), y);
      for (int k = 0; k < 2; ++k) along(mean_of(k, mean, square), sums.data() + k * width_, running.data());
      finish(y, mean.data(), square.data());
    }
  }

 private:
  using V = Vec<C>;

  static C* mean_of(int k, std::vector<C>& mean, std::vector<C>& square) {
    return k == 0 ? mean.data() : square.data();
  }

  const C* row(C* line, std::int64_t y) const {
    y = border_index(y, height_, Border::mirror);
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype()));
    const auto* from = image_.data_as<std::byte>() + y * width_ * item;
    if (image_.dtype() == dtype_of<C>) return reinterpret_cast<const C*>(from);
    load_line(line, from, image_.dtype(), item, width_, Scaling{});
    return line;
  }

  /// sums = those of the window's rows about y.
  void add_window(double* sums, C* line, std::int64_t y) const {
    std::fill_n(sums, 2 * width_, 0.0);
    for (std::int64_t k = 0; k < rows_; ++k) add(sums, row(line, y - rows_ / 2 + k), 1);
  }

  void add(double* sums, const C* p, double sign) const {
    double* squares = sums + width_;
    for (std::int64_t x = 0; x < width_; ++x) {
      sums[x] += sign * static_cast<double>(p[x]);
      squares[x] += sign * square_of(p[x]);
    }
  }

  void slide(double* sums, C* line, std::int64_t y) const {
    add(sums, row(line, y + rows_ / 2), 1);
    add(sums, row(line, y - rows_ / 2 - 1), -1);
    double check = 0;
    for (std::int64_t i = 0; i < 2 * width_; ++i) check += sums[i] - sums[i];
    if (!(check == 0)) add_window(sums, line, y);
  }

  /// Means of windows along a row of column sums.
  void along(C* to, const double* sums, double* running) const {
    const auto n = static_cast<std::int64_t>(source_.size());
    const C size = static_cast<C>(rows_ * columns_);
    double sum = 0;
    running[0] = 0;
    for (std::int64_t i = 0; i < n; ++i) running[i + 1] = sum += sums[source_[static_cast<std::size_t>(i)]];
    if (is_finite(sum)) {
      for (std::int64_t x = 0; x < width_; ++x) to[x] = static_cast<C>(running[x + columns_] - running[x]) / size;
      return;
    }
    for (std::int64_t x = 0; x < width_; ++x) {
      sum = 0;
      for (std::int64_t k = 0; k < columns_; ++k) sum += sums[source_[static_cast<std::size_t>(x + k)]];
      to[x] = static_cast<C>(sum) / size;
    }
  }

  void finish(std::int64_t y, const C* mean, const C* square) const {
    C* to = out_ + y * width_;
    for (std::int64_t x = 0; x < width_; x += V::lanes) {
      const std::int64_t n = width_ - x;
      f_(V::load(mean + x, n), V::load(square + x, n)).store(to + x, n);
    }
  }

  C* out_;
  const Array& image_;
  std::int64_t height_, width_, rows_, columns_;
  const F f_;
  std::vector<std::int64_t> source_;
};

template <class C, class F>
bool window_moments(const Array& out, const Array& image, std::int64_t rows, std::int64_t columns, const F& f) {
  const WindowMomentsTask<C, F> task(out, image, rows, columns, f);
  const std::int64_t height = image.shape(0);
  const std::int64_t band = std::max<std::int64_t>(64, 4 * rows);
  core::parallel_for((height + band - 1) / band, std::max<std::int64_t>(1, (1 << 14) / (band * image.shape(1))),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t b = begin; b < end; ++b) task.band(b * band, std::min(height, (b + 1) * band));
                     });
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
