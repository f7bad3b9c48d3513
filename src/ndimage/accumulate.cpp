// SPDX-License-Identifier: Apache-2.0
#include "core/accumulate.h"

#include "core/target.h"
#include "engine/pointwise.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

struct Add {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] + in[1];
  }
};

struct Square {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] * in[0];
  }
};

struct ComplexSquare {
  template <class V>
  HD void operator()(const V (&z)[2], V (&out)[2]) const {
    out[0] = z[0] * z[0] - z[1] * z[1];
    out[1] = z[0] * z[1] + z[0] * z[1];
  }
};

struct Root {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = sqrt(in[0]);
  }
};

/// The principal root, from the half of the modulus that does not cancel.
struct ComplexRoot {
  template <class V>
  HD void operator()(const V (&z)[2], V (&out)[2]) const {
    using C = Element<V>;
    const V zero = broadcast<V>(C(0));
    const V half = broadcast<V>(C(0.5));
    const V modulus = sqrt(z[0] * z[0] + z[1] * z[1]);
    const V large = sqrt((modulus + abs(z[0])) * half);
    const V small = pick(large > zero, abs(z[1]) * half / large, zero);
    const V imaginary = pick(z[0] < zero, large, small);
    out[0] = pick(z[0] < zero, small, large);
    out[1] = pick(z[1] < zero, -imaginary, imaginary);
  }
};

/// Calls f(Tag) with the type that arithmetic of a real dtype runs in.
template <class F>
void with_arithmetic(DType t, const F& f) {
  if (t == DType::float64) {
    f(Tag<double>{});
  } else if (is_floating(t)) {
    f(Tag<float>{});
  } else {
    f(Tag<std::int64_t>{});
  }
}

}  // namespace

void add_into(const Array& total, const Array& term) {
  if (!is_complex(total.dtype())) {
    // A double sum of two floats that is then rounded to float is their float sum.
    const bool single = total.dtype() == DType::float32 && term.dtype() == DType::float32;
    with_arithmetic(single                      ? DType::float32
                    : is_floating(term.dtype()) ? DType::float64
                                                : total.dtype(),
                    [&]<class C>(Tag<C>) { engine::pointwise<C, 2, 1>({total}, {total, term}, Add{}); });
    return;
  }
  opsin::ndimage::add_into(part_of(total, 0), is_complex(term.dtype()) ? part_of(term, 0) : term);
  if (is_complex(term.dtype())) opsin::ndimage::add_into(part_of(total, 1), part_of(term, 1));
}

void square_in_place(const Array& a) {
  if (is_complex(a.dtype())) {
    engine::pointwise<double, 2, 2>({part_of(a, 0), part_of(a, 1)}, {part_of(a, 0), part_of(a, 1)}, ComplexSquare{});
    return;
  }
  with_arithmetic(a.dtype(), [&]<class C>(Tag<C>) { engine::pointwise<C, 1, 1>({a}, {a}, Square{}); });
}

void root_in_place(const Array& a) {
  if (is_complex(a.dtype())) {
    engine::pointwise<double, 2, 2>({part_of(a, 0), part_of(a, 1)}, {part_of(a, 0), part_of(a, 1)}, ComplexRoot{});
  } else if (a.dtype() == DType::float32) {
    engine::pointwise<float, 1, 1>({a}, {a}, Root{});
  } else {
    engine::pointwise<double, 1, 1>({a}, {a}, Root{});
  }
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, add_into, void, const Array&, const Array&)
OPSIN_EXPORT(ndimage, square_in_place, void, const Array&)
OPSIN_EXPORT(ndimage, root_in_place, void, const Array&)
