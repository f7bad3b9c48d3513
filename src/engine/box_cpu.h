// SPDX-License-Identifier: Apache-2.0
// CPU side of the box engine. Across rows, windows are the end of one block of `size` rows and the beginning of the
// next: two running sums, vectors along the row. Along a line, window sums of 1, 2, 4, ... elements come from each other
// and those that the size is made of are added.
#pragma once

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// to[i] = a[i] + b[i]; whole vectors, so up to a vector past `count` is touched.
template <class C>
void add_lines(C* to, const C* a, const C* b, std::int64_t count) {
  using V = Vec<C>;
  for (std::int64_t x = 0; x < count; x += V::lanes) (V::load(a + x) + V::load(b + x)).store(to + x);
}

template <class C>
class BoxTask {
 public:
  BoxTask(const Geometry& g, const Plane& image, const Plane& out, const BoxPass& pass, double cval)
      : g_(g), image_(image), out_(out), pass_(pass), cval_(static_cast<C>(cval)) {}

  void across_rows() const {
    // The sums of a block of rows stay in the L2 cache.
    const std::int64_t row = g_.row();
    const std::int64_t fitting = 256 * 1024 / static_cast<std::int64_t>(sizeof(C)) / pass_.size / 64 * 64;
    const std::int64_t strip = std::max<std::int64_t>(64, fitting);
    const std::int64_t strips = (row + strip - 1) / strip;
    const std::int64_t band = (std::max<std::int64_t>(256, 2 * pass_.size) + pass_.size - 1) / pass_.size * pass_.size;
    const std::int64_t bands = (g_.height + band - 1) / band;
    const std::int64_t work = std::min(band, g_.height) * std::min(strip, row);
    core::parallel_for(g_.outer * bands * strips, std::max<std::int64_t>(1, 65536 / work), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t s = t % strips;
        const std::int64_t b = t / strips % bands;
        rows(t / strips / bands, b * band, std::min(g_.height, (b + 1) * band), s * strip, std::min(row, (s + 1) * strip));
      }
    });
  }

  void along_lines() const {
    core::parallel_for(g_.outer, std::max<std::int64_t>(1, 32768 / g_.height), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) line(t);
    });
  }

 private:
  void rows(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0;
    const std::int64_t line = (count + 63) / 64 * 64;
    C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>((pass_.size + 4) * line) * sizeof(C)));
    C* constant = memory;
    C* converted = memory + line;
    C* prefix = memory + 2 * line;
    C* total = memory + 3 * line;
    C* suffix = memory + 4 * line;
    std::fill_n(constant, line, cval_);
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype));
    // A copy in any case: rows of the image may end short of a whole vector.
    const auto source = [&](std::int64_t v) -> const C* {
      const std::int64_t y = border_index(v, g_.height, pass_.border);
      if (y < 0) return constant;
      const auto* from = static_cast<const std::byte*>(image_.data) + ((outer * g_.height + y) * g_.row() + x0) * item;
      load_line(converted, from, image_.dtype, item, count, Scaling{});
      return converted;
    };
    for (std::int64_t y = y0; y < y1; y += pass_.size) {
      const std::int64_t from = y + pass_.first;
      std::copy_n(source(from + pass_.size - 1), count, suffix + (pass_.size - 1) * line);
      for (std::int64_t k = pass_.size - 2; k >= 0; --k) {
        add_lines(suffix + k * line, suffix + (k + 1) * line, source(from + k), count);
      }
      const std::int64_t m = std::min(pass_.size, y1 - y);
      for (std::int64_t k = 0; k < m; ++k) {
        const C* sum = suffix + k * line;
        if (k == 1) std::copy_n(source(from + pass_.size), count, prefix);
        if (k > 1) add_lines(prefix, prefix, source(from + pass_.size + k - 1), count);
        if (k > 0) {
          add_lines(total, sum, prefix, count);
          sum = total;
        }
        store(((outer * g_.height) + y + k) * g_.row() + x0, sum, total, count);
      }
    }
  }

  void line(std::int64_t index) const {
    const std::int64_t n = g_.height;
    const std::int64_t full = n + pass_.size - 1;
    const std::int64_t length = (full + 127) / 64 * 64;
    C* window = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(2 * length) * sizeof(C)));
    C* sum = window + length;
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype));
    const auto* from = static_cast<const std::byte*>(image_.data) + index * n * item;
    // window[i] is element i + first; the image's own elements first, then what lies beyond from those.
    C pixel;
    const std::int64_t begin = std::clamp<std::int64_t>(-pass_.first, 0, full);
    const std::int64_t shown = std::min(n, full - begin);
    load_line(window + begin, from + (begin + pass_.first) * item, image_.dtype, item, shown, Scaling{});
    const auto beyond = [&](std::int64_t i) {
      const std::int64_t at = border_index(i + pass_.first, n, pass_.border);
      if (at < 0) return cval_;
      load_line(&pixel, from + at * item, image_.dtype, item, 1, Scaling{});
      return pixel;
    };
    for (std::int64_t i = 0; i < begin; ++i) window[i] = beyond(i);
    for (std::int64_t i = begin + shown; i < full; ++i) window[i] = beyond(i);
    std::fill(window + full, window + length, C(0));
    std::int64_t done = 0;
    for (std::int64_t step = 1;; step *= 2) {
      if (pass_.size & step) {
        if (done == 0) {
          std::copy_n(window, n, sum);
        } else {
          add_lines(sum, sum, window + done, n);
        }
        done += step;
      }
      if (done == pass_.size) break;
      // Ascending and in place: what is read has not been written yet.
      add_lines(window, window, window + step, full - step);
    }
    store(index * n, sum, sum, n);
  }

  /// Divides `count` sums and stores them at `element`; `to` is scratch, or the sums themselves.
  void store(std::int64_t element, const C* sum, C* to, std::int64_t count) const {
    using V = Vec<C>;
    const V size(static_cast<C>(pass_.size));
    for (std::int64_t x = 0; x < count; x += V::lanes) (V::load(sum + x) / size).store(to + x);
    const auto item = static_cast<std::int64_t>(itemsize(out_.dtype));
    store_line(static_cast<std::byte*>(out_.data) + element * item, to, out_.dtype, item, count);
  }

  const Geometry& g_;
  const Plane& image_;
  const Plane& out_;
  const BoxPass& pass_;
  C cval_;
};

template <class C>
void run_box(const Geometry& g, const Plane& image, const Plane& out, const BoxPass& pass, double cval) {
  const BoxTask<C> task(g, image, out, pass, cval);
  if (g.row() == 1) {
    task.along_lines();
  } else {
    task.across_rows();
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
