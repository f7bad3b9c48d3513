// SPDX-License-Identifier: Apache-2.0
#include "engine/hysteresis.h"

#include <algorithm>

#include "core/half.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/above_whole.h"
#include "engine/pointwise.h"
#include "filters/level.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// The greatest number of type C that is not above x: what is above it is what is above x.
template <class C>
HD C at_most(double x) {
  C y = static_cast<C>(x);
  if constexpr (std::is_same_v<C, float>) {
    if (static_cast<double>(y) > x) {
      const std::uint32_t bits = float_bits(y);
      y = y == 0 ? bits_float(0x80000001u) : bits_float(y > 0 ? bits - 1 : bits + 1);
    }
  }
  return y;
}

/// The bits of the state that the engine starts from.
struct Classify {
  LevelReader low, high;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    using C = Element<V>;
    const double above = high.get();
    const double wanted = low.get();
    const V zero = broadcast<V>(C(0));
    const V is_weak = pick(in[0] > broadcast<V>(at_most<C>(wanted < above ? wanted : above)), broadcast<V>(C(1)), zero);
    out[0] = is_weak + pick(in[0] > broadcast<V>(at_most<C>(above)), broadcast<V>(C(2)), zero);
  }
};

/// The same for integers of 64 bits.
struct ClassifyWhole {
  engine::AboveWhole low, high;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    const V is_strong = high(in[0]);
    out[0] = low(in[0]) + is_strong + is_strong;
  }
};

/// NumPy compares with integers as they are; a low level that is none makes no integer of a high one, but the other way
/// round.
ClassifyWhole classify_whole(DType t, const opsin::filters::Level& low, const opsin::filters::Level& high) {
  const engine::AboveWhole above(t, *high.whole());
  if (low.whole()) return {engine::AboveWhole(t, std::min(*low.whole(), *high.whole())), above};
  return {engine::AboveWhole(t, std::min(low.value(), high.value())), above};
}

}  // namespace

Array apply_hysteresis_threshold(const Array& image, const opsin::filters::Level& low,
                                 const opsin::filters::Level& high) {
  constexpr const char* op = "filters.apply_hysteresis_threshold";
  core::check(!is_complex(image.dtype()), op, "complex images have no order");
  core::check(image.size() > 0, op, "the image is empty");
  const LevelSource low_source(low, image, op, "low");
  const LevelSource high_source(high, image, op, "high");
  const Array out = core::empty_result(image.shape(), DType::boolean, image.device());
  const Array state = Array::empty(image.shape(), DType::uint8, image.device());
  const DType t = image.dtype();
  if (engine::is_wide(t) && high.whole() && !low.array().defined()) {
    engine::pointwise<std::int64_t, 1, 1>({state}, {image}, classify_whole(t, low, high));
    engine::hysteresis(out, state, 1);
    return out;
  }
  const bool narrow = itemsize(t) <= 2 || t == DType::float32;
  with_real(narrow ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 1, 1>({state}, {image}, Classify{low_source.reader(), high_source.reader()});
  });
  engine::hysteresis(out, state, 1);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, apply_hysteresis_threshold, Array, const Array&, const opsin::filters::Level&,
             const opsin::filters::Level&)
