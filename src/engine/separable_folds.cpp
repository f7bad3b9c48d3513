// SPDX-License-Identifier: Apache-2.0
// The folds of the CPU's separable engine, for any number of filters.
#include "engine/separable.h"

#ifndef OPSIN_TARGET_CUDA

#include <numeric>

#include "engine/folds_cpu.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {
namespace {

/// Rows `bytes` apart fall onto the same few sets of an 8-way cache with 4 KiB a way when that is a multiple of a large
/// power of two: more than 8 of them push each other out. A copy of the rows is then worth its price in double, where
/// a vector holds few elements (hessian_matrix of 4096 columns: 206 ms without, 146 with it), and is not in float.
template <class C>
bool rows_collide(std::int64_t rows, std::int64_t bytes) {
  constexpr std::int64_t way = 4096;
  return std::is_same_v<C, double> && rows * std::gcd(bytes, way) > 8 * way;
}

}  // namespace

template <class C>
BankFolds<C>::BankFolds(const AnyBank& bank) : bank_(bank) {
  for (const Filter& f : bank.filters) {
    y_.emplace_back(f.y);
    x_.emplace_back(f.x);
    before_ = std::max<std::int64_t>(before_, f.x.before());
    after_ = std::max<std::int64_t>(after_, f.x.after());
    longest_ = std::max<std::int64_t>(longest_, std::max(f.y.size(), f.x.size()));
  }
  above_.resize(bank.inputs.size());
  below_.resize(bank.inputs.size());
  for (const Filter& f : bank.filters) {
    const auto i = static_cast<std::size_t>(f.input);
    above_[i] = std::max(above_[i], f.y.before());
    below_[i] = std::max(below_[i], f.y.after());
  }
  const Geometry& g = bank.geometry;
  // A strip of 512 vectors' worth of bytes keeps the ring in the L2 cache. Wrapped columns need the whole row.
  const std::int64_t strip = std::max<std::int64_t>(8192 / sizeof(C) / g.inner, 2 * (before_ + after_ + 1));
  strips_ = bank.borders.x == Border::wrap ? 1 : std::max<std::int64_t>(1, g.width / strip);
  const std::int64_t reach =
      *std::max_element(above_.begin(), above_.end()) + *std::max_element(below_.begin(), below_.end());
  bands_ = std::max<std::int64_t>(1, bank.rows / std::max<std::int64_t>(64, 2 * reach));
}

template <class C>
void BankFolds<C>::run() const {
  const Geometry& g = bank_.geometry;
  const std::int64_t tasks = g.outer * bands_ * strips_;
  const std::int64_t first = bank_.first_row;
  const std::int64_t height = bank_.rows;
  const std::int64_t work = std::max<std::int64_t>(1, g.outer * height * g.row() / tasks);
  core::parallel_for(tasks, std::max<std::int64_t>(1, 32768 / work), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t strip = t % strips_;
      const std::int64_t band = t / strips_ % bands_;
      block(t / strips_ / bands_, first + height * band / bands_, first + height * (band + 1) / bands_,
            g.width * strip / strips_, g.width * (strip + 1) / strips_);
    }
  });
}

template <class C>
void BankFolds<C>::block(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
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
  b.line = (b.full + 31) / 32 * 32;
  b.value.resize(bank_.filters.size());
  b.out.resize(bank_.outputs.size());
  b.target.resize(bank_.outputs.size());
  auto lines = static_cast<std::int64_t>(1 + rows + b.value.size() * rows + b.out.size());
  b.rings.resize(bank_.inputs.size());
  for (std::size_t i = 0; i < b.rings.size(); ++i) {
    Ring& r = b.rings[i];
    r.plane = &bank_.inputs[i];
    const int size = above_[i] + below_[i] + rows;
    r.direct = r.plane->dtype == dtype_of<C> && r.plane->scaling.identity() && !r.plane->times && !bank_.x_first &&
               !rows_collide<C>(size, g.row() * static_cast<std::int64_t>(sizeof(C)));
    r.size = r.direct ? 0 : size;
    r.next = y0 - above_[i];
    lines += r.size;
  }
  C* memory = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(lines * b.line) * sizeof(C)));
  const auto take = [&]() -> C* {
    memory += b.line;
    return memory - b.line;
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
    memory += r.size * b.line;
  }
  std::vector<const C*> p(static_cast<std::size_t>(longest_ + rows));
  for (std::int64_t y = y0; y < y1; y += rows) {
    const int m = static_cast<int>(std::min<std::int64_t>(rows, y1 - y));
    for (std::size_t i = 0; i < b.rings.size(); ++i) convert(b, i, y + m + below_[i]);
    for (std::size_t k = 0; k < b.value.size(); ++k) filter(b, k, y, m, p);
    finish(b, y, m);
  }
  if (bank_.peak != nullptr) {
    alignas(64) C lanes[Vec<C>::lanes];
    b.peak.store(lanes);
    for (const C v : lanes) raise_peak(static_cast<C*>(bank_.peak), v);
  }
}

