// SPDX-License-Identifier: Apache-2.0
// Corner measures of the structure tensor. One epilogue holds them all: it is compiled into every kernel that smooths
// three products, and a branch that all threads take costs nothing beside those.
#pragma once

#include "core/math.h"
#include "feature/tensor_plan.h"

namespace opsin::OPSIN_TARGET::feature {

enum class Measure : std::uint8_t { harris, harris_without_k, shi_tomasi, foerstner };

template <class C>
struct CornerMeasure {
  static constexpr bool products_alone = true;
  Measure measure;
  C k = 0;  // Harris' k, or the eps of the quotient

  template <class V>
  HD void operator()(const V (&a)[3], V (&out)[3]) const {
    const auto number = [](double x) { return broadcast<V>(static_cast<C>(x)); };
    const V determinant = a[0] * a[2] - a[1] * a[1];
    const V trace = a[0] + a[2];
    out[0] = out[1] = out[2] = determinant;
    if (measure == Measure::harris) {
      out[0] = determinant - broadcast<V>(k) * (trace * trace);
    } else if (measure == Measure::harris_without_k) {
      out[0] = number(2) * determinant / (trace + broadcast<V>(k));
    } else if (measure == Measure::shi_tomasi) {
      const V difference = a[0] - a[2];
      out[0] = (trace - sqrt(difference * difference + number(4) * (a[1] * a[1]))) / number(2);
    } else {
      const auto flat = trace == number(0);
      out[0] = pick(flat, number(0), determinant / trace);
      out[1] = pick(flat, number(0), number(4) * determinant / (trace * trace));
    }
  }
};

/// out[0], and for foerstner out[1], from the structure tensor. Compiled in corner_measure_per_real.cpp.
template <class C>
void corner_measure(const std::array<Array, 3>& out, const TensorPlan& plan, Measure measure, double k);

extern template void corner_measure<float>(const std::array<Array, 3>&, const TensorPlan&, Measure, double);
extern template void corner_measure<double>(const std::array<Array, 3>&, const TensorPlan&, Measure, double);

}  // namespace opsin::OPSIN_TARGET::feature
