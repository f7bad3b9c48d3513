// SPDX-License-Identifier: Apache-2.0
#include "engine/hessian.h"

#include <algorithm>

#include "core/target.h"

namespace opsin::OPSIN_TARGET::engine {

using opsin::engine::gaussian_taps;
using opsin::engine::trimmed;

HessianPlan hessian_plan(int ndim, const std::vector<double>& sigma, Border mode, double cval, DType dtype) {
  std::vector<double> all = sigma;
  if (all.size() == 1) all.assign(static_cast<std::size_t>(ndim), sigma[0]);
  // Small kernels are cut far out: their derivative decays slowly where it is sampled too coarsely.
  const bool large = std::all_of(all.begin(), all.end(), [](double s) { return s > 1; });
  core::check_plain<RuntimeError>(all.size() == static_cast<std::size_t>(ndim),
                                  "sequence argument must have length equal to input rank");
  const double least = std::ldexp(1.0, dtype == DType::float32 ? -26 : -55);
  HessianPlan plan{{}, {}, {mode, mode, cval}};
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    const double scaled = 1 / std::sqrt(2.0) * all[axis];
    if (axis > 0 && all[axis] == all[axis - 1]) {
      plan.smooth.push_back(plan.smooth.back());
      plan.derive.push_back(plan.derive.back());
    } else if (scaled > 1e-15) {
      plan.smooth.push_back(trimmed(gaussian_taps(scaled, 0, large ? 8 : 100), least));
      plan.derive.push_back(trimmed(gaussian_taps(scaled, 1, large ? 8 : 100), least));
    } else {
      plan.smooth.emplace_back();
      plan.derive.emplace_back();
    }
  }
  return plan;
}

namespace {

/// Filters along every axis; `axis` gets the derivative.
template <class C>
void differentiate(const HessianPlan& plan, const Array& out, const Array& image, const Scaling& scaling, int axis) {
  std::vector<AxisFilter> filters;
  for (int i = 0; i < image.ndim(); ++i) {
    const auto n = static_cast<std::size_t>(i);
    const Taps& taps = i == axis ? plan.derive[n] : plan.smooth[n];
    if (!taps.identity()) filters.push_back({i, taps, plan.borders.y});
  }
  separable<C>(out, image, scaling, filters, plan.borders.cval);
}

template <class C>
void gradients_2d(const HessianPlan& p, const std::vector<Array>& to, const Plane& from, const Extents& shape) {
  run_bank<C, 2, 2>(Bank<2, 2>{geometry_at(shape, 0),
                               {from},
                               {Filter{0, p.derive[0], p.smooth[1]}, Filter{0, p.smooth[0], p.derive[1]}},
                               p.borders,
                               {plane_of(to[0]), plane_of(to[1])}},
                    PassThrough{});
}

/// The z derivative and the smoothed image lie in slabs of z, between the image and the pass in the plane.
template <class C>
void gradients_3d(const HessianPlan& p, const std::vector<Array>& to, const Plane& from, const Extents& shape,
                  const Array& slab) {
  const std::int64_t step = slab.shape(1);
  const std::int64_t bytes = shape[1] * shape[2] * static_cast<std::int64_t>(sizeof(C));
  const Plane between[2] = {plane_of(slab.slice(0, 0, 1)), plane_of(slab.slice(0, 1, 1))};
  for (std::int64_t z = 0; z < shape[0]; z += step) {
    const std::int64_t n = std::min(step, shape[0] - z);
    run_bank<C, 2, 2>(Bank<2, 2>{geometry_at(shape, 0, true),
                                 {from},
                                 {Filter{0, p.derive[0], {}}, Filter{0, p.smooth[0], {}}},
                                 p.borders,
                                 {between[0], between[1]},
                                 z,
                                 n},
                      PassThrough{});
    Plane part[3];
    for (int i = 0; i < 3; ++i) {
      part[i] = plane_of(to[static_cast<std::size_t>(i)]);
      part[i].data = static_cast<std::byte*>(part[i].data) + z * bytes;
    }
    run_bank<C, 3, 3>(Bank<3, 3>{{n, shape[1], shape[2], 1},
                                 {between[0], between[1]},
                                 {Filter{0, p.smooth[1], p.smooth[2]}, Filter{1, p.derive[1], p.smooth[2]},
                                  Filter{1, p.smooth[1], p.derive[2]}},
                                 p.borders,
                                 {part[0], part[1], part[2]}},
                      PassThrough{});
  }
}

}  // namespace

std::int64_t slab_slices(const HessianPlan& plan, const Extents& shape, int slabs) {
#ifdef OPSIN_TARGET_CUDA
  // Thick ones: thin slabs leave most of the device idle, and their z pass folds rows that its neighbour folds too.
  static_cast<void>(plan);
  // Of a small volume all: every slab takes two launches more, and its memory does not matter.
  constexpr std::int64_t small = 1 << 19;
  return shape.product() <= small ? shape[0] : std::max<std::int64_t>(1, shape[0] / slabs);
#else
  // As thin as the taps allow: a slab is still in the cache when the next pass reads it.
  const std::int64_t reach = plan.derive[0].size();
  return std::clamp<std::int64_t>(shape[0] / std::max(4, slabs), 1, std::max<std::int64_t>(16, 2 * reach));
#endif
}

std::vector<Array> gaussian_gradients(const HessianPlan& plan, const Array& image, const Scaling& scaling, DType dtype,
                                      std::vector<Array> to) {
  const Extents& shape = image.shape();
  while (static_cast<int>(to.size()) < image.ndim()) to.push_back(Array::empty(shape, dtype, image.device()));
  if (image.size() == 0) return to;
  with_real(dtype, [&]<class C>(Tag<C>) {
    if (image.ndim() == 2) {
      gradients_2d<C>(plan, to, plane_of(image, scaling), shape);
    } else if (image.ndim() == 3) {
      const Array slab = Array::empty({2, slab_slices(plan, shape, 1), shape[1], shape[2]}, dtype, image.device());
      gradients_3d<C>(plan, to, plane_of(image, scaling), shape, slab);
    } else {
      for (int i = 0; i < image.ndim(); ++i) differentiate<C>(plan, to[static_cast<std::size_t>(i)], image, scaling, i);
    }
  });
  return to;
}

void second_derivative(const HessianPlan& plan, const Array& out, const Array& gradient, int axis) {
  if (out.size() == 0) return;
  with_real(out.dtype(), [&]<class C>(Tag<C>) { differentiate<C>(plan, out, gradient, {}, axis); });
}

void filter_z(const HessianPlan& plan, std::span<const Array> gradients, const Array& slab, std::int64_t begin,
              std::int64_t count) {
  with_real(slab.dtype(), [&]<class C>(Tag<C>) {
    std::array<Plane, 4> to;
    for (int i = 0; i < 4; ++i) to[static_cast<std::size_t>(i)] = plane_of(slab.slice(0, i, 1));
    const Taps& g = plan.smooth[0];
    run_bank<C, 4, 4>(Bank<4, 4>{geometry_at(gradients[0].shape(), 0, true),
                                 {plane_of(gradients[0]), plane_of(gradients[1]), plane_of(gradients[2])},
                                 {Filter{0, plan.derive[0], {}}, Filter{0, g, {}}, Filter{1, g, {}}, Filter{2, g, {}}},
                                 plan.borders,
                                 to,
                                 begin,
                                 count},
                      PassThrough{});
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
