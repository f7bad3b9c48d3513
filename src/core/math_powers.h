// SPDX-License-Identifier: Apache-2.0
// Logarithms, angles, and the fractional powers that colour spaces are made of. Beside core/math.h, so that only what
// needs them compiles them.
#pragma once

#include <bit>

#include "core/math_log.h"

namespace opsin::OPSIN_TARGET {

HD float sin(float a) { return ::sinf(a); }
HD double sin(double a) { return ::sin(a); }
HD float atan2(float y, float x) { return ::atan2f(y, x); }
HD double atan2(double y, double x) { return ::atan2(y, x); }
HD float floor(float a) { return ::floorf(a); }
HD double floor(double a) { return ::floor(a); }

namespace detail {

/// The bits of a positive number, read as an integer, are nearly its logarithm: x^(-1/Root) within 4 %.
template <int Root, class C>
constexpr C seed_scale = C(-1) / Root;
/// (1 + 1/Root) times the bits of 1, less the mean error of that logarithm.
template <int Root>
constexpr float seed_offset_float = (1 + 1.0f / Root) * (127.0f - 0.0450466f) * 8388608.0f;
/// The same for the upper half of a double's bits.
template <int Root>
constexpr double seed_offset_double = (1 + 1.0 / Root) * (1023.0 - 0.0450466) * 1048576.0;

template <int Root>
HD float inverse_root_seed(float x) {
#ifdef __CUDA_ARCH__
  float log2, root;
  asm("lg2.approx.f32 %0, %1;" : "=f"(log2) : "f"(x));
  asm("ex2.approx.f32 %0, %1;" : "=f"(root) : "f"(log2 * seed_scale<Root, float>));
  return root;
#else
  const auto bits = static_cast<float>(std::bit_cast<std::int32_t>(x));
  return std::bit_cast<float>(static_cast<std::int32_t>(bits * seed_scale<Root, float> + seed_offset_float<Root>));
#endif
}

template <int Root>
HD double inverse_root_seed(double x) {
#ifdef __CUDA_ARCH__
  const int bits = __double2hiint(x);
  return __hiloint2double(static_cast<int>(bits * seed_scale<Root, double> + seed_offset_double<Root>), 0);
#else
  const auto bits = static_cast<double>(std::bit_cast<std::int64_t>(x) >> 32);
  const auto root = static_cast<std::int64_t>(bits * seed_scale<Root, double> + seed_offset_double<Root>);
  return std::bit_cast<double>(root << 32);
#endif
}

}  // namespace detail

#ifndef OPSIN_TARGET_CUDA

HD Vec<float> floor(Vec<float> a) { return {hn::Floor(a.v)}; }
HD Vec<double> floor(Vec<double> a) { return {hn::Floor(a.v)}; }

namespace detail {

template <int Root>
HD Vec<float> inverse_root_seed(Vec<float> x) {
  using V = Vec<float>;
  const V::Tag d;
  const hn::RebindToSigned<V::Tag> integers;
  const V bits = {hn::ConvertTo(d, hn::BitCast(integers, x.v))};
  const V root = fma(bits, V(seed_scale<Root, float>), V(seed_offset_float<Root>));
  return {hn::BitCast(d, hn::ConvertTo(integers, root.v))};
}

template <int Root>
HD Vec<double> inverse_root_seed(Vec<double> x) {
  using V = Vec<double>;
  const hn::RebindToUnsigned<V::Tag> words;
  // AVX2 has no conversions of 64-bit integers; below 2^52 they are the last bits of a double that starts at 2^52.
  const V start(0x1p+52);
  const auto upper = hn::ShiftRight<32>(hn::BitCast(words, x.v));
  const V bits = V(hn::BitCast(V::Tag(), hn::Or(upper, hn::BitCast(words, start.v)))) - start;
  const V root = fma(bits, V(seed_scale<Root, double>), V(seed_offset_double<Root>)) + start;
  return {hn::BitCast(V::Tag(), hn::ShiftLeft<32>(hn::BitCast(words, root.v)))};
}

}  // namespace detail

#endif

namespace detail {

/// Steps from the seed to full precision: two of fourth order for double, one for float, none where the seed comes
/// from the GPU's own logarithm.
template <class C>
#ifdef __CUDA_ARCH__
constexpr int wide_steps = sizeof(C) == 8 ? 2 : 0;
#else
constexpr int wide_steps = sizeof(C) == 8 ? 2 : 1;
#endif

template <int N, class V>
HD V power(V x) {
  if constexpr (N == 1) {
    return x;
  } else if constexpr (N % 2 == 0) {
    const V half = power<N / 2>(x);
    return half * half;
  } else {
    return power<N - 1>(x) * x;
  }
}

/// q = x^(-1/(Root * Inner)) for normal positive x, given s = x^(1/Inner). With f = q^Root * s - 1 the root is
/// q * (1 + f)^(-1/Root), of which the series is taken.
template <int Root, int Inner, class V>
HD V inverse_root(V x, V s) {
  using C = Element<V>;
  constexpr C r = C(1) / Root;
  constexpr C second = r * (1 + r) / 2;
  constexpr C third = second * (2 + r) / 3;
  V q = inverse_root_seed<Root * Inner>(x);
  for (int step = 0; step < wide_steps<C>; ++step) {
    const V f = fma(power<Root>(q), s, broadcast<V>(C(-1)));
    const V series = fma(f, fma(f, broadcast<V>(-third), broadcast<V>(second)), broadcast<V>(-r));
    q = fma(q * f, series, q);
  }
  const V f = fma(power<Root>(q), s, broadcast<V>(C(-1)));
  return fma(q * f, broadcast<V>(-r), q);
}

/// y where x is finite; infinity and NaN as they are.
template <class V>
HD V finite_or(V x, V y) {
  return pick(abs(x) < broadcast<V>(static_cast<Element<V>>(HUGE_VAL)), y, x);
}

}  // namespace detail

/// x^2.4 for normal x > 0, infinity and NaN, within 3 ulp: x * x * x^(1/2) * x^(-1/10).
template <class V>
HD V power_2_4(V x) {
  const V root = sqrt(x);
  const V y = (x * root) * (x * detail::inverse_root<5, 2>(x, root));
  return detail::finite_or(x, y);
}

/// x^(1/2.4) for normal x > 0, infinity and NaN, within 2 ulp: x^(1/2) * x^(-1/12).
template <class V>
HD V root_2_4(V x) {
  const V root = sqrt(x);
  return detail::finite_or(x, root * detail::inverse_root<6, 2>(x, root));
}

/// x^(1/3) for normal x > 0, infinity and NaN, within 1 ulp.
template <class V>
HD V cube_root(V x) {
  using C = Element<V>;
  const V q = detail::inverse_root<3, 1>(x, x);
  const V y = q * q * x;
  return detail::finite_or(x, fma(fma(-(y * y), y, x) * (q * q), broadcast<V>(C(1.0 / 3)), y));
}

/// sqrt(x^2 + y^2) within 1 ulp, however large or small they are; infinity where either is infinite.
template <class V>
HD V hypot(V x, V y) {
  using C = Element<V>;
  constexpr C big = sizeof(C) == 4 ? C(0x1p+62) : C(0x1p+500);
  constexpr C small = 1 / big;
  const V a = abs(x), b = abs(y);
  const V top = max(a, b);
  // A power of two brings them where squares neither overflow nor vanish.
  const V one = broadcast<V>(C(1));
  const V scale =
      pick(top > broadcast<V>(big), broadcast<V>(small), pick(top < broadcast<V>(small), broadcast<V>(big), one));
  const V undo =
      pick(top > broadcast<V>(big), broadcast<V>(big), pick(top < broadcast<V>(small), broadcast<V>(small), one));
  const V c = a * scale, d = b * scale;
  const V infinite = broadcast<V>(static_cast<C>(HUGE_VAL));
  return pick((a == infinite) | (b == infinite), infinite, sqrt(fma(c, c, d * d)) * undo);
}

}  // namespace opsin::OPSIN_TARGET

#ifndef OPSIN_TARGET_CUDA

OPSIN_MVEC(sin)
OPSIN_MVEC2(atan2)

#endif
