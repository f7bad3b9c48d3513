// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/moments.h: a task goes down a strip of columns. It sums a row of the strip along the row into the
// newest of 2 radius + 1 kept rows, and those along the column; all of it stays in the caches.
#pragma once

#include "core/threads.h"
#include "engine/padded_line_cpu.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// n values into a sum, eight at a time: that many additions are under way at once.
template <class C>
double sum_of(const C* p, std::int64_t n) {
  double sums[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) sums[k] += static_cast<double>(p[i + k]);
  }
  for (int k = 0; i < n; ++i, ++k) sums[k] += static_cast<double>(p[i]);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

template <class C, bool Uniform, int O>
struct MomentsStrip {
  using V = Vec<C>;
  static constexpr std::int64_t columns = 2048 / static_cast<std::int64_t>(sizeof(C)) / 2;
  static constexpr std::int64_t rows = 128;
  static constexpr std::int64_t row_size = columns + V::lanes;

  const MomentsTask<O>& task;
  const int taps = 2 * task.radius + 1;
  const std::int64_t height = task.a.shape(0);
  const std::int64_t width = task.a.shape(1);
  std::array<C, 2 * most_moments_radius + 1> weight{};
  C scale = 1;

  explicit MomentsStrip(const MomentsTask<O>& t) : task(t) {
    for (std::size_t k = 0; k < task.weight.size(); ++k) weight[k] = static_cast<C>(task.weight[k]);
    if constexpr (Uniform) scale = static_cast<C>(1.0 / (static_cast<double>(taps) * taps));
  }
  std::int64_t across() const { return (width + columns - 1) / columns; }
  std::int64_t down() const { return (height + rows - 1) / rows; }

  /// One row's sums along the row.
  void along(const C* a, const C* b, C* sums, std::int64_t n) const {
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      V m[5];
      for (int k = 0; k < taps; ++k) {
        const V p = V::load(a + x + k);
        const V q = V::load(b + x + k);
        const V wp = Uniform ? p : weight[static_cast<std::size_t>(k)] * p;
        const V wq = Uniform ? q : weight[static_cast<std::size_t>(k)] * q;
        m[0] += wp;
        m[1] += wq;
        m[2] = fma(wp, p, m[2]);
        m[3] = fma(wq, q, m[3]);
        m[4] = fma(wp, q, m[4]);
      }
      for (int i = 0; i < 5; ++i) m[i].store(sums + i * row_size + x);
    }
  }

  /// The sum of output 0 over one strip.
  template <class F>
  double run(std::int64_t x0, std::int64_t y0, const F& f) const {
    const std::int64_t n = std::min(columns, width - x0);
    const std::int64_t end = std::min(height, y0 + rows);
    const std::int64_t padded = columns + 2 * most_moments_radius + V::lanes;
    auto* memory = reinterpret_cast<C*>(
        thread_scratch((2 * padded + (5 * taps + O) * row_size) * static_cast<std::int64_t>(sizeof(C))));
    C* a = memory;
    C* b = a + padded;
    C* kept = b + padded;
    C* made = kept + 5 * taps * row_size;
    std::fill_n(memory, 2 * padded, C(0));  // Whole vectors are read, also past the last column.
    const std::int64_t first = std::max(x0, task.margin);
    const std::int64_t last = std::min(x0 + n, width - task.margin);
    double total = 0;
    for (std::int64_t y = y0 - task.radius; y < end + task.radius; ++y) {
      const std::int64_t row = border_index(y, height, Border::reflect);
      load_row(a, task.a, row, x0, n);
      load_row(b, task.b, row, x0, n);
      const std::int64_t count = y - (y0 - task.radius);
      along(a, b, kept + count % taps * 5 * row_size, n);
      const std::int64_t center = y - task.radius;
      if (center < y0) continue;
      finish_row(kept, (count + 1) % taps, made, n, f);
      for (int o = 0; o < O; ++o) {
        if (task.outputs[o].defined()) {
          std::copy_n(made + o * row_size, n, task.outputs[o].template mutable_data_as<C>() + center * width + x0);
        }
      }
      if (center >= task.margin && center < height - task.margin && last > first) {
        total += sum_of(made + (first - x0), last - first);
      }
    }
    return total;
  }

 private:
  void load_row(C* to, const Array& image, std::int64_t row, std::int64_t x0, std::int64_t n) const {
    const auto item = static_cast<std::int64_t>(itemsize(image.dtype()));
    padded_line(to, static_cast<const std::byte*>(image.data()) + row * width * item, image.dtype(), width,
                x0 - task.radius, n + 2 * task.radius, Scaling{}, Border::reflect, C(0));
  }

  template <class F>
  void finish_row(const C* kept, std::int64_t oldest, C* made, std::int64_t n, const F& f) const {
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      V m[5], out[O];
      std::int64_t slot = oldest;
      for (int k = 0; k < taps; ++k) {
        const C* row = kept + slot * 5 * row_size + x;
        for (int i = 0; i < 5; ++i) {
          const V v = V::load(row + i * row_size);
          m[i] = Uniform ? m[i] + v : fma(V(weight[static_cast<std::size_t>(k)]), v, m[i]);
        }
        if (++slot == taps) slot = 0;
      }
      if constexpr (Uniform) {
        for (int i = 0; i < 5; ++i) m[i] *= scale;
      }
      f(m, out);
      for (int o = 0; o < O; ++o) out[o].store(made + o * row_size + x);
    }
  }
};

template <class C, bool Uniform, int O, class F, class G>
void run_moments(const MomentsTask<O>& task, const F& f, const G& finish) {
  const MomentsStrip<C, Uniform, O> strip(task);
  const std::int64_t across = strip.across();
  std::vector<double> sums(static_cast<std::size_t>(across * strip.down()));
  core::parallel_for(across * strip.down(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      sums[static_cast<std::size_t>(i)] = strip.run(i % across * strip.columns, i / across * strip.rows, f);
    }
  });
  Totals<C, 1, 0> totals;
  totals.clear();
  for (const double s : sums) totals.sum[0] += s;
  finish(totals);
}

}  // namespace opsin::OPSIN_TARGET::engine
