// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/integral.h. Column sums need every row above: a first pass takes them at the beginnings of bands
// of rows, on strips of columns; then each band goes down its rows and along them. The image is read twice, written
// once.
#pragma once

#include <algorithm>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class S>
class PlaneSums {
 public:
  PlaneSums(const Array& sums, const Array& image, const Scaling& scaling)
      : out_(sums.mutable_data_as<S>()),
        image_(image),
        scaling_(scaling),
        rows_(image.shape(0)),
        columns_(image.shape(1)),
        item_(static_cast<std::int64_t>(itemsize(image.dtype()))) {}

  void run() {
    constexpr std::int64_t strip = 512;
    const std::int64_t bands = (rows_ + band - 1) / band;
    above_.resize(static_cast<std::size_t>((bands - 1) * columns_));
    core::parallel_for(bands > 1 ? (columns_ + strip - 1) / strip : 0, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t s = begin; s < end; ++s) columns(s * strip, std::min(columns_, (s + 1) * strip));
    });
    core::parallel_for(bands, std::max<std::int64_t>(1, (1 << 14) / (band * columns_)),
                       [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t b = begin; b < end; ++b) rows(b);
                       });
  }

 private:
  static constexpr std::int64_t band = 64;
  static constexpr std::int64_t group = 4;

  void load(S* to, std::int64_t y, std::int64_t x, std::int64_t n) const {
    const auto* from = image_.data_as<std::byte>() + (y * columns_ + x) * item_;
    load_line(to, from, image_.dtype(), item_, n, scaling_);
  }

  /// The first row as it is: 0 + x would lose the sign of -0.
  static void add(S* sum, const S* x, std::int64_t n, bool first) {
    if (first) return static_cast<void>(std::copy_n(x, n, sum));
    for (std::int64_t i = 0; i < n; ++i) sum[i] += x[i];
  }

  /// What lies above each band, for columns [x0, x1).
  void columns(std::int64_t x0, std::int64_t x1) {
    const std::int64_t n = x1 - x0;
    std::vector<S> sum(static_cast<std::size_t>(n)), line(static_cast<std::size_t>(n));
    const std::int64_t last = (rows_ - 1) / band * band;
    for (std::int64_t y = 0; y < last; ++y) {
      load(line.data(), y, x0, n);
      add(sum.data(), line.data(), n, y == 0);
      if ((y + 1) % band == 0) std::copy_n(sum.data(), n, above_.data() + ((y + 1) / band - 1) * columns_ + x0);
    }
  }

  void rows(std::int64_t b) const {
    const std::int64_t y1 = std::min(rows_, (b + 1) * band);
    std::vector<S> sum(static_cast<std::size_t>(columns_)), line(static_cast<std::size_t>(columns_));
    if (b > 0) std::copy_n(above_.data() + (b - 1) * columns_, columns_, sum.data());
    for (std::int64_t y = b * band; y < y1; y += group) {
      const std::int64_t m = std::min(group, y1 - y);
      for (std::int64_t k = 0; k < m; ++k) {
        load(line.data(), y + k, 0, columns_);
        add(sum.data(), line.data(), columns_, y + k == 0);
        std::copy_n(sum.data(), columns_, out_ + (y + k) * columns_);
      }
      along(out_ + y * columns_, m);
    }
  }

  /// Four rows together: each sum waits for the one before it, the rows do not wait for each other.
  void along(S* row, std::int64_t m) const {
    if (m == group) {
      S sum[group];
      for (std::int64_t k = 0; k < group; ++k) sum[k] = row[k * columns_];
      for (std::int64_t x = 1; x < columns_; ++x) {
        for (std::int64_t k = 0; k < group; ++k) row[k * columns_ + x] = sum[k] += row[k * columns_ + x];
      }
      return;
    }
    for (std::int64_t k = 0; k < m; ++k, row += columns_) {
      for (std::int64_t x = 1; x < columns_; ++x) row[x] += row[x - 1];
    }
  }

  S* out_;
  const Array& image_;
  const Scaling scaling_;
  std::int64_t rows_, columns_, item_;
  std::vector<S> above_;
};

/// Along the last two axes of `planes` images. `image` may be `sums` itself.
template <class S>
void sum_planes(const Array& sums, const Array& image, std::int64_t planes, const Scaling& scaling) {
  const int last = image.ndim() - 1;
  const std::int64_t rows = image.shape(last - 1), columns = image.shape(last);
  const auto plane = [&](const Array& a, std::int64_t i) {
    return a.reshape({planes, rows, columns}).slice(0, i, 1).reshape({rows, columns});
  };
  for (std::int64_t i = 0; i < planes; ++i) {
    const Array from = plane(image, i);
    PlaneSums<S>(plane(sums, i), from, scaling).run();
  }
}

/// In place, along one axis.
template <class S>
void sum_axis(S* sums, const AxisSplit& s) {
  constexpr std::int64_t strip = 1024;
  const std::int64_t strips = (s.inner + strip - 1) / strip;
  core::parallel_for(s.outer * strips, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t x0 = t % strips * strip, x1 = std::min(s.inner, x0 + strip);
      S* to = sums + t / strips * s.n * s.inner;
      for (std::int64_t i = 1; i < s.n; ++i) {
        to += s.inner;
        for (std::int64_t x = x0; x < x1; ++x) to[x] += to[x - s.inner];
      }
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
