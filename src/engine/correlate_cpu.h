// SPDX-License-Identifier: Apache-2.0
// CPU side of the correlation engine. A task is a band of rows in a strip of columns of one plane. The rows that the
// kernel reaches are converted once into padded lines, a ring per plane of the kernel; four output rows are summed at
// once, so that a loaded vector serves every row whose kernel meets it.
#pragma once

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
class CorrelateTask {
 public:
  static constexpr int rows = 4;

  CorrelateTask(const Array& out, const Array& image, const std::vector<KernelElement>& elements, Border border,
                double cval)
      : out_(out), image_(image), border_(border), cval_(static_cast<C>(cval)), leading_(image.ndim() - 2) {
    reach_ = kernel_reach(elements, image.ndim());
    height_ = image.shape(leading_);
    width_ = image.shape(leading_ + 1);
    planes_ = kernel_planes(elements, leading_);
    ring_ = static_cast<int>(reach_.above + reach_.below) + rows;
    for (int i = 0; i < leading_; ++i) outer_ *= image.shape(i);
    four_ = program<rows>(elements);
    one_ = program<1>(elements);
  }

  void run() {
    const auto lines = static_cast<std::int64_t>(planes_.size()) * ring_ + 2;
    const std::int64_t halo = reach_.left + reach_.right;
    // The rings of a strip stay in the L2 cache; a strip is never narrower than what it has to read beside itself.
    const std::int64_t fitting = 512 * 1024 / static_cast<std::int64_t>(sizeof(C)) / lines - halo;
    const std::int64_t strip = std::max<std::int64_t>({fitting, 2 * halo, 256});
    const std::int64_t strips = std::max<std::int64_t>(1, width_ / strip);
    const std::int64_t bands = std::max<std::int64_t>(1, height_ / std::max<std::int64_t>(64, 2 * ring_));
    const std::int64_t tasks = outer_ * bands * strips;
    const std::int64_t work =
        std::max<std::int64_t>(1, out_.size() / tasks * static_cast<std::int64_t>(one_.size() + 1));
    core::parallel_for(tasks, std::max<std::int64_t>(1, 65536 / work), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t s = t % strips;
        const std::int64_t b = t / strips % bands;
        block(t / strips / bands, height_ * b / bands, height_ * (b + 1) / bands, width_ * s / strips,
              width_ * (s + 1) / strips);
      }
    });
  }

 private:
  /// A vector of one source row and what it adds to each of R output rows.
  template <int R>
  struct Step {
    int plane;
    int row;         // source row, counted from the first one that output row 0 reaches
    std::int64_t x;  // position in a padded line
    unsigned mask;   // output rows that it meets
    C weight[R];
  };

  /// Steps in C order of the elements, for every output row: planes, source rows, columns.
  template <int R>
  std::vector<Step<R>> program(const std::vector<KernelElement>& elements) const {
    std::vector<Step<R>> steps;
    for (std::size_t p = 0; p < planes_.size(); ++p) {
      const std::size_t start = steps.size();
      for (std::size_t i = planes_[p].begin; i < planes_[p].end; ++i) {
        for (int j = 0; j < R; ++j) {
          const auto& offset = elements[i].offset;
          Step<R> s{static_cast<int>(p),
                    static_cast<int>(offset[static_cast<std::size_t>(leading_)] + reach_.above) + j,
                    offset[static_cast<std::size_t>(leading_) + 1] + reach_.left,
                    1u << j,
                    {}};
          s.weight[j] = static_cast<C>(elements[i].weight);
          steps.push_back(s);
        }
      }
      const auto first = steps.begin() + static_cast<std::ptrdiff_t>(start);
      std::sort(first, steps.end(),
                [](const auto& a, const auto& b) { return std::pair(a.row, a.x) < std::pair(b.row, b.x); });
      auto last = first;
      for (auto s = first; s != steps.end(); ++s) {
        if (s != first && s->row == last->row && s->x == last->x) {
          last->mask |= s->mask;
          for (int j = 0; j < R; ++j) last->weight[j] += s->weight[j];
        } else {
          if (s != first) ++last;
          *last = *s;
        }
      }
      if (first != steps.end()) steps.erase(last + 1, steps.end());
    }
    return steps;
  }

  void block(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0;
    const std::int64_t line = (count + reach_.left + reach_.right + 63) / 32 * 32;
    const auto planes = static_cast<std::int64_t>(planes_.size());
    C* memory =
        reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>((planes * ring_ + 1 + rows) * line) * sizeof(C)));
    C* constant = memory;
    std::fill_n(constant, line, cval_);
    C* sums[rows];
    for (int j = 0; j < rows; ++j) sums[j] = memory + (1 + j) * line;
    C* rings = memory + (1 + rows) * line;
    // The plane of the image that each plane of the kernel shows, or -1.
    std::vector<std::int64_t> source(planes_.size());
    for (std::size_t p = 0; p < planes_.size(); ++p) source[p] = shown_plane(outer, planes_[p]);
    std::vector<const C*> lines(planes_.size() * static_cast<std::size_t>(ring_));
    std::int64_t next = y0 - reach_.above;
    for (std::int64_t y = y0; y < y1; y += rows) {
      const int m = static_cast<int>(std::min<std::int64_t>(rows, y1 - y));
      for (; next < y + m + reach_.below; ++next) {
        for (std::size_t p = 0; p < planes_.size(); ++p) {
          const std::int64_t row = source[p] < 0 ? -1 : border_index(next, height_, border_);
          if (row >= 0) pad(slot(rings, p, next, line), source[p] * height_ + row, x0, x1);
        }
      }
      for (std::size_t p = 0; p < planes_.size(); ++p) {
        for (int i = 0; i < ring_; ++i) {
          const std::int64_t v = y - reach_.above + i;
          const bool beyond = source[p] < 0 || border_index(v, height_, border_) < 0;
          lines[p * static_cast<std::size_t>(ring_) + static_cast<std::size_t>(i)] =
              beyond ? constant : slot(rings, p, v, line);
        }
      }
      if (m == rows) {
        C* to[rows];
        for (int j = 0; j < rows; ++j) to[j] = target(outer, y + j, x0, sums[j]);
        sum<rows>(to, lines.data(), four_, count);
      } else {
        for (int j = 0; j < m; ++j) {
          C* to[1] = {target(outer, y + j, x0, sums[j])};
          sum<1>(to, lines.data() + j, one_, count);
        }
      }
      if (out_.dtype() == dtype_of<C>) continue;
      const auto item = static_cast<std::int64_t>(itemsize(out_.dtype()));
      for (int j = 0; j < m; ++j) {
        store_line(static_cast<std::byte*>(out_.mutable_data()) + ((outer * height_ + y + j) * width_ + x0) * item,
                   sums[j], out_.dtype(), item, count);
      }
    }
  }

  C* target(std::int64_t outer, std::int64_t y, std::int64_t x0, C* sums) const {
    if (out_.dtype() != dtype_of<C>) return sums;
    return static_cast<C*>(out_.mutable_data()) + (outer * height_ + y) * width_ + x0;
  }

  std::int64_t shown_plane(std::int64_t outer, const KernelPlane& plane) const {
    std::int64_t index = 0;
    std::int64_t step = 1;
    for (int i = leading_ - 1; i >= 0; --i) {
      const std::int64_t n = image_.shape(i);
      const std::int64_t at = border_index(outer % n + plane.offset[static_cast<std::size_t>(i)], n, border_);
      if (at < 0) return -1;
      index += at * step;
      step *= n;
      outer /= n;
    }
    return index;
  }

  C* slot(C* rings, std::size_t plane, std::int64_t row, std::int64_t line) const {
    const std::int64_t s = row % ring_;
    return rings + (static_cast<std::int64_t>(plane) * ring_ + (s < 0 ? s + ring_ : s)) * line;
  }

  /// Columns [x0 - left, x1 + right) of a row.
  void pad(C* to, std::int64_t row, std::int64_t x0, std::int64_t x1) const {
    const auto item = static_cast<std::int64_t>(itemsize(image_.dtype()));
    const auto* from = static_cast<const std::byte*>(image_.data()) + row * width_ * item;
    const std::int64_t first = std::max<std::int64_t>(0, x0 - reach_.left);
    const std::int64_t last = std::min(width_, x1 + reach_.right);
    load_line(to + first - (x0 - reach_.left), from + first * item, image_.dtype(), item, last - first, Scaling{});
    const auto extend = [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t x = begin; x < end; ++x) {
        const std::int64_t at = border_index(x, width_, border_);
        C& value = to[x - (x0 - reach_.left)];
        if (at < 0) {
          value = cval_;
        } else {
          load_line(&value, from + at * item, image_.dtype(), item, 1, Scaling{});
        }
      }
    };
    extend(x0 - reach_.left, first);
    extend(last, x1 + reach_.right);
  }

  template <int R>
  void sum(C* const (&to)[R], const C* const* lines, const std::vector<Step<R>>& steps, std::int64_t count) const {
    using V = Vec<C>;
    const auto vectors = [&]<int U>(std::integral_constant<int, U>, std::int64_t x, std::int64_t limit) {
      V acc[R][U];
      for (const Step<R>& s : steps) {
        // Padded lines are long enough for whole vectors.
        const C* p = lines[s.plane * ring_ + s.row] + s.x + x;
        V v[U];
        for (int u = 0; u < U; ++u) v[u] = V::load(p + u * V::lanes);
        const auto add = [&](int j) {
          const V w(s.weight[j]);
          for (int u = 0; u < U; ++u) {
            if constexpr (std::is_same_v<C, float>) {
              acc[j][u] = fma(w, v[u], acc[j][u]);
            } else {
              acc[j][u] += w * v[u];
            }
          }
        };
        if (s.mask == (1u << R) - 1) {
          for (int j = 0; j < R; ++j) add(j);
        } else {
          for (int j = 0; j < R; ++j) {
            if (s.mask & (1u << j)) add(j);
          }
        }
      }
      for (int j = 0; j < R; ++j) {
        for (int u = 0; u < U; ++u) acc[j][u].store(to[j] + x + u * V::lanes, limit - u * V::lanes);
      }
    };
    constexpr int unroll = R == 1 ? 4 : 2;
    std::int64_t x = 0;
    for (; x + unroll * V::lanes <= count; x += unroll * V::lanes) {
      vectors(std::integral_constant<int, unroll>{}, x, unroll * V::lanes);
    }
    for (; x < count; x += V::lanes)
      vectors(std::integral_constant<int, 1>{}, x, std::min<std::int64_t>(count - x, V::lanes));
  }

  const Array& out_;
  const Array& image_;
  Border border_;
  C cval_;
  int leading_;
  KernelReach reach_;
  std::int64_t height_ = 1, width_ = 1, outer_ = 1;
  std::vector<KernelPlane> planes_;
  int ring_ = 1;
  std::vector<Step<rows>> four_;
  std::vector<Step<1>> one_;
};

template <class C>
void run_correlate(const Array& out, const Array& image, const std::vector<KernelElement>& elements, Border border,
                   double cval) {
  CorrelateTask<C>(out, image, elements, border, cval).run();
}

}  // namespace opsin::OPSIN_TARGET::engine
