// SPDX-License-Identifier: Apache-2.0
// The structure tensor of images with two axes, and what is made of it element by element: one bank makes both Sobel
// derivatives, a second smooths their three products, which it forms on load, and hands them to an epilogue. Memory:
// the results and two images. Small images take one pass where the engine has one (engine/tensor.h).
#pragma once

#include "core/memory.h"
#include "engine/smooth.h"
#include "engine/tensor.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {

struct TensorPlan {
  Array image;  // contiguous, without axes of length 1
  DType dtype;  // of the results
  Scaling scaling;
  std::vector<opsin::engine::Taps> window;  // per axis
  Border mode;
  double cval;
  bool reversed;
};

/// Checks the arguments as structure_tensor does.
TensorPlan tensor_plan(const Array& image, const opsin::feature::StructureTensorOptions& options);

inline opsin::engine::Taps sobel_difference() { return opsin::engine::correlation_taps({-1, 0, 1}); }
inline opsin::engine::Taps sobel_smoothing() { return opsin::engine::correlation_taps({1, 2, 1}); }

/// Both Sobel derivatives of a plane image: along rows' index, and along columns'.
template <class C>
std::array<Array, 2> plane_gradients(const Array& image, const Scaling& scaling, Border mode, double cval) {
  const std::array<Array, 2> d{Array::empty(image.shape(), dtype_of<C>, image.device()),
                               Array::empty(image.shape(), dtype_of<C>, image.device())};
  const engine::Filter down{0, sobel_difference(), sobel_smoothing()};
  const engine::Filter across{0, sobel_smoothing(), sobel_difference()};
  engine::run_bank<C, 2, 2>({engine::geometry_at(image.shape(), 0),
                             {engine::plane_of(image, scaling)},
                             {down, across},
                             {mode, mode, cval},
                             {engine::plane_of(d[0]), engine::plane_of(d[1])}},
                            engine::PassThrough{});
  return d;
}

/// The epilogue meets the smoothed products of an element. Arrays of `out` that are not defined are not written.
template <class C, class E>
void plane_tensor(const std::array<Array, 3>& out, const TensorPlan& plan, const E& epilogue) {
  const opsin::engine::Taps& y = plan.window[0];
  const opsin::engine::Taps& x = plan.window[1];
  engine::Bank<3, 3> bank{engine::geometry_at(plan.image.shape(), 0),
                          {},
                          {engine::Filter{0, y, x}, engine::Filter{1, y, x}, engine::Filter{2, y, x}},
                          {plan.mode, plan.mode, plan.cval},
                          {engine::plane_of(out[0]), engine::plane_of(out[1]), engine::plane_of(out[2])}};
  if constexpr (std::is_same_v<C, float>) {
    if (engine::run_small_tensor(engine::plane_of(plan.image, plan.scaling), plan.reversed, bank, epilogue)) return;
  }
  auto [first, second] = plane_gradients<C>(plan.image, plan.scaling, plan.mode, plan.cval);
  if (plan.reversed) std::swap(first, second);
  const auto product = [](const Array& a, const Array& b) {
    engine::Plane p = engine::plane_of(a);
    p.times = b.data();
    return p;
  };
  bank.inputs = {product(first, first), product(first, second), product(second, second)};
  engine::run_bank<C, 3, 3>(bank, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::feature
