// SPDX-License-Identifier: Apache-2.0
// Thresholds from the mean and the deviation of the window about each pixel: what niblack and sauvola share.
#pragma once

#include "core/memory.h"
#include "engine/box.h"
#include "engine/pointwise.h"
#include "engine/window_moments.h"
#include "opsin/filters_threshold_local.h"

namespace opsin::OPSIN_TARGET::filters {

/// Rounding may make a variance negative; NaN stays.
template <class V>
HD V deviation(V mean, V mean_square) {
  const V zero = broadcast<V>(Element<V>(0));
  const V variance = mean_square - mean * mean;
  return sqrt(pick(variance < zero, zero, variance));
}

struct Square {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] * in[0];
  }
};

template <class F>
struct OfMeans {
  F f;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = f(in[0], in[1]);
  }
};

/// Means of windows, into `to`; the image itself where windows are of one element.
template <class C>
Array window_means(const Array& to, const Array& image, const std::vector<std::int64_t>& sizes) {
  std::vector<engine::BoxPass> passes;
  for (int axis = 0; axis < image.ndim(); ++axis) {
    const std::int64_t size = sizes[static_cast<std::size_t>(axis)];
    if (size > 1) passes.push_back({axis, size, -(size / 2), Border::mirror});
  }
  if (passes.empty()) return image;
  engine::boxes<double>(to, image, passes, dtype_of<C>, 0);
  return to;
}

/// out = f(mean, mean of the squares) over windows. Memory: the result and three images.
template <class C, class F>
void threshold_windows(const Array& out, const Array& image, const std::vector<std::int64_t>& sizes, const F& f) {
  if (out.size() == 0) return;
  if (image.ndim() <= 2 && image.ndim() > 0) {
    const bool plane = image.ndim() == 2;
    const Extents shape = plane ? image.shape() : Extents{1, image.shape(0)};
    if (engine::window_moments<C>(out.reshape(shape), image.reshape(shape), plane ? sizes[0] : 1, sizes.back(), f)) {
      return;
    }
  }
  const Array means = window_means<C>(out, image, sizes);
  const Array squares = Array::empty(image.shape(), dtype_of<C>, image.device());
  engine::pointwise<C, 1, 1>({squares}, {image}, Square{});
  const Array mean_squares = window_means<C>(Array::empty(image.shape(), dtype_of<C>, image.device()), squares, sizes);
  engine::pointwise<C, 2, 1>({out}, {means, mean_squares}, OfMeans<F>{f});
}

/// One size for each axis.
inline std::vector<std::int64_t> sizes_of(const Array& image, const std::vector<std::int64_t>& given) {
  std::vector<std::int64_t> sizes = given;
  const auto ndim = static_cast<std::size_t>(image.ndim());
  core::check_plain<TypeError>(ndim > 0, "the image has no axes");
  if (sizes.size() == 1) sizes.resize(ndim, given[0]);
  std::string text;
  for (const std::int64_t s : sizes) text += (text.empty() ? "" : ", ") + std::to_string(s);
  for (const std::int64_t s : sizes) {
    core::check_plain(s % 2 != 0,
                      "Window size for `threshold_sauvola` or `threshold_niblack` must not be even on any "
                      "dimension. Got (",
                      text, ")");
    core::check_plain(s > 0, "index can't contain negative values");
  }
  core::check_plain(sizes.size() == ndim, "window_size has ", sizes.size(), " values for an image of ", ndim, " axes");
  core::check_plain(image.size() > 0, "can't extend empty axis 0 using modes other than 'constant' or 'empty'");
  return sizes;
}

}  // namespace opsin::OPSIN_TARGET::filters
