// SPDX-License-Identifier: Apache-2.0
// Box engine: the mean of `size` neighbours along one axis, by a method whose cost hardly grows with the size. Every
// window is summed from its own elements, so a NaN or an infinity stays inside the windows that hold it.
#pragma once

#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::engine {

/// out[i] = mean of in[i + first] ... in[i + first + size - 1].
struct BoxPass {
  int axis;
  std::int64_t size;
  std::int64_t first;
  Border border;
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/box_cuda.h"
#else
#include "engine/box_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Both arrays are C-contiguous, of one shape, real, and do not overlap; sums are in C (at least).
template <class C>
void box(const Array& out, const Array& image, const BoxPass& pass, double cval) {
  if (out.size() == 0) return;
  const bool last = pass.axis == image.ndim() - 1;
  const std::int64_t n = image.shape(pass.axis);
  const Geometry g = last ? Geometry{out.size() / n, n, 1, 1} : geometry_at(image.shape(), pass.axis, true);
  run_box<C>(g, plane_of(image), plane_of(out), pass, cval);
}

}  // namespace opsin::OPSIN_TARGET::engine
