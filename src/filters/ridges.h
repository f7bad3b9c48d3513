// SPDX-License-Identifier: Apache-2.0
// What the ridge filters share: preparing the image and the loop over sigmas.
#pragma once

#include <string_view>
#include <vector>

#include "core/memory.h"
#include "engine/eigen.h"
#include "engine/hessian.h"
#include "opsin/filters_ridges.h"

namespace opsin::OPSIN_TARGET::filters {

/// Throws ValueError unless the image has two or three axes and at least one element.
inline void check_ridge_image(const Array& image) {
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2 || image.ndim() == 3, "The parameter `image` must be a 2-or-3-dimensional array");
}

/// Bright ridges are dark ones of the negative image. What lies beyond the edges (cval) keeps its sign, as in
/// scikit-image.
inline Scaling ridge_scaling(bool black_ridges) { return {black_ridges ? 1.0 : -1.0, false}; }

/// Eigenvalues per element from the elements of the Hessian.
template <int N>
inline constexpr int hessian_elements = N * (N + 1) / 2;

/// Calls f(std::integral_constant<int, N>, Tag<C>) for an image of two or three axes.
template <class F>
void with_axes_and_real(int ndim, DType dtype, F&& f) {
  with_real(dtype, [&]<class C>(Tag<C> tag) {
    if (ndim == 2) {
      f(std::integral_constant<int, 2>{}, tag);
    } else {
      f(std::integral_constant<int, 3>{}, tag);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::filters
