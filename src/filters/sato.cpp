// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "filters/ridge_passes.h"

namespace opsin::OPSIN_TARGET::filters {
Array sato(const Array& image, const opsin::filters::SatoOptions& o) {
  check_ridge_image(image);
  const DType dtype = float_result(image.dtype());
  const Array source = image.contiguous();
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (o.sigmas.empty()) core::fill_zero(out);
  bool first = true;
  std::vector<Array> gradients;
  for (const double sigma : o.sigmas) {
    const auto plan = engine::hessian_plan(image.ndim(), {sigma}, o.mode, o.cval, dtype);
    gradients = engine::gaussian_gradients(plan, source, ridge_scaling(o.black_ridges), dtype, std::move(gradients));
    with_axes_and_real(image.ndim(), dtype, [&]<class N, class C>(N, Tag<C>) {
      tubeness<N::value, C>(plan, gradients, out, static_cast<C>(sigma * sigma), !first);
    });
    first = false;
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, sato, Array, const Array&, const opsin::filters::SatoOptions&)
