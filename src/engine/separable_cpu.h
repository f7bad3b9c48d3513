// SPDX-License-Identifier: Apache-2.0
// Long because one task class holds ring, folds and epilogue, which share all their state.
// CPU side of the separable engine. A task is a band of rows in a strip of columns. Rows of the input are converted
// once into a ring; the vertical fold runs over them with vectors along the row, four output rows at a time, so that
// each loaded vector serves four sums; the horizontal fold reads the result from the L1 cache.
#pragma once

#include <algorithm>
#include <limits>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Taps in the compute type.
template <class C>
struct FoldTaps {
  std::vector<C> w;
  int n;
  int first;
  Taps::Symmetry symmetry;
  bool identity;

  explicit FoldTaps(const Taps& t)
      : w(t.weight.begin(), t.weight.end()),
        n(t.size()),
        first(t.first),
        symmetry(t.symmetry),
        identity(t.identity()) {}
};

/// One output line from n tap lines: out[i] = sum over k of w[k] * p[k][i].
template <class C>
void fold_line(C* out, const C* const* p, const FoldTaps<C>& taps, std::int64_t count) {
  using V = Vec<C>;
  constexpr int unroll = 4;
  const C* w = taps.w.data();
  const int n = taps.n;
  std::int64_t x = 0;
  const auto sums = [&]<int U>(std::integral_constant<int, U>, std::int64_t at, std::int64_t limit) {
    V acc[U];
    const auto load = [&](const C* q, int u) {
      return U == 1 ? V::load(q + at, limit) : V::load(q + at + u * V::lanes);
    };
    if (std::is_same_v<C, float> && taps.symmetry == Taps::Symmetry::odd) {
      // The middle tap, though mostly zero, makes NaN of an infinity, as SciPy's does.
      for (int u = 0; u < U; ++u) acc[u] = load(p[n / 2], u) * V(w[n / 2]);
      for (int k = 0; k < n / 2; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) acc[u] = fma(wk, load(p[k], u) - load(p[n - 1 - k], u), acc[u]);
      }
    } else if constexpr (std::is_same_v<C, float>) {
      for (int k = 0; k < n; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) acc[u] = fma(wk, load(p[k], u), acc[u]);
      }
    } else if (taps.symmetry == Taps::Symmetry::none) {
      for (int u = 0; u < U; ++u) acc[u] = load(p[n - 1], u) * V(w[n - 1]);
      for (int k = 0; k < n - 1; ++k) {
        for (int u = 0; u < U; ++u) acc[u] += load(p[k], u) * V(w[k]);
      }
    } else {
      const int c = n / 2;
      const bool even = taps.symmetry == Taps::Symmetry::even;
      for (int u = 0; u < U; ++u) acc[u] = load(p[c], u) * V(w[c]);
      for (int k = 0; k < c; ++k) {
        const V wk(w[k]);
        for (int u = 0; u < U; ++u) {
          const V a = load(p[k], u);
          const V b = load(p[n - 1 - k], u);
          acc[u] += (even ? a + b : a - b) * wk;
        }
      }
    }
    for (int u = 0; u < U; ++u) {
      if constexpr (U == 1) {
        acc[u].store(out + at, limit);
      } else {
        acc[u].store(out + at + u * V::lanes);
      }
    }
  };
  for (; x + unroll * V::lanes <= count; x += unroll * V::lanes) sums(std::integral_constant<int, unroll>{}, x, 0);
  for (; x < count; x += V::lanes)
    sums(std::integral_constant<int, 1>{}, x, std::min<std::int64_t>(count - x, V::lanes));
}

