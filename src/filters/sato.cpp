// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "filters/ridges.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// sigma^2 times the geometric mean of all eigenvalues but the lowest, zero where one of them is negative.
template <int N, class C>
struct Tubeness {
  C weight;
  bool accumulate = true;

  template <class V>
  HD void operator()(const V (&h)[hessian_elements<N>], V (&out)[1]) const {
    V e[N];
    engine::symmetric_eigenvalues(h, e);
    V mean = max_nan(e[0], broadcast<V>(C(0)));
    if constexpr (N == 3) mean = sqrt(mean * max_nan(e[1], broadcast<V>(C(0))));
    out[0] = max_nan(out[0], broadcast<V>(weight) * mean);
  }
};

}  // namespace

Array sato(const Array& image, const opsin::filters::SatoOptions& o) {
  check_ridge_image(image);
  const DType dtype = float_result(image.dtype());
  const Array source = image.contiguous();
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (o.sigmas.empty()) core::fill_zero(out);
  bool first = true;
  for (const double sigma : o.sigmas) {
    const auto plan = engine::hessian_plan(image.ndim(), {sigma}, o.mode, o.cval, dtype);
    const auto gradients = engine::gaussian_gradients(plan, source, ridge_scaling(o.black_ridges), dtype);
    with_axes_and_real(image.ndim(), dtype, [&]<class N, class C>(N, Tag<C>) {
      const Tubeness<N::value, C> tubeness{static_cast<C>(sigma * sigma), !first};
      engine::hessian_pass<N::value, C, 1>(plan, gradients, {out}, tubeness);
    });
    first = false;
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, sato, Array, const Array&, const opsin::filters::SatoOptions&)
