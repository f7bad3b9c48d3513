// SPDX-License-Identifier: Apache-2.0
// The Hessian of an image by two successive first Gaussian derivatives at sigma / sqrt(2), as scikit-image 0.26 takes
// it: the first result is extended at the border again before the second. Its elements go straight into an epilogue.
//
// Two axes: one bank to the two gradients, one from them to the three elements. Three axes: the z pass comes first (two
// images from one, where the pass in the plane makes three from two), in slabs of z, so that what lies between two
// passes takes no more than two images.
#pragma once

#include <span>
#include <vector>

#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::engine {

struct HessianPlan {
  /// Per axis; the identity where sigma is zero or less, as SciPy skips such an axis whatever the order.
  std::vector<Taps> smooth;
  std::vector<Taps> derive;
  Borders borders;
};

/// `sigma` holds one value or one per axis. Taps too small for `dtype` are left out: below 2^-26 of the sum in float32,
/// 2^-55 in float64. Throws RuntimeError for a wrong number of sigmas.
HessianPlan hessian_plan(int ndim, const std::vector<double>& sigma, Border mode, double cval, DType dtype);

/// The first Gaussian derivatives of a contiguous image along each axis, in the compute type `dtype`. Those of an
/// earlier sigma, if given, are overwritten.
std::vector<Array> gaussian_gradients(const HessianPlan& plan, const Array& image, const Scaling& scaling, DType dtype,
                                      std::vector<Array> to = {});

/// out = derivative along `axis` of a gradient; any number of axes.
void second_derivative(const HessianPlan& plan, const Array& out, const Array& gradient, int axis);

/// Three axes: what the pass in the plane needs for z in [begin, begin + count), one image of `slab` each: the z
/// derivative of the first gradient and the three gradients smoothed along z.
void filter_z(const HessianPlan& plan, std::span<const Array> gradients, const Array& slab, std::int64_t begin,
              std::int64_t count);

/// Slices of z that are worked on at a time, at most a volume's over `slabs` unless the volume is small.
std::int64_t slab_slices(const HessianPlan& plan, const Extents& shape, int slabs);

/// outputs = epilogue(H00, H01, H11) or (H00, H01, H02, H11, H12, H22). N is the number of axes, 2 or 3; `peak` as in
/// Bank.
template <int N, class C, std::size_t O, class E>
void hessian_pass(const HessianPlan& plan, std::span<const Array> gradients, const std::array<Array, O>& outputs,
                  const E& epilogue, void* peak = nullptr) {
  constexpr int count = static_cast<int>(O);
  const Extents& shape = gradients[0].shape();
  std::array<Plane, O> to;
  for (std::size_t o = 0; o < O; ++o) to[o] = plane_of(outputs[o]);
  const auto& g = plan.smooth;
  const auto& d = plan.derive;
  if constexpr (N == 2) {
    // Filters with the same taps along x stand next to each other: CUDA folds them once.
    const std::array<Filter, 3> filters{Filter{0, d[0], g[1]}, Filter{0, g[0], d[1]}, Filter{1, g[0], d[1]}};
    run_bank<C, 3, count>(Bank<3, count>{geometry_at(shape, 0),
                                         {plane_of(gradients[0]), plane_of(gradients[1])},
                                         filters,
                                         plan.borders,
                                         to,
                                         0,
                                         -1,
                                         peak},
                          epilogue);
  } else {
    const std::int64_t step = slab_slices(plan, shape, 4);  // Four images lie between the passes.
    const std::int64_t slice = shape[1] * shape[2];
    const Array slab = Array::empty({4, step, shape[1], shape[2]}, dtype_of<C>, gradients[0].device());
    const std::array<Filter, 6> filters{Filter{0, g[1], g[2]}, Filter{1, d[1], g[2]}, Filter{1, g[1], d[2]},
                                        Filter{2, d[1], g[2]}, Filter{2, g[1], d[2]}, Filter{3, g[1], d[2]}};
    for (std::int64_t z = 0; z < shape[0]; z += step) {
      const std::int64_t n = std::min(step, shape[0] - z);
      filter_z(plan, gradients, slab, z, n);
      std::vector<Plane> from;
      for (int i = 0; i < 4; ++i) from.push_back(plane_of(slab.slice(0, i, 1)));
      std::array<Plane, O> part = to;
      for (Plane& p : part) {
        if (p.data == nullptr) continue;
        p.data = static_cast<std::byte*>(p.data) + z * slice * static_cast<std::int64_t>(itemsize(p.dtype));
      }
      run_bank<C, 6, count>(Bank<6, count>{{n, shape[1], shape[2], 1}, from, filters, plan.borders, part, 0, -1, peak},
                            epilogue);
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
