// SPDX-License-Identifier: Apache-2.0
// Stencil engine: O outputs at an element from its neighbourhood, in one pass over the image.
//
// The functor has a reach along each of the last three axes and computes from an accessor:
//
//   static constexpr Reach reach{z, y, x};
//   template <class V, class At> HD void operator()(const At& at, V (&out)[O]) const
//
// at(dz, dy, dx) is the value at that distance, with V the value type of the compute type C; the distances must be
// compile-time constants once the call is inlined (use unrolled). A functor of volumes may offer PlaneParts too. Axes
// before the filtered ones are batches. Images of more axes, or neighbourhoods that are not small, are for
// engine/direct.h.
#pragma once

#include <array>

#include "core/border.h"
#include "core/dispatch.h"
#include "core/scaling.h"
#include "engine/unrolled.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

struct Reach {
  int z = 0;
  int y = 0;
  int x = 0;
};

/// A functor that makes `parts` values of each plane's neighbourhood alone, which CUDA then makes once per plane:
///
///   template <class V, class At> HD void make_parts(const At& at, V (&made)[parts]) const           at(dy, dx)
///   template <class V, class At, class Part> HD void operator()(const At& at, const Part& part, V (&out)[O]) const
///
/// part(dz, i) is value i of the plane at that distance.
template <class F>
concept PlaneParts = F::parts > 0;

/// C-contiguous images of one shape (outer, depth, height, width). With a reach along z, depth is filtered; without, it
/// is 1.
template <int O>
struct Stencil {
  std::int64_t outer = 1;
  std::int64_t depth = 1;
  std::int64_t height = 1;
  std::int64_t width = 1;
  const void* input = nullptr;
  DType input_dtype = DType::float32;
  Scaling scaling;
  Border border = Border::reflect;
  double cval = 0;
  void* outputs[O] = {};
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/stencil_cuda.h"
#else
#include "engine/stencil_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Runs f over the last three axes of `image` when it reaches along z, else over the last two. `image` and `outputs`
/// are C-contiguous, of one shape and do not overlap; the outputs' dtype is C's.
template <class C, int O, class F>
void stencil(const std::array<Array, O>& outputs, const Array& image, const Scaling& scaling, Border border,
             double cval, const F& f) {
  if (image.size() == 0) return;
  const int n = image.ndim();
  const auto axis = [&](int from_last) { return from_last <= n ? image.shape(n - from_last) : 1; };
  Stencil<O> s;
  s.width = axis(1);
  s.height = axis(2);
  if (F::reach.z > 0) s.depth = axis(3);
  s.outer = image.size() / (s.width * s.height * s.depth);
  s.input = image.data();
  s.input_dtype = image.dtype();
  s.scaling = scaling;
  s.border = border;
  s.cval = cval;
  for (int o = 0; o < O; ++o) s.outputs[o] = outputs[static_cast<std::size_t>(o)].mutable_data();
  run_stencil<C, O, F>(s, f);
}

}  // namespace opsin::OPSIN_TARGET::engine
