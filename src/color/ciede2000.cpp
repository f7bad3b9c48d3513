// SPDX-License-Identifier: Apache-2.0
// The difference CIEDE2000 of colours in CIE-LAB: G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 color-difference
// formula", Color Res. Appl. 30, 2005.
#include "color/difference.h"
#include "core/target.h"
#include "opsin/color_difference.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double degree = pi / 180;

/// sqrt(c^7 / (c^7 + 25^7))
template <class V>
HD V share_of_chroma(V c) {
  const V square_of_c = square(c);
  const V c7 = square(square_of_c) * square_of_c * c;
  return sqrt(c7 / (c7 + number<V>(6103515625.0)));
}

template <class C>
struct Ciede2000 {
  C kL, kC, kH;

  template <class V>
  HD void operator()(const V (&lab)[6], V (&out)[1]) const {
    const V zero = number<V>(0), one = number<V>(1), half = number<V>(0.5);
    const V l1 = lab[0], b1 = lab[2], l2 = lab[3], b2 = lab[5];
    // Neutral colours have too much chroma in CIE-LAB; a is stretched there.
    const V mean_before = half * (hypot(lab[1], b1) + hypot(lab[4], b2));
    const V stretch = one + half * (one - share_of_chroma(mean_before));
    const V a1 = lab[1] * stretch, a2 = lab[4] * stretch;
    const V c1 = hypot(a1, b1), c2 = hypot(a2, b2);
    const V h1 = hue(a1, b1), h2 = hue(a2, b2);

    const V l50 = square(half * (l1 + l2) - number<V>(50));
    const V sl = one + number<V>(0.015) * l50 / sqrt(number<V>(20) + l50);
    const V l_term = (l2 - l1) / (broadcast<V>(kL) * sl);
    const V mean = half * (c1 + c2);
    const V c_term = (c2 - c1) / (broadcast<V>(kC) * (one + number<V>(0.045) * mean));

    const V both = c1 * c2;
    const auto no_hue = both == zero;
    const V turn = number<V>(2 * pi), half_turn = number<V>(pi);
    const V apart = h2 - h1, sum = h1 + h2;
    const V nearer = pick(apart > half_turn, apart - turn, pick(apart < -half_turn, apart + turn, apart));
    const V dh = number<V>(2) * sqrt(both) * sin(pick(no_hue, zero, nearer) * half);
    const V across = pick(abs(apart) > half_turn, pick(sum < turn, sum + turn, sum - turn), sum);
    const V h = pick(no_hue, sum, across * half);
    const V t = one - number<V>(0.17) * cos(h - number<V>(30 * degree)) + number<V>(0.24) * cos(number<V>(2) * h) +
                number<V>(0.32) * cos(number<V>(3) * h + number<V>(6 * degree)) -
                number<V>(0.20) * cos(number<V>(4) * h - number<V>(63 * degree));
    const V h_term = dh / (broadcast<V>(kH) * (one + number<V>(0.015) * mean * t));

    // Blue: the ellipses of equal difference are tilted.
    const V blue = (h * number<V>(1 / degree) - number<V>(275)) * number<V>(1.0 / 25);
    const V tilt = number<V>(60 * degree) * exp(-square(blue));
    const V rotated = -sin(tilt) * number<V>(2) * share_of_chroma(mean) * c_term * h_term;
    out[0] = root_of_positive(square(l_term) + square(c_term) + square(h_term) + rotated);
  }
};

}  // namespace

Array deltaE_ciede2000(const Array& lab1, const Array& lab2, const opsin::color::DeltaECiede2000Options& o) {
  core::check<IndexError>(lab1.ndim() > 0, "color.deltaE_ciede2000", "a 0-d array has no channels");
  // scikit-image takes the axis modulo the axes of the first image, for both.
  const int axis = (o.channel_axis % lab1.ndim() + lab1.ndim()) % lab1.ndim();
  return difference("color.deltaE_ciede2000", lab1, lab2, {axis, axis},
                    [&]<class C>(Tag<C>) { return Ciede2000<C>{C(o.kL), C(o.kC), C(o.kH)}; });
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, deltaE_ciede2000, Array, const Array&, const Array&, const opsin::color::DeltaECiede2000Options&)
