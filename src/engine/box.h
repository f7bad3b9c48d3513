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

template <class C>
struct DivideBy {
  C size;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] / broadcast<V>(size);
  }
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
  constexpr std::int64_t most_folded = 6;
  const bool last = pass.axis == image.ndim() - 1;
  const std::int64_t n = image.shape(pass.axis);
  if (pass.size > most_folded) {
    const Geometry g = last ? Geometry{out.size() / n, n, 1, 1} : geometry_at(image.shape(), pass.axis, true);
    run_box<C>(g, plane_of(image), plane_of(out), pass, cval);
    return;
  }
  const Taps ones{std::vector<double>(static_cast<std::size_t>(pass.size), 1.0), static_cast<int>(pass.first),
                  Taps::Symmetry::none};
  Filter filter;
  (last ? filter.x : filter.y) = ones;
  const Geometry g = last ? Geometry{1, out.size() / n, n, 1} : geometry_at(image.shape(), pass.axis, true);
  run_bank<C, 1, 1>(Bank<1, 1>{g, {plane_of(image)}, {filter}, {pass.border, pass.border, cval}, {plane_of(out)}},
                    DivideBy<C>{static_cast<C>(pass.size)});
}

}  // namespace opsin::OPSIN_TARGET::engine