/// Brings the rows before `end` into ring i.
template <class C>
void BankFolds<C>::convert(Block& b, std::size_t i, std::int64_t end) const {
  Ring& r = b.rings[i];
  if (r.direct) return;
  const Geometry& g = bank_.geometry;
  const auto bytes = static_cast<std::int64_t>(itemsize(r.plane->dtype));
  for (; r.next < end; ++r.next) {
    const std::int64_t row = border_index(r.next, g.height, bank_.borders.y);
    if (row < 0) continue;
    const auto* source =
        static_cast<const std::byte*>(r.plane->data) + ((b.outer * g.height + row) * g.row() + b.lo) * bytes;
    C* const to = bank_.x_first ? b.tmp[0] + b.pad - (b.e0 - b.lo) : slot(b, r, r.next);
    load_line(to, source, r.plane->dtype, bytes, b.hi - b.lo, r.plane->scaling);
    if (r.plane->times) {
      const C* factor = static_cast<const C*>(r.plane->times) + (b.outer * g.height + row) * g.row() + b.lo;
      for (std::int64_t e = 0; e < b.hi - b.lo; ++e) to[e] *= factor[e];
    }
    if (bank_.x_first) fold_along(b, b.tmp[0], slot(b, r, r.next), x_[0]);
  }
}

template <class C>
C* BankFolds<C>::slot(const Block& b, const Ring& r, std::int64_t v) const {
  const std::int64_t s = v % r.size;
  return r.memory + (s < 0 ? s + r.size : s) * b.line;
}

/// Elements [lo, hi) of row v of the endless image; [e0, e1) where it is folded along x already.
template <class C>
const C* BankFolds<C>::row(const Block& b, const Ring& r, std::int64_t v) const {
  const Geometry& g = bank_.geometry;
  const std::int64_t index = border_index(v, g.height, bank_.borders.y);
  if (index < 0) return b.constant_row;
  if (!r.direct) return slot(b, r, v);
  return static_cast<const C*>(r.plane->data) + (b.outer * g.height + index) * g.row() + b.lo;
}

