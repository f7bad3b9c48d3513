// SPDX-License-Identifier: Apache-2.0
// Eigenvalues of a symmetric matrix per element, greatest first, without branches or transcendental functions: the same
// numbers on every target.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

namespace detail {

/// quotient(a, b) of a finite a and a divisor that is NaN or known to have an inverse with all digits: on CUDA half of
/// that one's instructions look at what cannot be here.
template <class V>
HD V plain_quotient(V a, V b) {
#ifdef __CUDA_ARCH__
  if constexpr (std::is_same_v<V, float>) {
    float inverse;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(b));
    const float q = a * inverse;
    return ::fmaf(::fmaf(-q, b, a), inverse, q);
  }
#endif
  return a / b;
}

}  // namespace detail

/// Of [[a, b], [b, d]], with the operations and their order as scikit-image has them.
template <class V>
HD void symmetric_eigenvalues(const V (&m)[3], V (&e)[2]) {
  const V half = broadcast<V>(Element<V>(0.5));
  const V mean = (m[0] + m[2]) * half;
  const V difference = (m[0] - m[2]) * half;
  const V radius = sqrt(m[1] * m[1] + difference * difference);
  e[0] = mean + radius;
  e[1] = mean - radius;
}

/// Of the 3 x 3 matrix with upper triangle 00, 01, 02, 11, 12, 22; the error is a few ulp of its greatest entry.
///
/// The matrix is moved and scaled to B with trace 0 and squared norm 6, whose eigenvalues are 2 cos of three angles.
/// One of them is always apart from the other two by more than 1.7: 2c with 4c^3 - 3c = |det B| / 2, a well conditioned
/// root that Newton's method finds. Its projector is the adjugate of B - 2c I over that matrix's trace. The other two
/// are -c +- h, with h from the norm of B without that part: entries that are small when the two are close, so nothing
/// cancels where the usual arc cosine would lose half of the digits (tubes have two nearly equal eigenvalues).
/// An axis with nothing off the diagonal keeps its exact eigenvalue, zero above all: frangi() divides by small ones.
template <class V>
HD void symmetric_eigenvalues(const V (&m)[6], V (&e)[3]) {
  using C = Element<V>;
  const auto k = [](double x) { return broadcast<V>(static_cast<C>(x)); };
  const V zero = k(0);
  V size = max(abs(m[0]), abs(m[3]));
  for (const int i : {5, 1, 2, 4}) size = max(size, abs(m[i]));
  // Scaled by the greatest entry, so that no square leaves the range. NaN and infinity end as NaN below.
  const V inverse_size = pick(size < k(sizeof(C) == 4 ? 1e-37 : 1e-307), zero, quotient(k(1), size));
  const V a00 = m[0] * inverse_size, a01 = m[1] * inverse_size, a02 = m[2] * inverse_size;
  const V a11 = m[3] * inverse_size, a12 = m[4] * inverse_size, a22 = m[5] * inverse_size;
  const V mean = (a00 + a11 + a22) * k(1.0 / 3);
  const V d0 = a00 - mean, d1 = a11 - mean, d2 = a22 - mean;
  const V diagonal = d0 * d0 + d1 * d1 + d2 * d2;
  const V off = a01 * a01 + a02 * a02 + a12 * a12;
  const V spread = sqrt((diagonal + off + off) * k(1.0 / 6));
  // The root of a number is zero or far from the least ones.
  const V inverse = pick(spread > zero, detail::plain_quotient(k(1), spread), zero);
  const V b00 = d0 * inverse, b11 = d1 * inverse, b22 = d2 * inverse;
  const V b01 = a01 * inverse, b02 = a02 * inverse, b12 = a12 * inverse;
  const V determinant = b00 * (b11 * b22 - b12 * b12) - b01 * (b01 * b22 - b12 * b02) + b02 * (b01 * b12 - b11 * b02);
  const auto negative = determinant < zero;
  const V r = min(abs(determinant) * k(0.5), k(1));
  V c = fma(r, fma(r, k(-0.0326), k(0.1666)), k(0.8660254));
  for (int step = 0; step < (sizeof(C) == 4 ? 2 : 3); ++step) {
    const V cc = c * c;
    c = c - detail::plain_quotient(c * (k(4) * cc - k(3)) - r, k(12) * cc - k(3));
  }
  const V apart = c + c;
  const V half = pick(negative, zero - c, c), root = half + half;
  const V m0 = b00 - root, m1 = b11 - root, m2 = b22 - root;
  const V p00 = m1 * m2 - b12 * b12, p11 = m0 * m2 - b02 * b02, p22 = m0 * m1 - b01 * b01;
  const V p01 = b02 * b12 - b01 * m2, p02 = b01 * b12 - b02 * m1, p12 = b01 * b02 - b12 * m0;
  // The adjugate's trace is the product of two gaps, 12c^2 - 3: six at least.
  const V part = detail::plain_quotient(k(-3) * half, p00 + p11 + p22);
  const V q00 = b00 + half + part * p00, q11 = b11 + half + part * p11, q22 = b22 + half + part * p22;
  const V q01 = b01 + part * p01, q02 = b02 + part * p02, q12 = b12 + part * p12;
  const V h = sqrt((q00 * q00 + q11 * q11 + q22 * q22) * k(0.5) + q01 * q01 + q02 * q02 + q12 * q12);
  const V low = h - c, lowest = zero - c - h;
  const V scale = spread * size, centre = mean * size;
  e[0] = centre + scale * pick(negative, zero - lowest, apart);
  e[1] = centre + scale * pick(negative, zero - low, low);
  e[2] = centre + scale * pick(negative, zero - apart, lowest);
  const auto zero01 = m[1] == zero, zero02 = m[2] == zero, zero12 = m[4] == zero;
  const auto lone0 = zero01 & zero02, lone1 = zero01 & zero12, lone2 = zero02 & zero12;
  if constexpr (std::is_same_v<V, C>) {
    if (!(lone0 | lone1 | lone2)) return;  // Nearly always: a branch is cheaper than what follows.
  }
  const V lone = pick(lone0, m[0], pick(lone1, m[3], m[5]));
  const V block[3] = {pick(lone0, m[3], m[0]), m[1] + m[2] + m[4], pick(lone0 | lone1, m[5], m[3])};
  V pair[2];
  symmetric_eigenvalues(block, pair);
  const auto any = lone0 | lone1 | lone2;
  e[0] = pick(any, max(pair[0], lone), e[0]);
  e[1] = pick(any, max(min(pair[0], lone), pair[1]), e[1]);
  e[2] = pick(any, min(pair[1], lone), e[2]);
}

}  // namespace opsin::OPSIN_TARGET::engine
