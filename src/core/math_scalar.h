// SPDX-License-Identifier: Apache-2.0
// Scalar side of core/math.h. fma is explicit: the build turns contraction off, so a * b + c is two roundings.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace opsin::OPSIN_TARGET {

/// The element type of a value type: float for float and for a vector of floats.
template <class V>
struct ElementOf {
  using type = V;
};
template <class V>
using Element = typename ElementOf<V>::type;

template <class V>
HD V broadcast(Element<V> x) {
  if constexpr (std::is_same_v<V, Element<V>>) {
    return x;
  } else {
    return V::broadcast(x);
  }
}

HD float fma(float a, float b, float c) { return ::fmaf(a, b, c); }
HD double fma(double a, double b, double c) { return ::fma(a, b, c); }
HD float sqrt(float a) {
#ifdef __CUDA_ARCH__
  // A Newton step from the hardware's reciprocal root, as the library does it, but without its branch for special
  // cases: a branch costs a stencil as much as its arithmetic.
  float r;
  asm("rsqrt.approx.f32 %0, %1;" : "=f"(r) : "f"(a));
  const float s = a * r;
  const float root = ::fmaf(::fmaf(-s, s, a), 0.5f * r, s);
  return a == 0.0f || a == __int_as_float(0x7f800000) ? a : root;
#else
  return ::sqrtf(a);
#endif
}
HD double sqrt(double a) { return ::sqrt(a); }
HD float abs(float a) { return ::fabsf(a); }
HD double abs(double a) { return ::fabs(a); }
HD float exp(float a) { return ::expf(a); }
HD double exp(double a) { return ::exp(a); }
HD float cos(float a) { return ::cosf(a); }
HD double cos(double a) { return ::cos(a); }
HD float acos(float a) { return ::acosf(a); }
HD double acos(double a) { return ::acos(a); }
HD float atan(float a) { return ::atanf(a); }
HD double atan(double a) { return ::atan(a); }
HD float rint(float a) { return ::rintf(a); }
HD double rint(double a) { return ::rint(a); }

/// a where the condition holds, else b.
template <class T>
HD T pick(bool condition, T a, T b) {
  return condition ? a : b;
}

/// NumPy's minimum and maximum but for NaN: the second argument where either is NaN.
HD float min(float a, float b) { return a < b ? a : b; }
HD double min(double a, double b) { return a < b ? a : b; }
HD float max(float a, float b) { return a > b ? a : b; }
HD double max(double a, double b) { return a > b ? a : b; }
HD std::int32_t min(std::int32_t a, std::int32_t b) { return a < b ? a : b; }
HD std::int64_t min(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
HD std::int32_t max(std::int32_t a, std::int32_t b) { return a > b ? a : b; }
HD std::int64_t max(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

/// NumPy's maximum: NaN where either is NaN.
template <class V>
HD V max_nan(V a, V b) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<V, float>) {
    float greater;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(greater) : "f"(a), "f"(b));
    return greater;
  }
#endif
  return pick(a == a, max(a, b), a);
}

/// A number to divide by, the same for all elements.
template <class C>
struct Divisor {
  C value = 1;
  C inverse = 1;

  Divisor() = default;
  explicit Divisor(C v) : value(v), inverse(1 / v) {}
};

/// a / d, rounded as a division: a residual corrects the product with the inverse (P. Markstein, "Computation of
/// elementary functions on the IBM RISC System/6000 processor", 1990). On CUDA that takes a third of the instructions.
template <class V>
HD V divide(V a, const Divisor<Element<V>>& d) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<V, float>) {
    const float q = a * d.inverse;
    const float exact = ::fmaf(::fmaf(-q, d.value, a), d.inverse, q);
    return ::fabsf(q) < __int_as_float(0x7f800000) ? exact : q;
  }
#endif
  return a / broadcast<V>(d.value);
}

/// a / b, rounded as a division but for divisors below 2^-126 or above 2^126, whose inverse has no digits. On CUDA the
/// plain division ends in a branch.
template <class V>
HD V quotient(V a, V b) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<V, float>) {
    float inverse;
    asm("rcp.approx.f32 %0, %1;" : "=f"(inverse) : "f"(b));
    const float q = a * inverse;
    const float exact = ::fmaf(::fmaf(-q, b, a), inverse, q);
    return exact == exact ? exact : q;
  }
#endif
  return a / b;
}

}  // namespace opsin::OPSIN_TARGET