template <class C>
void BankFolds<C>::filter(const Block& b, std::size_t k, std::int64_t y, int m, std::vector<const C*>& p) const {
  const Ring& r = b.rings[static_cast<std::size_t>(bank_.filters[k].input)];
  const FoldTaps<C>& ty = y_[k];
  const FoldTaps<C>& tx = x_[k];
  // Without a horizontal fold nothing beside the output's own elements is read: an output that is also an input (a
  // running maximum) may be written by the neighbouring strip's task at the same time.
  const bool alone = tx.identity || bank_.x_first;
  const std::int64_t skip = tx.identity && !bank_.x_first ? b.e0 - b.lo : 0;
  const std::int64_t count = alone ? b.e1 - b.e0 : b.hi - b.lo;
  const std::int64_t at = b.pad - (b.e0 - b.lo) + skip;
  for (int i = 0; i < ty.n + m - 1; ++i) p[static_cast<std::size_t>(i)] = row(b, r, y + ty.first + i) + skip;
  C* to[rows];
  for (int j = 0; j < rows; ++j) to[j] = alone ? b.value[k][static_cast<std::size_t>(j)] : b.tmp[j] + at;
  if constexpr (std::is_same_v<C, float>) {
    const bool odd = ty.symmetry == Taps::Symmetry::odd;
    if (m == rows && ty.n >= (odd ? 7 : 3)) {
      if (odd && ty.w[static_cast<std::size_t>(ty.n / 2)] == 0) {
        fold_four_rows<true>(to, p.data(), ty, count);
      } else {
        fold_four_rows<false>(to, p.data(), ty, count);
      }
      horizontal(b, k, m, tx);
      return;
    }
  } else if (m == rows && ty.n >= 3 && ty.symmetry != Taps::Symmetry::none) {
    if (ty.symmetry == Taps::Symmetry::even) {
      fold_four_rows_of_pairs<true>(to, p.data(), ty, count);
    } else {
      fold_four_rows_of_pairs<false>(to, p.data(), ty, count);
    }
    horizontal(b, k, m, tx);
    return;
  }
  for (int j = 0; j < m; ++j) {
    if (ty.identity) {
      std::copy_n(p[static_cast<std::size_t>(j)], count, to[j]);
    } else {
      fold_line(to[j], p.data() + j, ty, count);
    }
  }
  horizontal(b, k, m, tx);
}

/// Folds a padded line along the row.
template <class C>
void BankFolds<C>::fold_along(const Block& b, C* line, C* to, const FoldTaps<C>& tx) const {
  const Geometry& g = bank_.geometry;
  // Columns beyond the image: at most before_ on the left and after_ on the right.
  const auto extend = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t c = first; c < last; ++c) {
      const std::int64_t from = border_index(c, g.width, bank_.borders.x);
      for (std::int64_t e = 0; e < g.inner; ++e) {
        C& beyond = line[b.pad + c * g.inner + e - b.e0];
        beyond = from < 0 ? static_cast<C>(bank_.borders.cval) : line[b.pad + from * g.inner + e - b.e0];
      }
    }
  };
  if (b.e0 / g.inner < before_) extend(b.e0 / g.inner - before_, 0);
  if (b.e1 / g.inner + after_ > g.width) extend(g.width, b.e1 / g.inner + after_);
  thread_local std::vector<const C*> p;
  p.resize(static_cast<std::size_t>(tx.n));
  for (int i = 0; i < tx.n; ++i) p[static_cast<std::size_t>(i)] = line + b.pad + (tx.first + i) * g.inner;
  fold_line(to, p.data(), tx, b.e1 - b.e0);
}

/// Folds the first m of the temporary lines along the row.
template <class C>
void BankFolds<C>::horizontal(const Block& b, std::size_t k, int m, const FoldTaps<C>& tx) const {
  if (tx.identity || bank_.x_first) return;
  for (int j = 0; j < m; ++j) fold_along(b, b.tmp[j], b.value[k][static_cast<std::size_t>(j)], tx);
}

template <class C>
void BankFolds<C>::finish(Block& b, std::int64_t y, int m) const {
  const Geometry& g = bank_.geometry;
  const std::int64_t count = b.e1 - b.e0;
  for (int j = 0; j < m; ++j) {
    const std::int64_t element = (b.outer * bank_.rows + y + j - bank_.first_row) * g.row() + b.e0;
    for (std::size_t o = 0; o < b.out.size(); ++o) {
      const Plane& plane = bank_.outputs[o];
      b.target[o] = plane.data && plane.dtype == dtype_of<C> ? static_cast<C*>(plane.data) + element : b.out[o];
    }
    epilogue(b, j, count);
    for (std::size_t o = 0; o < b.out.size(); ++o) {
      const Plane& plane = bank_.outputs[o];
      if (b.target[o] != b.out[o] || plane.data == nullptr) continue;
      const auto bytes = static_cast<std::int64_t>(itemsize(plane.dtype));
      store_line(static_cast<std::byte*>(plane.data) + element * bytes, b.out[o], plane.dtype, bytes, count);
    }
  }
}

template class BankFolds<float>;
template class BankFolds<double>;

}  // namespace opsin::OPSIN_TARGET::engine

#endif
