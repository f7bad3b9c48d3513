// SPDX-License-Identifier: Apache-2.0
// Frangi's vesselness from the elements of the Hessian, in the order of operations of scikit-image.
#pragma once

#include "filters/ridges.h"

namespace opsin::OPSIN_TARGET::filters {

/// exp of a number that is not positive. Below -80 as a square: results near the least number keep their digits, and
/// the vector exp meets no argument that it handles lane by lane. Whether a response is exactly zero decides in
/// hessian().
template <class V>
HD V exp_of_negative(V x) {
  using C = Element<V>;
  if constexpr (std::is_same_v<V, C>) {
    return exp(x);  // A scalar's keeps them by itself.
  } else {
    constexpr double floor = sizeof(C) == 4 ? -104 : -746;
    constexpr double small = sizeof(C) == 4 ? -80 : -700;
    const auto low = x < broadcast<V>(C(small));
    const V clipped = max(broadcast<V>(C(floor)), x);
    const V y = exp(pick(low, clipped * broadcast<V>(C(0.5)), clipped));
    return pick(low, y * y, y);
  }
}

/// Swaps a and b where b's magnitude is the smaller one: equal ones keep their order.
template <class V>
HD void order_by_magnitude(V& a, V& b) {
  const auto swap = abs(b) < abs(a);
  const V lesser = pick(swap, b, a);
  b = pick(swap, a, b);
  a = lesser;
}

/// alpha, beta and gamma as the formula has them: 2 alpha^2, 2 beta^2.
template <class C>
struct VesselShape {
  Divisor<C> plate;
  Divisor<C> blob;
  C plate_of_two;  // The plate factor of two axes, 1 but for extreme alpha.
};

/// 1 - exp(-s^2 / (2 gamma^2)) with gamma from the device: half of the greatest s, or 1 where that is zero.
template <class V>
HD V structuredness(V s, Element<V> gamma) {
  using C = Element<V>;
  const V x = quotient(s * s, broadcast<V>(C(2) * gamma * gamma));
  return broadcast<V>(C(1)) - exp_of_negative(-x);
}

template <class C>
HD C gamma_from_peak(C peak) {
  return peak == C(0) ? C(1) : peak / C(2);
}

/// The plate and blob factors, and the norm of the eigenvalues.
template <int N, class V>
HD void vessel_factors(const V (&h)[hessian_elements<N>], const VesselShape<Element<V>>& shape, V& factors, V& norm) {
  using C = Element<V>;
  V e[N];
  engine::symmetric_eigenvalues(h, e);
  order_by_magnitude(e[0], e[1]);
  if constexpr (N == 3) {
    order_by_magnitude(e[1], e[2]);
    order_by_magnitude(e[0], e[1]);
  }
  V squares = e[0] * e[0];
  for (int i = 1; i < N; ++i) squares = squares + e[i] * e[i];
  norm = sqrt(squares);
  // A negative eigenvalue becomes tiny: the blob factor then vanishes.
  const V least = broadcast<V>(C(1e-10));
  const V second = max_nan(e[1], least);
  if constexpr (N == 2) {
    const V r_b = quotient(abs(e[0]), second);
    factors = broadcast<V>(shape.plate_of_two) * exp_of_negative(-divide(r_b * r_b, shape.blob));
  } else {
    const V third = max_nan(e[2], least);
    const V r_a = quotient(second, third);
    const V r_b = quotient(abs(e[0]), sqrt(second * third));
    factors = broadcast<V>(C(1)) - exp_of_negative(-divide(r_a * r_a, shape.plate));
    factors = factors * exp_of_negative(-divide(r_b * r_b, shape.blob));
  }
}

template <class C>
struct Gamma {
  C value;
  const C* peak;  // Takes the place of the value unless null.
  HD C get() const { return peak ? gamma_from_peak(*peak) : value; }
};

/// The response; `ones` puts 1 in place of zero at the last sigma, as hessian() wants it. When gamma comes from the
/// greatest norm of the first sigma, that pass leaves the factors and the norm, and ApplyNorm does the rest.
template <int N, class C>
struct Vesselness {
  static constexpr int peak_output = 1;
  VesselShape<C> shape;
  Gamma<C> gamma;
  bool ones;
  bool accumulate;
  bool factors_only;

  template <class V>
  HD void operator()(const V (&h)[hessian_elements<N>], V (&out)[2]) const {
    V factors;
    const V before = out[0];
    vessel_factors<N>(h, shape, factors, out[1]);
    if (factors_only) {
      out[0] = factors;
      return;
    }
    const V value = factors * structuredness(out[1], gamma.get());
    const V greatest = max_nan(before, value);
    out[0] = ones ? pick(greatest <= broadcast<V>(C(0)), broadcast<V>(C(1)), greatest) : greatest;
  }
};

template <class C>
struct ApplyNorm {
  Gamma<C> gamma;
  bool ones;

  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    const V value = in[0] * structuredness(in[1], gamma.get());
    out[0] = ones ? pick(value <= broadcast<V>(C(0)), broadcast<V>(C(1)), value) : value;
  }
};

/// The pass of one sigma. `norm` has no memory unless the pass makes factors only; `peak` is null then, too.
/// Instantiated in frangi_per_axes_and_real.cpp.
template <int N, class C>
void vessel_pass(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, const Array& norm,
                 const Vesselness<N, C>& vesselness, C* peak);

}  // namespace opsin::OPSIN_TARGET::filters
