// SPDX-License-Identifier: Apache-2.0
// Total engine: sums and extremes over all elements of images, and a few numbers made from them, without the host
// waiting for a device.
//
// The functor makes S values to sum and E values to find the extremes of, from the same element of I inputs:
//
//   static constexpr int sums = S, extremes = E;
//   template <class V> HD void operator()(const V (&in)[I], V (&out)[S + E]) const
//
// and `finish` writes what follows from the totals, once, where the arrays lie:
//
//   HD void operator()(const Totals<C, S, E>& totals) const
//
// Values are summed in double, in an order that depends on shape and strides alone. A functor with F::of_bytes gives
// the same values of bytes in int16, where those to sum count as uint16.
#pragma once

#include <limits>

#include "core/dispatch.h"
#include "core/math.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

/// The lesser of two, NaN where either is NaN, as numpy.min; and the greater.
template <class C>
HD C lesser_or_nan(C a, C b) {
  return a != a || a < b ? a : b;
}
template <class C>
HD C greater_or_nan_of(C a, C b) {
  return a != a || a > b ? a : b;
}

template <class C, int S, int E>
struct Totals {
  static constexpr int sums = S;
  static constexpr int extremes = E;
  double sum[S > 0 ? S : 1];
  C least[E > 0 ? E : 1];
  C greatest[E > 0 ? E : 1];

  HD void clear() {
    for (int s = 0; s < S; ++s) sum[s] = 0;
    for (int e = 0; e < E; ++e) {
      least[e] = std::numeric_limits<C>::infinity();
      greatest[e] = -std::numeric_limits<C>::infinity();
    }
  }
  HD void see(int e, C value) {
    least[e] = lesser_or_nan(value, least[e]);
    greatest[e] = greater_or_nan_of(value, greatest[e]);
  }
  HD void merge(const Totals& other) {
    for (int s = 0; s < S; ++s) sum[s] += other.sum[s];
    for (int e = 0; e < E; ++e) {
      least[e] = lesser_or_nan(other.least[e], least[e]);
      greatest[e] = greater_or_nan_of(other.greatest[e], greatest[e]);
    }
  }
};

/// The functor of a plain sum.
struct Itself {
  static constexpr int sums = 1, extremes = 0;
  static constexpr bool of_bytes = true;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0];
  }
};

template <class C, class F>
using TotalsOf = Totals<C, F::sums, F::extremes>;

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/total_cuda.h"
#else
#include "engine/total_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Inputs of any real dtype, strides and one shape. Of no elements, the totals are 0 and the extremes infinite.
template <class C, int I, class F, class G>
void total(const std::array<Array, I>& inputs, const F& f, const G& finish) {
  run_total<C, I>(opsin::engine::make_loop<I>(inputs), f, finish, inputs[0].device());
}

}  // namespace opsin::OPSIN_TARGET::engine