/// Four output rows at once: row j sums p[j] ... p[j + n - 1]. Float only: the order of taps is free there. With
/// `Relative` the values count from the first row's own, which all four windows hold: for taps with sum zero. An own
/// that is not finite would spread past the taps that meet it, so zero stands for it.
template <bool Relative>
inline void fold_four_rows(float* const* out, const float* const* p, const FoldTaps<float>& taps, std::int64_t count) {
  using V = Vec<float>;
  const float* w = taps.w.data();
  const int n = taps.n;
  std::int64_t x = 0;
  for (; x + 2 * V::lanes <= count; x += 2 * V::lanes) {
    V acc[4][2];
    V own[2];
    if constexpr (Relative) {
      for (int u = 0; u < 2; ++u) {
        const V first = V::load(p[n / 2] + x + u * V::lanes);
        own[u] = pick(abs(first) <= V(std::numeric_limits<float>::max()), first, V(0.0f));
      }
    }
    const auto value = [&](int i, int u) {
      const V v = V::load(p[i] + x + u * V::lanes);
      return Relative ? v - own[u] : v;
    };
    const auto step = [&](int i, int from, int to) {
      const V a = value(i, 0);
      const V b = value(i, 1);
      for (int j = from; j < to; ++j) {
        const V wk(w[i - j]);
        acc[j][0] = fma(wk, a, acc[j][0]);
        acc[j][1] = fma(wk, b, acc[j][1]);
      }
    };
    for (int i = 0; i < 3; ++i) step(i, 0, i + 1);
    for (int i = 3; i < n; ++i) {
      const V a = value(i, 0);
      const V b = value(i, 1);
      for (int j = 0; j < 4; ++j) {
        const V wk(w[i - j]);
        acc[j][0] = fma(wk, a, acc[j][0]);
        acc[j][1] = fma(wk, b, acc[j][1]);
      }
    }
    for (int i = n; i < n + 3; ++i) step(i, i - n + 1, 4);
    for (int j = 0; j < 4; ++j) {
      acc[j][0].store(out[j] + x);
      acc[j][1].store(out[j] + x + V::lanes);
    }
  }
  if (x == count) return;
  std::vector<const float*> rest(static_cast<std::size_t>(n));
  for (int j = 0; j < 4; ++j) {
    for (int k = 0; k < n; ++k) rest[static_cast<std::size_t>(k)] = p[j + k] + x;
    fold_line(out[j] + x, rest.data(), taps, count - x);
  }
}

template <class C, int K, int O, class E>
class BankTask {
 public:
  static constexpr int rows = 4;

  BankTask(const Bank<K, O>& bank, const E& epilogue) : bank_(bank), epilogue_(epilogue) {
    for (int k = 0; k < K; ++k) {
      const Filter& f = bank.filters[k];
      y_.emplace_back(f.y);
      x_.emplace_back(f.x);
      before_ = std::max(before_, f.x.before());
      after_ = std::max(after_, f.x.after());
      longest_ = std::max(longest_, std::max(f.y.size(), f.x.size()));
    }
    above_.resize(bank.inputs.size());
    below_.resize(bank.inputs.size());
    for (int k = 0; k < K; ++k) {
      const auto i = static_cast<std::size_t>(bank.filters[k].input);
      above_[i] = std::max(above_[i], bank.filters[k].y.before());
      below_[i] = std::max(below_[i], bank.filters[k].y.after());
    }
    const Geometry& g = bank.geometry;
    // A strip of 512 vectors' worth of bytes keeps the ring in the L2 cache. Wrapped columns need the whole row.
    const std::int64_t strip = std::max<std::int64_t>(8192 / sizeof(C) / g.inner, 2 * (before_ + after_ + 1));
    strips_ = bank.borders.x == Border::wrap ? 1 : std::max<std::int64_t>(1, g.width / strip);
    const std::int64_t reach =
        *std::max_element(above_.begin(), above_.end()) + *std::max_element(below_.begin(), below_.end());
    bands_ = std::max<std::int64_t>(1, bank.row_count() / std::max<std::int64_t>(64, 2 * reach));
  }

