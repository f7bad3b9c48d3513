// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/target.h"
#include "engine/blocks.h"
#include "measure/block_fold.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

using opsin::measure::Reduction;

/// Extremes of uint64 are those of int64 with the highest bit turned round.
struct Fold {
  Reduction kind;
  bool is_unsigned;

  template <class V>
  HD V init() const {
    using C = Element<V>;
    if (kind == Reduction::prod) return V(C(1));
    if (kind == Reduction::min) return ordered(greatest<C>());
    if (kind == Reduction::max) return ordered(least<C>());
    return V(C(0));
  }
  template <class V>
  HD V step(V total, V x) const {
    switch (kind) {
      case Reduction::prod: return product(total, x);
      case Reduction::min: {
        const auto less = ordered(x) < ordered(total);
        return pick(less, x, pick(x == x, total, x));
      }
      case Reduction::max: {
        const auto greater = ordered(x) > ordered(total);
        return pick(greater, x, pick(x == x, total, x));
      }
      default: return sum(total, x);
    }
  }
  template <class V>
  HD V finish(V total, double count) const {
    return kind == Reduction::mean ? static_cast<V>(static_cast<double>(total) / count) : total;
  }

 private:
  /// Integers wrap around, as NumPy's.
  template <class V>
  HD static V product(V a, V b) {
    if constexpr (std::is_same_v<V, std::int64_t>) {
      return static_cast<V>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    } else {
      return a * b;
    }
  }
  template <class V>
  HD static V sum(V a, V b) {
    if constexpr (std::is_same_v<V, std::int64_t>) {
      return static_cast<V>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    } else {
      return a + b;
    }
  }
  template <class V>
  HD V ordered(V x) const {
    if constexpr (std::is_same_v<Element<V>, std::int64_t>) {
      return x ^ broadcast<V>(is_unsigned ? INT64_MIN : 0);
    } else {
      return x;
    }
  }
  template <class C>
  HD static C greatest() {
    if constexpr (std::is_same_v<C, std::int64_t>) {
      return INT64_MAX;
    } else {
      return static_cast<C>(INFINITY);
    }
  }
  template <class C>
  HD static C least() {
    if constexpr (std::is_same_v<C, std::int64_t>) {
      return INT64_MIN;
    } else {
      return static_cast<C>(-INFINITY);
    }
  }
};

}  // namespace

using std::int64_t;

template <class C>
void fold_blocks(const Array& out, const Array& image, const std::int64_t* block, double cval, Reduction kind) {
  engine::fold_blocks<C>(out, image, block, cval, Fold{kind, is_unsigned(image.dtype())});
}

template void fold_blocks<OPSIN_FOLDED>(const Array&, const Array&, const std::int64_t*, double, Reduction);

}  // namespace opsin::OPSIN_TARGET::measure
