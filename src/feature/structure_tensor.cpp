// SPDX-License-Identifier: Apache-2.0
// Two axes: one bank makes both Sobel derivatives, a second smooths their three products, which it forms on load.
// Memory: the results and two images. More axes: derivatives first, then a product at a time; the results and ndim + 2
// images.
#include "core/memory.h"
#include "core/target.h"
#include "engine/smooth.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using engine::AxisFilter;
using engine::Bank;
using engine::Filter;
using engine::Plane;
using opsin::engine::Taps;

struct Plan {
  std::vector<Taps> window;  // per axis
  Border mode;
  double cval;
  bool reversed;
};

Taps difference() { return opsin::engine::correlation_taps({-1, 0, 1}); }
Taps binomial() { return opsin::engine::correlation_taps({1, 2, 1}); }

template <class C>
void in_the_plane(const std::vector<Array>& out, const Array& image, const Scaling& scaling, const Plan& plan) {
  const engine::Geometry g = engine::geometry_at(image.shape(), 0);
  const engine::Borders borders{plan.mode, plan.mode, plan.cval};
  const Array rows = Array::empty(image.shape(), dtype_of<C>, image.device());
  const Array columns = Array::empty(image.shape(), dtype_of<C>, image.device());
  engine::run_bank<C, 2, 2>(Bank<2, 2>{g,
                                       {engine::plane_of(image, scaling)},
                                       {Filter{0, difference(), binomial()}, Filter{0, binomial(), difference()}},
                                       borders,
                                       {engine::plane_of(rows), engine::plane_of(columns)}},
                            engine::PassThrough{});
  const auto product = [](const Array& a, const Array& b) {
    Plane p = engine::plane_of(a);
    p.times = b.data();
    return p;
  };
  const Taps& y = plan.window[0];
  const Taps& x = plan.window[1];
  const Array& first = plan.reversed ? columns : rows;
  const Array& second = plan.reversed ? rows : columns;
  engine::run_bank<C, 3, 3>(Bank<3, 3>{g,
                                       {product(first, first), product(first, second), product(second, second)},
                                       {Filter{0, y, x}, Filter{1, y, x}, Filter{2, y, x}},
                                       borders,
                                       {engine::plane_of(out[0]), engine::plane_of(out[1]), engine::plane_of(out[2])}},
                            engine::PassThrough{});
}

template <class C>
void axis_by_axis(const std::vector<Array>& out, const Array& image, const Scaling& scaling, const Plan& plan) {
  const int ndim = image.ndim();
  std::vector<Array> derivatives;
  for (int i = 0; i < ndim; ++i) {
    // SciPy's order: the difference first, then the smoothing axes.
    std::vector<AxisFilter> filters{{i, difference(), plan.mode}};
    for (int j = 0; j < ndim; ++j) {
      if (j != i) filters.push_back({j, binomial(), plan.mode});
    }
    derivatives.push_back(Array::empty(image.shape(), dtype_of<C>, image.device()));
    engine::separable<C>(derivatives.back(), image, scaling, filters, plan.cval);
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

std::vector<Array> structure_tensor(const Array& given, const opsin::feature::StructureTensorOptions& o) {
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
  const Array image = given.contiguous().reshape(shape);
  Plan plan{{}, o.mode, o.cval, xy};
  std::vector<double> sigma = o.sigma;
  if (sigma.size() == 1) sigma.assign(static_cast<std::size_t>(ndim), sigma[0]);
  for (const double s : sigma) core::check_plain(!(s < 0), "Sigma values less than zero are not valid");
  core::check_plain<RuntimeError>(sigma.size() == static_cast<std::size_t>(ndim),
                                  "sequence argument must have length equal to input rank");
  for (const double s : sigma) plan.window.push_back(s > 1e-15 ? opsin::engine::gaussian_taps(s, 0, 4) : Taps{});
  const DType dtype = float_result(image.dtype());
  const Scaling scaling = scaling_to_unit(image.dtype());
  std::vector<Array> out;
  for (int i = 0; i < ndim * (ndim + 1) / 2; ++i) out.push_back(core::empty_result(shape, dtype, image.device()));
  // With a constant border that is not zero the order of the axes shows in the derivative along columns.
  const bool ordered = o.mode == Border::constant && o.cval != 0;
  with_real(dtype, [&]<class C>(Tag<C>) {
    if (ndim == 2 && !ordered) {
      in_the_plane<C>(out, image, scaling, plan);
    } else {
      axis_by_axis<C>(out, image, scaling, plan);
    }
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, structure_tensor, std::vector<Array>, const Array&, const opsin::feature::StructureTensorOptions&)
