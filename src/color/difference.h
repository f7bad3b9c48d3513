// SPDX-License-Identifier: Apache-2.0
// What the differences of colours share.
#pragma once

#include <array>

#include "color/polar.h"

namespace opsin::OPSIN_TARGET::color {

template <class V>
HD V number(double x) {
  return broadcast<V>(static_cast<Element<V>>(x));
}

template <class V>
HD V square(V x) {
  return x * x;
}

template <class V>
HD V root_of_positive(V x) {
  const V zero = number<V>(0);
  return sqrt(pick(x < zero, zero, x));  // NaN stays
}

/// The common shape of both images, whose axes are taken from the last one on as NumPy broadcasts them.
inline Extents broadcast_shape(const Extents& a, const Extents& b) {
  Extents shape;
  const int n = std::max(a.size(), b.size());
  for (int i = 0; i < n; ++i) {
    const int ia = i - (n - a.size()), ib = i - (n - b.size());
    const std::int64_t na = ia < 0 ? 1 : a[ia], nb = ib < 0 ? 1 : b[ib];
    core::check(na == nb || na == 1 || nb == 1, "color.deltaE", "operands could not be broadcast together with shapes ",
                a, " ", b);
    shape.push_back(na == 1 ? nb : na);
  }
  return shape;
}

inline Array broadcast_to(const Array& a, const Extents& shape) {
  Extents strides;
  for (int i = 0; i < shape.size(); ++i) {
    const int own = i - (shape.size() - a.ndim());
    strides.push_back(own < 0 || a.shape(own) == 1 ? 0 : a.strides()[own]);
  }
  return Array::view_of(a.mutable_data(), shape, strides, a.dtype(), a.device(), a.buffer());
}

/// The functor f(Tag<C>) of each pair of pixels, whose channels lie along an axis of the one and one of the other.
/// `wide_scalar`: the difference of two single colours is float64.
template <class F>
Array difference(std::string_view op, const Array& lab1, const Array& lab2, const std::array<int, 2>& channel_axis,
                 const F& f, bool wide_scalar = false) {
  DType dtype = std::max(float_result(lab1.dtype()), float_result(lab2.dtype()));
  std::array<Array, 6> channels;
  for (unsigned image = 0; image < 2; ++image) {
    const Array& lab = image == 0 ? lab1 : lab2;
    const int axis = core::normalize_axis(op, channel_axis[image], lab.ndim());
    core::check_plain(lab.shape(axis) >= 3, "Input image has less than 3 channels.");
    for (unsigned k = 0; k < 3; ++k) channels[3 * image + k] = opsin::color::channel(lab, axis, k);
  }
  const Extents shape = broadcast_shape(channels[0].shape(), channels[3].shape());
  for (Array& c : channels) c = broadcast_to(c, shape);
  if (wide_scalar && shape.empty()) dtype = DType::float64;
  const Array out = core::empty_result(shape, dtype, lab1.device());
  with_real(dtype, [&]<class C>(Tag<C> tag) { engine::pointwise<C, 6, 1>({out}, channels, f(tag)); });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::color
