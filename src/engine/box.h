// SPDX-License-Identifier: Apache-2.0
// Box engine: the mean of `size` neighbours along axes, by a method whose cost hardly grows with the size. Every window
// is summed from its own elements, so a NaN or an infinity stays inside the windows that hold it.
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

/// Means along several axes, one after the other. Both arrays are C-contiguous, of one shape, real, and do not overlap;
/// sums are in C (at least), what lies between two passes is of dtype `between`.
template <class C>
void boxes(const Array& out, const Array& image, std::span<const BoxPass> passes, DType between, double cval) {
  if (out.size() == 0 || run_few<C>(out, image, passes, cval)) return;
  // What lies between passes is in `out` and in one more array by turns, where both are of one type.
  const bool by_turns = out.dtype() == between;
  Array from = image, spare;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const BoxPass& pass = passes[i];
    const std::size_t left = passes.size() - 1 - i;
    Array to = out;
    if (left > 0 && !(by_turns && left % 2 == 0)) {
      if (!by_turns || !spare.defined()) spare = Array::empty(out.shape(), between, out.device());
      to = spare;
    }
    const bool last = pass.axis == image.ndim() - 1;
    const std::int64_t n = image.shape(pass.axis);
    const Geometry g = last ? Geometry{out.size() / n, n, 1, 1} : geometry_at(image.shape(), pass.axis, true);
    run_box<C>(g, plane_of(from), plane_of(to), pass, cval);
    from = to;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
