// SPDX-License-Identifier: Apache-2.0
// Two axes: see tensor_plan.h. More axes: derivatives first, then a product at a time; the results and ndim + 2 images.
#include "core/target.h"
#include "feature/tensor_plan.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using engine::AxisFilter;
using opsin::engine::Taps;

template <class C>
void axis_by_axis(const std::vector<Array>& out, const TensorPlan& plan) {
  const Array& image = plan.image;
  const int ndim = image.ndim();
  std::vector<Array> derivatives;
  for (int i = 0; i < ndim; ++i) {
    // SciPy's order: the difference first, then the smoothing axes.
    std::vector<AxisFilter> filters{{i, sobel_difference(), plan.mode}};
    for (int j = 0; j < ndim; ++j) {
      if (j != i) filters.push_back({j, sobel_smoothing(), plan.mode});
    }
    derivatives.push_back(Array::empty(image.shape(), dtype_of<C>, image.device()));
    engine::separable<C>(derivatives.back(), image, plan.scaling, filters, plan.cval);
  }
  if (plan.reversed) std::reverse(derivatives.begin(), derivatives.end());
  std::vector<AxisFilter> window;
  for (int i = 0; i < ndim; ++i) {
    const Taps& taps = plan.window[static_cast<std::size_t>(i)];
    if (!taps.identity()) window.push_back({i, taps, plan.mode});
  }
  std::size_t k = 0;
  for (std::size_t i = 0; i < derivatives.size(); ++i) {
    for (std::size_t j = i; j < derivatives.size(); ++j) {
      engine::separable<C>(out[k++], derivatives[i], {}, window, plan.cval, derivatives[j].data());
    }
  }
}

}  // namespace

TensorPlan tensor_plan(const Array& given, const opsin::feature::StructureTensorOptions& o) {
  const bool xy = o.order == opsin::feature::AxisOrder::xy;
  core::check_plain(!xy || given.ndim() <= 2, "Only \"rc\" order is supported for dim > 2.");
  core::check_plain(o.sigma.size() == 1 || o.sigma.size() == static_cast<std::size_t>(given.ndim()),
                    "sigma must have as many elements as image has axes");
  Extents shape;
  for (const std::int64_t n : given.shape()) {
    if (n != 1) shape.push_back(n);
  }
  core::check_plain(given.size() > 0, "The parameter `image` cannot be an empty array");
  const int ndim = shape.size();
  core::check_plain(ndim >= 2 && ndim <= 5, "The parameter `image` must be a 2-or-3-or-4-or-5-dimensional array");
  core::check_plain(!is_complex(given.dtype()), "Cannot convert from ", given.dtype(), " to float64.");
  std::vector<double> sigma = o.sigma;
  if (sigma.size() == 1) sigma.assign(static_cast<std::size_t>(ndim), sigma[0]);
  for (const double s : sigma) core::check_plain(!(s < 0), "Sigma values less than zero are not valid");
  core::check_plain<RuntimeError>(sigma.size() == static_cast<std::size_t>(ndim),
                                  "sequence argument must have length equal to input rank");
  TensorPlan plan{given.contiguous().reshape(shape),
                  float_result(given.dtype()),
                  scaling_to_unit(given.dtype()),
                  {},
                  o.mode,
                  o.cval,
                  xy};
  for (const double s : sigma) plan.window.push_back(s > 1e-15 ? opsin::engine::gaussian_taps(s, 0, 4) : Taps{});
  return plan;
}

std::vector<Array> structure_tensor(const Array& image, const opsin::feature::StructureTensorOptions& o) {
  const TensorPlan plan = tensor_plan(image, o);
  const Extents& shape = plan.image.shape();
  const int ndim = shape.size();
  std::vector<Array> out;
  for (int i = 0; i < ndim * (ndim + 1) / 2; ++i) out.push_back(core::empty_result(shape, plan.dtype, image.device()));
  // With a constant border that is not zero the order of the axes shows in the derivative along columns.
  const bool ordered = o.mode == Border::constant && o.cval != 0;
  with_real(plan.dtype, [&]<class C>(Tag<C>) {
    if (ndim == 2 && !ordered) {
      plane_tensor<C>({out[0], out[1], out[2]}, plan, engine::PassThrough{});
    } else {
      axis_by_axis<C>(out, plan);
    }
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, structure_tensor, std::vector<Array>, const Array&, const opsin::feature::StructureTensorOptions&)
