// SPDX-License-Identifier: Apache-2.0
// CPU side of the box engine. Across rows, windows are the end of one block of `size` rows and the beginning of the
// next: two running sums, vectors along the row. Along a line, window sums of 1, 4, 16, ... elements come from each
// other, and a window is a few of those.
#pragma once

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Calls f(x, lanes) for the vectors of a line of `count` elements; the last one may hold fewer lanes.
template <class C, class F>
HD void each_vector(std::int64_t count, const F& f) {
  constexpr std::int64_t lanes = Vec<C>::lanes;
  std::int64_t x = 0;
  for (; x + lanes <= count; x += lanes) f(x, lanes);
  if (x < count) f(x, count - x);
}

template <class C>
class BoxTask {
 public:
  BoxTask(const Geometry& g, const Plane& image, const Plane& out, const BoxPass& pass, double cval)
      : g_(g), image_(image), out_(out), pass_(pass), size_(static_cast<C>(pass.size)), cval_(static_cast<C>(cval)) {}

  void across_rows() const {
    // The sums of a block of rows stay in the L2 cache.
    const std::int64_t row = g_.row();
    const std::int64_t fitting = 128 * 1024 / static_cast<std::int64_t>(sizeof(C)) / pass_.size / 64 * 64;
    const std::int64_t strip = std::max<std::int64_t>(64, fitting);
    const std::int64_t strips = (row + strip - 1) / strip;
    const std::int64_t band = (std::max<std::int64_t>(256, 2 * pass_.size) + pass_.size - 1) / pass_.size * pass_.size;
    const std::int64_t bands = (g_.height + band - 1) / band;
    const std::int64_t work = std::min(band, g_.height) * std::min(strip, row);
    core::parallel_for(g_.outer * bands * strips, std::max<std::int64_t>(1, 65536 / work),
                       [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t t = begin; t < end; ++t) {
                           const std::int64_t s = t % strips;
                           const std::int64_t b = t / strips % bands;
                           rows(t / strips / bands, b * band, std::min(g_.height, (b + 1) * band), s * strip,
                                std::min(row, (s + 1) * strip));
                         }
                       });
  }

  void along_lines() const {
    // Pieces of a line whose sums stay in the L1 cache.
    const std::int64_t piece =
        std::min(g_.height, std::max<std::int64_t>(4096 / static_cast<std::int64_t>(sizeof(C)), 2 * pass_.size));
    const std::int64_t pieces = (g_.height + piece - 1) / piece;
    core::parallel_for(g_.outer * pieces, std::max<std::int64_t>(1, 32768 / piece),
                       [&](std::int64_t begin, std::int64_t end) {
                         for (std::int64_t t = begin; t < end; ++t) {
                           const std::int64_t start = t % pieces * piece;
                           line(t / pieces, start, std::min(piece, g_.height - start));
                         }
                       });
  }

 private:
  using V = Vec<C>;

  void rows(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0;
    const std::int64_t line = (count + 63) / 64 * 64;
    C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>((pass_.size + 4) * line) * sizeof(C)));
    C* constant = memory;
    C* converted = memory + line;
    C* prefix = memory + 2 * line;
    C* mean = memory + 3 * line;
    C* suffix = memory + 4 * line;
    std::fill_n(constant, count, cval_);
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype));
    const auto source = [&](std::int64_t v) -> const C* {
      const std::int64_t y = border_index(v, g_.height, pass_.border);
      if (y < 0) return constant;
      const auto* from = static_cast<const std::byte*>(image_.data) + ((outer * g_.height + y) * g_.row() + x0) * item;
      if (image_.dtype == dtype_of<C>) return reinterpret_cast<const C*>(from);
      load_line(converted, from, image_.dtype, item, count, Scaling{});
      return converted;
    };
    for (std::int64_t y = y0; y < y1; y += pass_.size) {
      const std::int64_t from = y + pass_.first;
      const std::int64_t m = std::min(pass_.size, y1 - y);
      // suffix[k] is the sum of rows k ... size - 1 of this block of windows.
      std::copy_n(source(from + pass_.size - 1), count, suffix + (pass_.size - 1) * line);
      for (std::int64_t k = pass_.size - 2; k >= 0; --k) {
        const C* row = source(from + k);
        C* to = suffix + k * line;
        each_vector<C>(count, [&](std::int64_t x, std::int64_t n) {
          (V::load(to + line + x) + V::load(row + x, n)).store(to + x);
        });
      }
      std::fill_n(prefix, count, C(0));
      for (std::int64_t k = 0; k < m; ++k) {
        const std::int64_t element = (outer * g_.height + y + k) * g_.row() + x0;
        const bool direct = out_.dtype == dtype_of<C>;
        C* to = direct ? static_cast<C*>(out_.data) + element : mean;
        const C* row = k > 0 ? source(from + pass_.size + k - 1) : prefix;
        const C* sum = suffix + k * line;
        each_vector<C>(count, [&](std::int64_t x, std::int64_t n) {
          const V p = V::load(prefix + x) + V::load(row + x, n);
          p.store(prefix + x);
          ((V::load(sum + x) + p) / V(size_)).store(to + x, n);
        });
        if (!direct) store(element, mean, count);
      }
    }
  }

  /// Outputs start ... start + n - 1 of a line.
  void line(std::int64_t index, std::int64_t start, std::int64_t n) const {
    const std::int64_t element = index * g_.height + start;
    const std::int64_t full = n + pass_.size - 1;
    const std::int64_t length = (full + 127) / 64 * 64;
    int levels = 1;
    for (std::int64_t s = 4; s <= pass_.size; s *= 4) ++levels;
    C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>((levels + 1) * length) * sizeof(C)));
    C* mean = memory + levels * length;
    extended(memory, index, start + pass_.first, full);
    // Level l holds the sums of 4^l elements. Whole vectors: what is read past the end serves no window.
    std::int64_t step = 1;
    for (int l = 1; l < levels; ++l, step *= 4) {
      const C* from = memory + (l - 1) * length;
      C* to = memory + l * length;
      const std::int64_t count = full - 4 * step + 1;
      for (std::int64_t x = 0; x < count; x += V::lanes) {
        const C* p = from + x;
        ((V::load(p) + V::load(p + step)) + (V::load(p + 2 * step) + V::load(p + 3 * step))).store(to + x);
      }
    }
    const C* parts[3 * 32];
    int used = 0;
    std::int64_t done = 0;
    for (int l = levels - 1; l >= 0; --l, step /= 4) {
      for (; done + step <= pass_.size; done += step) parts[used++] = memory + l * length + done;
    }
    const bool direct = out_.dtype == dtype_of<C>;
    C* to = direct ? static_cast<C*>(out_.data) + element : mean;
    each_vector<C>(n, [&](std::int64_t x, std::int64_t lanes) {
      V sum = V::load(parts[0] + x);
      for (int i = 1; i < used; ++i) sum += V::load(parts[i] + x);
      (sum / V(size_)).store(to + x, lanes);
    });
    if (!direct) store(element, mean, n);
  }

  /// Elements first ... first + count - 1 of the endless line, and zeros up to a whole vector.
  void extended(C* to, std::int64_t index, std::int64_t first, std::int64_t count) const {
    const std::int64_t n = g_.height;
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype));
    const auto* from = static_cast<const std::byte*>(image_.data) + index * n * item;
    const std::int64_t begin = std::clamp<std::int64_t>(-first, 0, count);
    const std::int64_t end = std::clamp<std::int64_t>(n - first, begin, count);
    load_line(to + begin, from + (first + begin) * item, image_.dtype, item, end - begin, Scaling{});
    const auto beyond = [&](std::int64_t i) {
      const std::int64_t at = border_index(first + i, n, pass_.border);
      if (at < 0) {
        to[i] = cval_;
      } else if (at >= first + begin && at < first + end) {
        to[i] = to[at - first];
      } else {
        load_line(to + i, from + at * item, image_.dtype, item, 1, Scaling{});
      }
    };
    for (std::int64_t i = 0; i < begin; ++i) beyond(i);
    for (std::int64_t i = end; i < count; ++i) beyond(i);
    std::fill_n(to + count, 64, C(0));
  }

  void store(std::int64_t element, const C* values, std::int64_t count) const {
    const auto item = static_cast<std::int64_t>(itemsize(out_.dtype));
    store_line(static_cast<std::byte*>(out_.data) + element * item, values, out_.dtype, item, count);
  }

  const Geometry& g_;
  const Plane& image_;
  const Plane& out_;
  const BoxPass& pass_;
  C size_;
  C cval_;
};

template <class C>
struct DivideBy {
  C size;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] / broadcast<V>(size);
  }
};

/// One pass at a time is fast here: rows stay in the cache.
template <class C>
bool run_few(const Array&, const Array&, std::span<const BoxPass>, double) {
  return false;
}

template <class C>
void run_box(const Geometry& g, const Plane& image, const Plane& out, const BoxPass& pass, double cval) {
  constexpr std::int64_t most_folded = 6;
  if (pass.size <= most_folded) {
    Filter filter;
    const bool line = g.row() == 1;
    (line ? filter.x : filter.y) = Taps{std::vector<double>(static_cast<std::size_t>(pass.size), 1.0),
                                        static_cast<int>(pass.first), Taps::Symmetry::none};
    const Geometry view = line ? Geometry{1, g.outer, g.height, 1} : g;
    run_bank<C, 1, 1>(Bank<1, 1>{view, {image}, {filter}, {pass.border, pass.border, cval}, {out}},
                      DivideBy<C>{static_cast<C>(pass.size)});
    return;
  }
  const BoxTask<C> task(g, image, out, pass, cval);
  if (g.row() == 1) {
    task.along_lines();
  } else {
    task.across_rows();
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
