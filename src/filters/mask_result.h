// SPDX-License-Identifier: Apache-2.0
// The mask argument of the edge filters.
#pragma once

#include <cmath>
#include <optional>

#include "core/check.h"
#include "engine/pointwise.h"
#include "engine/smooth.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// The product with 0 or 1, as scikit-image has it: NaN and infinity stay NaN where the mask is 0.
struct Masked {
  double whole;  // the sum over a window that is all set
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    using C = Element<V>;
    out[0] = in[0] * pick(in[1] == broadcast<V>(static_cast<C>(whole)), broadcast<V>(C(1)), broadcast<V>(C(0)));
  }
};

/// `a` seen with another shape, by NumPy's rules; false when it does not fit.
inline bool broadcast_view(Array& a, const Extents& shape) {
  if (a.ndim() > shape.size()) return false;
  Extents strides;
  for (int i = 0; i < shape.size(); ++i) {
    const int d = i - (shape.size() - a.ndim());
    if (d < 0) {
      strides.push_back(0);
      continue;
    }
    if (a.shape(d) != shape[i] && a.shape(d) != 1) return false;
    strides.push_back(a.shape(d) == shape[i] ? a.strides()[d] : 0);
  }
  a = Array::view_of(a.mutable_data(), shape, strides, a.dtype(), a.device(), a.buffer(), a.readonly());
  return true;
}

/// result *= mask, eroded by one element along all axes, with nothing set beyond its edges.
inline void mask_result(const Array& result, const std::optional<Array>& mask) {
  if (!mask) return;
  core::check(mask->device() == result.device(), "mask", "must lie on ", result.device(), ", not on ", mask->device());
  core::check_plain<TypeError>(!is_complex(mask->dtype()), "Complex type not supported");
  // Erosion is where the sum over the window of 3 along each axis is whole.
  const Array set = mask->astype(DType::boolean);
  Array sums = Array::empty(set.shape(), DType::float32, set.device());
  std::vector<engine::AxisFilter> axes;
  for (int i = 0; i < set.ndim(); ++i) {
    axes.push_back({i, opsin::engine::correlation_taps({1, 1, 1}), Border::constant});
  }
  engine::separable<float>(sums, set, {}, axes, 0);
  const double whole = std::pow(3.0, set.ndim());
  core::check_plain(broadcast_view(sums, result.shape()), "operands could not be broadcast together with shapes ",
                    result.shape(), " ", mask->shape());
  with_real(result.dtype(), [&]<class C>(Tag<C>) {
    engine::pointwise<C, 2, 1>({result}, {result, sums}, Masked{whole});
  });
}

}  // namespace
}  // namespace opsin::OPSIN_TARGET::filters
