// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/stencil.h"
#include "filters/edge_parts.h"
#include "opsin/filters_edges.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

template <int N>
struct Laplace {
  static constexpr engine::Reach reach{N == 3 ? 1 : 0, 1, 1};
  template <class V, class At>
  HD void operator()(const At& at, V (&out)[1]) const {
    using C = Element<V>;
    // SciPy's order of terms; the minus signs are exact.
    V before = -at(0, -1, 0);
    V after = at(0, 1, 0);
    if constexpr (N == 3) before = -at(-1, 0, 0) - at(0, -1, 0);
    V sum = before - at(0, 0, -1) + broadcast<V>(C(2 * N)) * at(0, 0, 0) - at(0, 0, 1) - after;
    if constexpr (N == 3) sum = sum - at(1, 0, 0);
    out[0] = sum;
  }
};

std::vector<engine::KernelElement> laplace_taps(int ndim) {
  std::vector<engine::KernelElement> taps;
  const auto tap = [&](int axis, int offset, double weight) {
    engine::KernelElement t;
    t.offset[static_cast<std::size_t>(axis)] = offset;
    t.weight = weight;
    taps.push_back(t);
  };
  for (int d = 0; d < ndim; ++d) tap(d, -1, -1);
  tap(0, 0, 2.0 * ndim);
  for (int d = ndim - 1; d >= 0; --d) tap(d, 1, -1);
  return taps;
}

}  // namespace

Array laplace(const Array& image, const opsin::filters::LaplaceOptions& o) {
  const DType dtype = float_result(image.dtype());
  core::check_plain(image.ndim() > 0, "at least 1 axis must be transformed");
  core::check(o.ksize >= 3, "filters.laplace", "ksize must be at least 3, got ", o.ksize);
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  const Array in = image.contiguous();
  const Scaling scaling = scaling_to_unit(image.dtype());
  with_real(dtype, [&]<class C>(Tag<C>) {
    if (image.ndim() == 2) {
      engine::stencil<C, 1>({out}, in, scaling, Border::reflect, 0, Laplace<2>{});
    } else if (image.ndim() == 3) {
      engine::stencil<C, 1>({out}, in, scaling, Border::reflect, 0, Laplace<3>{});
    } else {
      engine::correlate<C>(out, as_float(in, dtype, scaling), laplace_taps(image.ndim()), Border::reflect, 0);
    }
  });
  mask_result(out, o.mask);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, laplace, Array, const Array&, const opsin::filters::LaplaceOptions&)
