// SPDX-License-Identifier: Apache-2.0
// Differences of colours in CIE-LAB: CIE 1976, CIE 1994 and CMC l:c.
#include "color/difference.h"
#include "core/target.h"
#include "opsin/color_difference.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

/// 2 (|p| |q| - p . q) of two vectors, which is their squared distance less that of their lengths; both lengths are
/// given. Where the vectors point the same way the difference would be rounding error alone, so it is taken as
/// (p x q)^2 / (|p| |q| + p . q).
template <class V>
HD V squared_hue_difference(V a1, V b1, V a2, V b2, V lengths) {
  const V dot = fma(a1, a2, b1 * b2);
  const V rounded = b1 * a2;
  const V cross = fma(a1, b2, -rounded) + fma(-b1, a2, rounded);
  const V sum = lengths + dot;
  const V zero = number<V>(0);
  const V difference = pick((dot > zero) & (sum > zero), cross * cross / sum, lengths - dot);
  return number<V>(2) * difference;
}

template <class C>
struct Cie76 {
  template <class V>
  HD void operator()(const V (&lab)[6], V (&out)[1]) const {
    out[0] = sqrt(square(lab[3] - lab[0]) + square(lab[4] - lab[1]) + square(lab[5] - lab[2]));
  }
};

template <class C>
struct Ciede94 {
  C kH, kC, kL, k1, k2;

  template <class V>
  HD void operator()(const V (&lab)[6], V (&out)[1]) const {
    const V one = number<V>(1);
    const V c1 = hypot(lab[1], lab[2]), c2 = hypot(lab[4], lab[5]);
    const V hue2 = squared_hue_difference(lab[1], lab[2], lab[4], lab[5], c1 * c2);
    const V sc = one + broadcast<V>(k1) * c1;
    const V sh = one + broadcast<V>(k2) * c1;
    const V l = (lab[0] - lab[3]) / broadcast<V>(kL);
    const V c = (c1 - c2) / (broadcast<V>(kC) * sc);
    out[0] = root_of_positive(l * l + c * c + hue2 / square(broadcast<V>(kH) * sh));
  }
};

template <class C>
struct Cmc {
  C kL, kC;

  template <class V>
  HD void operator()(const V (&lab)[6], V (&out)[1]) const {
    const V one = number<V>(1);
    const V l1 = lab[0], c1 = hypot(lab[1], lab[2]), c2 = hypot(lab[4], lab[5]);
    const V h1 = hue(lab[1], lab[2]);
    const V hue2 = squared_hue_difference(lab[1], lab[2], lab[4], lab[5], c1 * c2);
    const V degrees = h1 * number<V>(180 / std::numbers::pi);
    const auto blue = (degrees >= number<V>(164)) & (degrees <= number<V>(345));
    const V turned = h1 + pick(blue, number<V>(168 * std::numbers::pi / 180), number<V>(35 * std::numbers::pi / 180));
    const V t =
        pick(blue, number<V>(0.56), number<V>(0.36)) + pick(blue, number<V>(0.2), number<V>(0.4)) * abs(cos(turned));
    const V fourth = square(square(c1));
    const V f = sqrt(fourth / (fourth + number<V>(1900)));
    const V sl = pick(l1 < number<V>(16), number<V>(0.511), number<V>(0.040975) * l1 / (one + number<V>(0.01765) * l1));
    const V sc = number<V>(0.638) + number<V>(0.0638) * c1 / (one + number<V>(0.0131) * c1);
    const V sh = sc * (f * t + one - f);
    const V l = (l1 - lab[3]) / (broadcast<V>(kL) * sl);
    const V c = (c1 - c2) / (broadcast<V>(kC) * sc);
    out[0] = root_of_positive(l * l + c * c + hue2 / square(sh));
  }
};

}  // namespace

Array deltaE_cie76(const Array& lab1, const Array& lab2, const opsin::color::DeltaECie76Options& o) {
  return difference("color.deltaE_cie76", lab1, lab2, {o.channel_axis, o.channel_axis},
                    []<class C>(Tag<C>) { return Cie76<C>{}; });
}

Array deltaE_ciede94(const Array& lab1, const Array& lab2, const opsin::color::DeltaECiede94Options& o) {
  return difference("color.deltaE_ciede94", lab1, lab2, {o.channel_axis, o.channel_axis},
                    [&]<class C>(Tag<C>) { return Ciede94<C>{C(o.kH), C(o.kC), C(o.kL), C(o.k1), C(o.k2)}; });
}

Array deltaE_cmc(const Array& lab1, const Array& lab2, const opsin::color::DeltaECmcOptions& o) {
  // NumPy's scalars give way to its float64 constants, its float32 arrays do not.
  return difference(
      "color.deltaE_cmc", lab1, lab2, {o.channel_axis, o.channel_axis},
      [&]<class C>(Tag<C>) { return Cmc<C>{C(o.kL), C(o.kC)}; }, true);
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, deltaE_cie76, Array, const Array&, const Array&, const opsin::color::DeltaECie76Options&)
OPSIN_EXPORT(color, deltaE_ciede94, Array, const Array&, const Array&, const opsin::color::DeltaECiede94Options&)
OPSIN_EXPORT(color, deltaE_cmc, Array, const Array&, const Array&, const opsin::color::DeltaECmcOptions&)
