// SPDX-License-Identifier: Apache-2.0
// Vec<T>: a full-width SIMD vector as a value type, over Highway with the instruction set of the compile flags.
// Never seen by nvcc. Mathematics comes from libmvec (part of glibc) through its vector ABI.
#pragma once

#ifndef HWY_DISABLE_PCLMUL_AES
#error "the build must define HWY_DISABLE_PCLMUL_AES, or vectors silently stay narrow"
#endif
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstring>

#include "core/math_scalar.h"

namespace opsin::OPSIN_TARGET {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
struct Mask {
  hn::Mask<hn::ScalableTag<T>> m;
  friend HD Mask operator&(Mask a, Mask b) { return {hn::And(a.m, b.m)}; }
  friend HD Mask operator|(Mask a, Mask b) { return {hn::Or(a.m, b.m)}; }
  friend HD Mask operator!(Mask a) { return {hn::Not(a.m)}; }
};

template <class T>
struct Vec {
  using Tag = hn::ScalableTag<T>;
  static constexpr int lanes = static_cast<int>(HWY_LANES(T));

  hn::Vec<Tag> v;

  HD Vec() : v(hn::Zero(Tag())) {}
  HD Vec(hn::Vec<Tag> x) : v(x) {}       // NOLINT: implicit on purpose
  HD Vec(T x) : v(hn::Set(Tag(), x)) {}  // NOLINT: lets functors mix scalars and vectors
  static HD Vec broadcast(T x) { return {hn::Set(Tag(), x)}; }
  static HD Vec load(const T* p) { return {hn::LoadU(Tag(), p)}; }
  HD void store(T* p) const { hn::StoreU(v, Tag(), p); }
  /// The first n lanes, n <= lanes; the others are zero. Reads nothing past p + n.
  static HD Vec load(const T* p, std::int64_t n) {
    if (n >= lanes) return load(p);
    alignas(64) T buffer[lanes] = {};
    std::memcpy(buffer, p, static_cast<std::size_t>(n) * sizeof(T));
    return load(buffer);
  }
  HD void store(T* p, std::int64_t n) const {
    if (n >= lanes) return store(p);
    alignas(64) T buffer[lanes];
    store(buffer);
    std::memcpy(p, buffer, static_cast<std::size_t>(n) * sizeof(T));
  }

  friend HD Vec operator+(Vec a, Vec b) { return {hn::Add(a.v, b.v)}; }
  friend HD Vec operator-(Vec a, Vec b) { return {hn::Sub(a.v, b.v)}; }
  friend HD Vec operator*(Vec a, Vec b) { return {hn::Mul(a.v, b.v)}; }
  friend HD Vec operator/(Vec a, Vec b) { return {hn::Div(a.v, b.v)}; }
  friend HD Vec operator-(Vec a) { return {hn::Neg(a.v)}; }
  HD Vec& operator+=(Vec b) { return *this = *this + b; }
  HD Vec& operator-=(Vec b) { return *this = *this - b; }
  HD Vec& operator*=(Vec b) { return *this = *this * b; }

  friend HD Mask<T> operator<(Vec a, Vec b) { return {hn::Lt(a.v, b.v)}; }
  friend HD Mask<T> operator>(Vec a, Vec b) { return {hn::Gt(a.v, b.v)}; }
  friend HD Mask<T> operator<=(Vec a, Vec b) { return {hn::Le(a.v, b.v)}; }
  friend HD Mask<T> operator>=(Vec a, Vec b) { return {hn::Ge(a.v, b.v)}; }
  friend HD Mask<T> operator==(Vec a, Vec b) { return {hn::Eq(a.v, b.v)}; }
  friend HD Mask<T> operator!=(Vec a, Vec b) { return {hn::Ne(a.v, b.v)}; }

  friend HD Vec operator^(Vec a, Vec b) { return {hn::Xor(a.v, b.v)}; }
  friend HD Vec operator&(Vec a, Vec b) { return {hn::And(a.v, b.v)}; }
  friend HD Vec operator>>(Vec a, int bits) { return {hn::ShiftRightSame(a.v, bits)}; }

  friend HD Vec fma(Vec a, Vec b, Vec c) { return {hn::MulAdd(a.v, b.v, c.v)}; }
  friend HD Vec sqrt(Vec a) { return {hn::Sqrt(a.v)}; }
  friend HD Vec abs(Vec a) { return {hn::Abs(a.v)}; }
  friend HD Vec rint(Vec a) { return {hn::Round(a.v)}; }
  // As the scalar ones: b where a or b is NaN, which is what x86-64's own instructions give.
  friend HD Vec min(Vec a, Vec b) { return {hn::Min(a.v, b.v)}; }
  friend HD Vec max(Vec a, Vec b) { return {hn::Max(a.v, b.v)}; }
  friend HD Vec pick(Mask<T> c, Vec a, Vec b) { return {hn::IfThenElse(c.m, a.v, b.v)}; }
};

template <class T>
struct ElementOf<Vec<T>> {
  using type = T;
};

/// As the scalar one: the nearest binary16.
HD Vec<float> round_to_half(Vec<float> a) {
  const hn::Rebind<hwy::float16_t, Vec<float>::Tag> narrow;
  return {hn::PromoteTo(Vec<float>::Tag(), hn::DemoteTo(narrow, a.v))};
}

}  // namespace opsin::OPSIN_TARGET

// libmvec's names by the x86 vector ABI: one letter for the instruction set, then lanes. v2 code has SSE (b), v3 AVX2
// (d), v4 AVX-512 (e).
#if HWY_TARGET <= HWY_AVX3
#define OPSIN_MVEC_F(function) _ZGVeN16v_##function##f
#define OPSIN_MVEC_D(function) _ZGVeN8v_##function
#elif HWY_TARGET <= HWY_AVX2
#define OPSIN_MVEC_F(function) _ZGVdN8v_##function##f
#define OPSIN_MVEC_D(function) _ZGVdN4v_##function
#else
#define OPSIN_MVEC_F(function) _ZGVbN4v_##function##f
#define OPSIN_MVEC_D(function) _ZGVbN2v_##function
#endif

#define OPSIN_MVEC(function)                                                                                      \
  extern "C" decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw) OPSIN_MVEC_F(function)(                          \
      decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw)) noexcept;                                              \
  extern "C" decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw) OPSIN_MVEC_D(function)(                         \
      decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw)) noexcept;                                             \
  namespace opsin::OPSIN_TARGET {                                                                                 \
  HD Vec<float> function(Vec<float> a) { return {hn::Vec<Vec<float>::Tag>{OPSIN_MVEC_F(function)(a.v.raw)}}; }    \
  HD Vec<double> function(Vec<double> a) { return {hn::Vec<Vec<double>::Tag>{OPSIN_MVEC_D(function)(a.v.raw)}}; } \
  }

OPSIN_MVEC(exp)
OPSIN_MVEC(cos)
OPSIN_MVEC(acos)
OPSIN_MVEC(atan)
