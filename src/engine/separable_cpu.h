// SPDX-License-Identifier: Apache-2.0
// CPU side of the separable engine. A task is a band of rows in a strip of columns. Rows of the input are converted
// once into a ring; the vertical fold runs over them with vectors along the row, four output rows at a time, so that
// each loaded vector serves four sums; the horizontal fold reads the result from the L1 cache.
//
// The folds know neither the number of filters nor the epilogue at compile time (BankFolds): they work on whole lines,
// where that costs nothing, and so are compiled once. Only the epilogue's loop is made for each operation.
#pragma once

#include <algorithm>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr bool folds_x_first = true;

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

/// A bank of any number of filters and outputs.
struct AnyBank {
  Geometry geometry;
  std::span<const Plane> inputs;
  std::span<const Filter> filters;
  Borders borders;
  std::span<const Plane> outputs;
  std::int64_t first_row;
  std::int64_t rows;
  void* peak;
  bool x_first;
};

/// Everything but the epilogue. Defined in separable_folds.cpp.
template <class C>
class BankFolds {
 public:
  explicit BankFolds(const AnyBank& bank);
  virtual ~BankFolds() = default;
  void run() const;

 protected:
  /// Output rows that are folded together.
  static constexpr int rows = 4;

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
    std::int64_t line;       // elements between two lines of scratch memory
    C* constant_row;
    std::vector<Ring> rings;
    C* tmp[rows];
    std::vector<std::array<C*, rows>> value;  // by filter
    std::vector<C*> out;                      // by output: where it is made before its dtype is put to it
    std::vector<C*> target;                   // by output: where the epilogue puts the current row
    Vec<C> peak;
  };

  /// Makes `count` elements of the block's row j from the filtered values, into b.target.
  virtual void epilogue(Block& b, int j, std::int64_t count) const = 0;

 private:
  void block(std::int64_t outer, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const;
  void convert(Block& b, std::size_t i, std::int64_t end) const;
  C* slot(const Block& b, const Ring& r, std::int64_t v) const;
  const C* row(const Block& b, const Ring& r, std::int64_t v) const;
  void filter(const Block& b, std::size_t k, std::int64_t y, int m, std::vector<const C*>& p) const;
  void fold_along(const Block& b, C* line, C* to, const FoldTaps<C>& tx) const;
  void horizontal(const Block& b, std::size_t k, int m, const FoldTaps<C>& tx) const;
  void finish(Block& b, std::int64_t y, int m) const;

  AnyBank bank_;
  std::vector<FoldTaps<C>> y_, x_;
  std::int64_t before_ = 0, after_ = 0, longest_ = 1;
  std::vector<int> above_, below_;
  std::int64_t strips_ = 1, bands_ = 1;
};

extern template class BankFolds<float>;
extern template class BankFolds<double>;

template <class C, int K, int O, class E>
class BankTask final : public BankFolds<C> {
 public:
  BankTask(const AnyBank& bank, const E& epilogue) : BankFolds<C>(bank), epilogue_(epilogue) {}

 private:
  using typename BankFolds<C>::Block;

  void epilogue(Block& b, int j, std::int64_t count) const override {
    using V = Vec<C>;
    const C* value[K];
    C* target[O];
    for (int k = 0; k < K; ++k) value[k] = b.value[static_cast<std::size_t>(k)][static_cast<std::size_t>(j)];
    for (int o = 0; o < O; ++o) target[o] = b.target[static_cast<std::size_t>(o)];
    for (std::int64_t x = 0; x < count; x += V::lanes) {
      V in[K], out[O];
      for (int k = 0; k < K; ++k) in[k] = V::load(value[k] + x, count - x);
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
  }

  const E& epilogue_;
};

template <class C, int K, int O, class E>
void run_bank(const Bank<K, O>& bank, const E& epilogue) {
  if (bank.geometry.size() == 0 || bank.row_count() == 0) return;
  const AnyBank any{bank.geometry,  bank.inputs,      bank.filters, bank.borders, bank.outputs,
                    bank.first_row, bank.row_count(), bank.peak,    bank.x_first};
  BankTask<C, K, O, E>(any, epilogue).run();
}

}  // namespace opsin::OPSIN_TARGET::engine
