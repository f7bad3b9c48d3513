// SPDX-License-Identifier: Apache-2.0
// Separable engine: a bank of K filters, each a fold along one axis and then along the next, over one or more inputs in
// one pass of tiles, and an epilogue that makes O outputs from the K filtered values of an element.
//
// Images are seen as (outer, height, width, inner): the two filtered axes lie next to each other, axes before them are
// `outer`, axes after them `inner`. One axis alone is a bank whose other taps are the identity.
//
// The epilogue has  template <class V> HD void operator()(const V (&filtered)[K], V (&out)[O]) const.
// Two members are optional:
//   bool accumulate               when true, `out` comes in with what the outputs hold (outputs of the compute type
//   only):
//                                 a running maximum costs one read and no filter;
//   static constexpr int peak_output = o   raises *bank.peak, unless that is null, to the greatest value of output o
//                                 (see engine/reduce.h).
// An output without memory is not stored.
//
// Accuracy: float folds use fused multiply-adds in the order of the taps. Double folds repeat SciPy's order (symmetric
// and antisymmetric taps in pairs, farthest first, no fused operation), so float64 results equal SciPy's bit for bit on
// every target. Odd float taps sum differences, so that the derivative of a constant is zero and not rounding noise:
// what divides by the greatest response would make that noise the result. Elements outside the taps never enter a sum,
// so a NaN spreads no further than the taps reach.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "core/border.h"
#include "core/dispatch.h"
#include "core/scaling.h"
#include "engine/reduce.h"
#include "engine/taps.h"

namespace opsin::OPSIN_TARGET::engine {

using opsin::engine::Taps;

struct Filter {
  int input = 0;
  Taps y;
  Taps x;
};

struct Geometry {
  std::int64_t outer = 1;
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t inner = 1;
  HD std::int64_t row() const { return width * inner; }
  HD std::int64_t size() const { return outer * height * row(); }
};

/// A C-contiguous image of the bank's geometry. An input may be the product of two images of the compute type, formed
/// on load; beyond the edges it is what the border makes of the product.
struct Plane {
  void* data = nullptr;
  DType dtype = DType::float32;
  Scaling scaling;
  const void* times = nullptr;
};

struct Borders {
  Border y = Border::reflect;
  Border x = Border::reflect;
  double cval = 0;
};

template <int K, int O>
struct Bank {
  Geometry geometry;
  std::vector<Plane> inputs;
  std::array<Filter, K> filters;
  Borders borders;
  std::array<Plane, O> outputs;  // data may be null
  /// Rows [first_row, first_row + rows) are computed, and the outputs hold only those; -1 means all.
  std::int64_t first_row = 0;
  std::int64_t rows = -1;
  /// One element of the compute type on the device, zero or an earlier peak: see the file's head.
  void* peak = nullptr;
  /// Along x first, then along y, as SciPy's order of axes asks; one filter, where engine::folds_x_first.
  bool x_first = false;

  std::int64_t row_count() const { return rows < 0 ? geometry.height : rows; }
};

template <class E>
concept Accumulates = requires(const E& e) { e.accumulate; };
template <class E>
concept FindsPeak = requires { E::peak_output; };
/// Met by products of two images alone: no kernels for other banks are compiled.
template <class E>
concept MeetsProductsAlone = requires { E::products_alone; };

/// The filtered values themselves.
struct PassThrough {
  template <class V, int K>
  HD void operator()(const V (&filtered)[K], V (&out)[K]) const {
    for (int k = 0; k < K; ++k) out[k] = filtered[k];
  }
};

/// The filtered value itself.
struct Identity {
  template <class V>
  HD void operator()(const V (&filtered)[1], V (&out)[1]) const {
    out[0] = filtered[0];
  }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/separable_cuda.h"
#else
#include "engine/separable_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

// What several operations use as it is: compiled once, in separable_per_real.cpp and bank_per_filters_and_real.cpp.
#define OPSIN_EXTERN_BANK(C, K) \
  extern template void run_bank<C, K, K, PassThrough>(const Bank<K, K>&, const PassThrough&);
OPSIN_EXTERN_BANK(float, 2)
OPSIN_EXTERN_BANK(float, 3)
OPSIN_EXTERN_BANK(float, 4)
OPSIN_EXTERN_BANK(float, 6)
OPSIN_EXTERN_BANK(double, 2)
OPSIN_EXTERN_BANK(double, 3)
OPSIN_EXTERN_BANK(double, 4)
OPSIN_EXTERN_BANK(double, 6)
#undef OPSIN_EXTERN_BANK
extern template void run_bank<float, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
extern template void run_bank<double, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);

}  // namespace opsin::OPSIN_TARGET::engine