  void run() {
    const Geometry& g = bank_.geometry;
    const std::int64_t tasks = g.outer * bands_ * strips_;
    const std::int64_t first = bank_.first_row;
    const std::int64_t rows = bank_.row_count();
    const std::int64_t work = std::max<std::int64_t>(1, g.outer * rows * g.row() / tasks);
    core::parallel_for(tasks, std::max<std::int64_t>(1, 32768 / work), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t strip = t % strips_;
        const std::int64_t band = t / strips_ % bands_;
        block(t / strips_ / bands_, first + rows * band / bands_, first + rows * (band + 1) / bands_,
              g.width * strip / strips_, g.width * (strip + 1) / strips_);
      }
    });
  }

 private:
  /// Converted rows of one input; row v of the endless image is kept in slot v modulo the ring's size.
  struct Ring {
    const Plane* plane = nullptr;
    bool direct = false;
    int size = 0;
    C* memory = nullptr;
    std::int64_t next = 0;  // first row not yet converted
  };

  struct Block {
    std::int64_t outer, y0, y1;
    std::int64_t e0, e1;     // output elements of the row
    std::int64_t lo, hi;     // elements of the row that are computed vertically
    std::int64_t pad, full;  // position of e0 in a padded line, and a padded line's length
    C* constant_row;
    std::vector<Ring> rings;
    C* tmp[rows];
    C* value[K][rows];
    C* out[O];
    Vec<C> peak;
  };

  void block(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const Geometry& g = bank_.geometry;
    Block b{};
    b.outer = outer;
    b.y0 = y0;
    b.y1 = y1;
    b.e0 = x0 * g.inner;
    b.e1 = x1 * g.inner;
    b.lo = std::max<std::int64_t>(0, x0 - before_) * g.inner;
    b.hi = std::min<std::int64_t>(g.width, x1 + after_) * g.inner;
    b.pad = before_ * g.inner;
    b.full = b.e1 - b.e0 + (before_ + after_) * g.inner;
    const std::int64_t line = (b.full + 31) / 32 * 32;
    std::int64_t lines = 1 + rows + K * rows + O;
    b.rings.resize(bank_.inputs.size());
    for (std::size_t i = 0; i < b.rings.size(); ++i) {
      Ring& r = b.rings[i];
      r.plane = &bank_.inputs[i];
      r.direct = r.plane->dtype == dtype_of<C> && r.plane->scaling.identity() && !r.plane->times;
      r.size = r.direct ? 0 : above_[i] + below_[i] + rows;
      r.next = y0 - above_[i];
      lines += r.size;
    }
    C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(lines * line) * sizeof(C)));
    const auto take = [&]() -> C* {
      memory += line;
      return memory - line;
    };
    b.constant_row = take();
    std::fill_n(b.constant_row, b.full, static_cast<C>(bank_.borders.cval));
    for (auto& t : b.tmp) t = take();
    for (auto& k : b.value) {
      for (auto& v : k) v = take();
    }
    for (auto& o : b.out) o = take();
    for (Ring& r : b.rings) {
      r.memory = memory;
      memory += r.size * line;
    }
    std::vector<const C*> p(static_cast<std::size_t>(longest_ + rows));
    for (std::int64_t y = y0; y < y1; y += rows) {
      const int m = static_cast<int>(std::min<std::int64_t>(rows, y1 - y));
      for (std::size_t i = 0; i < b.rings.size(); ++i) convert(b, i, y + m + below_[i], line);
      for (int k = 0; k < K; ++k) filter(b, k, y, m, line, p);
      finish(b, y, m);
    }
    if constexpr (FindsPeak<E>) {
      alignas(64) C lanes[Vec<C>::lanes];
      b.peak.store(lanes);
      for (const C v : lanes) raise_peak(static_cast<C*>(bank_.peak), v);
    }
  }

  /// Brings the rows before `end` into ring i.
  void convert(Block& b, std::size_t i, std::int64_t end, std::int64_t line) const {
    Ring& r = b.rings[i];
    if (r.direct) return;
    const Geometry& g = bank_.geometry;
    const auto bytes = static_cast<std::int64_t>(itemsize(r.plane->dtype));
    for (; r.next < end; ++r.next) {
      const std::int64_t row = border_index(r.next, g.height, bank_.borders.y);
      if (row < 0) continue;
      const auto* source =
          static_cast<const std::byte*>(r.plane->data) + ((b.outer * g.height + row) * g.row() + b.lo) * bytes;
      C* to = slot(r, r.next, line);
      load_line(to, source, r.plane->dtype, bytes, b.hi - b.lo, r.plane->scaling);
      if (!r.plane->times) continue;
      const C* factor = static_cast<const C*>(r.plane->times) + (b.outer * g.height + row) * g.row() + b.lo;
      for (std::int64_t e = 0; e < b.hi - b.lo; ++e) to[e] *= factor[e];
    }
  }

  static C* slot(const Ring& r, std::int64_t v, std::int64_t line) {
    const std::int64_t s = v % r.size;
    return r.memory + (s < 0 ? s + r.size : s) * line;
  }

  /// Elements [lo, hi) of row v of the endless image.
  const C* row(const Block& b, const Ring& r, std::int64_t v, std::int64_t line) const {
    const Geometry& g = bank_.geometry;
    const std::int64_t index = border_index(v, g.height, bank_.borders.y);
    if (index < 0) return b.constant_row;
    if (!r.direct) return slot(r, v, line);
    return static_cast<const C*>(r.plane->data) + (b.outer * g.height + index) * g.row() + b.lo;
  }

  void filter(const Block& b, int k, std::int64_t y, int m, std::int64_t line, std::vector<const C*>& p) const {
    const Ring& r = b.rings[static_cast<std::size_t>(bank_.filters[k].input)];
    const FoldTaps<C>& ty = y_[static_cast<std::size_t>(k)];
    const FoldTaps<C>& tx = x_[static_cast<std::size_t>(k)];
    // Without a horizontal fold nothing beside the output's own elements is read: an output that is also an input (a
    // running maximum) may be written by the neighbouring strip's task at the same time.
    const std::int64_t skip = tx.identity ? b.e0 - b.lo : 0;
    const std::int64_t count = tx.identity ? b.e1 - b.e0 : b.hi - b.lo;
    const std::int64_t at = b.pad - (b.e0 - b.lo) + skip;
    for (int i = 0; i < ty.n + m - 1; ++i) p[static_cast<std::size_t>(i)] = row(b, r, y + ty.first + i, line) + skip;
    C* to[rows];
    for (int j = 0; j < rows; ++j) to[j] = tx.identity ? b.value[k][j] : b.tmp[j] + at;
    if constexpr (std::is_same_v<C, float>) {
      const bool odd = ty.symmetry == Taps::Symmetry::odd;
      if (m == rows && ty.n >= (odd ? 7 : 3)) {
        if (odd && ty.w[static_cast<std::size_t>(ty.n / 2)] == 0) {
          fold_four_rows<true>(to, p.data(), ty, count);
        } else {
          fold_four_rows<false>(to, p.data(), ty, count);
        }
        if (!tx.identity) {
          for (int j = 0; j < m; ++j) horizontal(b, k, j, tx);
        }
        return;
      }
    }
    for (int j = 0; j < m; ++j) {
      if (ty.identity) {
        std::copy_n(p[static_cast<std::size_t>(j)], count, to[j]);
      } else {
        fold_line(to[j], p.data() + j, ty, count);
      }
      if (!tx.identity) horizontal(b, k, j, tx);
    }
  }

  void horizontal(const Block& b, int k, int j, const FoldTaps<C>& tx) const {
    const Geometry& g = bank_.geometry;
    C* tmp = b.tmp[j];
    const std::int64_t count = b.e1 - b.e0;
    // Columns beyond the image: at most before_ on the left and after_ on the right.
    const auto extend = [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t c = first; c < last; ++c) {
        const std::int64_t from = border_index(c, g.width, bank_.borders.x);
        for (std::int64_t e = 0; e < g.inner; ++e) {
          C& to = tmp[b.pad + c * g.inner + e - b.e0];
          to = from < 0 ? static_cast<C>(bank_.borders.cval) : tmp[b.pad + from * g.inner + e - b.e0];
        }
      }
    };
    if (b.e0 / g.inner < before_) extend(b.e0 / g.inner - before_, 0);
    if (b.e1 / g.inner + after_ > g.width) extend(g.width, b.e1 / g.inner + after_);
    thread_local std::vector<const C*> p;
    p.resize(static_cast<std::size_t>(tx.n));
    for (int i = 0; i < tx.n; ++i) p[static_cast<std::size_t>(i)] = tmp + b.pad + (tx.first + i) * g.inner;
    fold_line(b.value[k][j], p.data(), tx, count);
  }

  void finish(Block& b, std::int64_t y, int m) const {
    using V = Vec<C>;
    const Geometry& g = bank_.geometry;
    const std::int64_t count = b.e1 - b.e0;
    for (int j = 0; j < m; ++j) {
      const std::int64_t element = (b.outer * bank_.row_count() + y + j - bank_.first_row) * g.row() + b.e0;
      C* target[O];
      for (int o = 0; o < O; ++o) {
        const Plane& plane = bank_.outputs[o];
        target[o] = plane.dtype == dtype_of<C> ? static_cast<C*>(plane.data) + element : b.out[o];
      }
      for (std::int64_t x = 0; x < count; x += V::lanes) {
        V in[K], out[O];
        for (int k = 0; k < K; ++k) in[k] = V::load(b.value[k][j] + x, count - x);
        if constexpr (Accumulates<E>) {
          for (int o = 0; o < O && epilogue_.accumulate; ++o) out[o] = V::load(target[o] + x, count - x);
        }
        epilogue_(in, out);
        for (int o = 0; o < O; ++o) out[o].store(target[o] + x, count - x);
        if constexpr (FindsPeak<E>) {
          // Lanes beyond the row hold what the epilogue makes of zeros: not part of the image.
          V found = out[E::peak_output];
          if (count - x < V::lanes) found = V::load(target[E::peak_output] + x, count - x);
          b.peak = greater_or_nan(b.peak, found);
        }
      }
      for (int o = 0; o < O; ++o) {
        if (target[o] != b.out[o]) continue;
        const Plane& plane = bank_.outputs[o];
        const auto bytes = static_cast<std::int64_t>(itemsize(plane.dtype));
        store_line(static_cast<std::byte*>(plane.data) + element * bytes, b.out[o], plane.dtype, bytes, count);
      }
    }
  }

  const Bank<K, O>& bank_;
  const E& epilogue_;
  std::vector<FoldTaps<C>> y_, x_;
  int before_ = 0, after_ = 0, longest_ = 1;
  std::vector<int> above_, below_;
  std::int64_t strips_ = 1, bands_ = 1;
};

template <class C, int K, int O, class E>
void run_bank(const Bank<K, O>& bank, const E& epilogue) {
  if (bank.geometry.size() == 0 || bank.row_count() == 0) return;
  BankTask<C, K, O, E>(bank, epilogue).run();
}

}  // namespace opsin::OPSIN_TARGET::engine
