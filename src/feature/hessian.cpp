// SPDX-License-Identifier: Apache-2.0
#include "engine/hessian.h"
#include "core/memory.h"
#include "core/target.h"
#include "feature/differences.h"
#include "opsin/feature.h"
#include "opsin/filters.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using opsin::feature::AxisOrder;
using opsin::feature::HessianMatrixOptions;

/// Pairs of axes of the upper triangle, in the order of the elements.
std::vector<std::pair<int, int>> pairs(int ndim, AxisOrder order) {
  std::vector<std::pair<int, int>> all;
  const auto axis = [&](int i) { return order == AxisOrder::xy ? ndim - 1 - i : i; };
  for (int i = 0; i < ndim; ++i) {
    for (int j = i; j < ndim; ++j) all.emplace_back(axis(i), axis(j));
  }
  return all;
}

template <int N, std::size_t O>
void in_one_pass(const engine::HessianPlan& plan, const std::vector<Array>& gradients, const std::vector<Array>& out) {
  std::array<Array, O> to;
  std::copy(out.begin(), out.end(), to.begin());
  with_real(out[0].dtype(),
            [&]<class C>(Tag<C>) { engine::hessian_pass<N, C, O>(plan, gradients, to, engine::PassThrough{}); });
}

void by_derivatives(const std::vector<Array>& out, const Array& image, const HessianMatrixOptions& o, DType dtype) {
  const int ndim = image.ndim();
  const auto plan = engine::hessian_plan(ndim, o.sigma, o.mode, o.cval, dtype);
  if (out.empty() || image.size() == 0) return;
  const auto gradients = engine::gaussian_gradients(plan, image.contiguous(), scaling_to_unit(image.dtype()), dtype);
  if (ndim == 2 && o.order == AxisOrder::rc) {
    in_one_pass<2, 3>(plan, gradients, out);
  } else if (ndim == 3) {
    in_one_pass<3, 6>(plan, gradients, out);
  } else {
    std::size_t i = 0;
    for (const auto& [first, second] : pairs(ndim, o.order)) {
      engine::second_derivative(plan, out[i++], gradients[static_cast<std::size_t>(first)], second);
    }
  }
}

}  // namespace

std::vector<Array> hessian_matrix(const Array& image, const HessianMatrixOptions& o) {
  core::check_plain(!is_complex(image.dtype()), "Cannot convert from ", image.dtype(), " to float64.");
  const DType dtype = float_result(image.dtype());
  core::check_plain(image.ndim() <= 2 || o.order == AxisOrder::rc, "order='xy' is only supported for 2D images.");
  Array smooth;
  if (!o.use_gaussian_derivatives) {
    smooth = opsin::filters::gaussian(image, {.sigma = o.sigma, .mode = o.mode, .cval = o.cval});
    check_differences(image.shape());
  }
  std::vector<Array> out;
  const auto all = pairs(image.ndim(), o.order);
  for (std::size_t i = 0; i < all.size(); ++i) {
    out.push_back(core::empty_result(image.shape(), dtype, image.device()));
    if (!o.use_gaussian_derivatives) second_difference(out[i], smooth, all[i].first, all[i].second);
  }
  if (o.use_gaussian_derivatives) by_derivatives(out, image, o, dtype);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, hessian_matrix, std::vector<Array>, const Array&, const opsin::feature::HessianMatrixOptions&)
