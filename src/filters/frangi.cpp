// SPDX-License-Identifier: Apache-2.0
#include "filters/frangi.h"

#include "core/target.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// frangi() and hessian(); `ones` makes the difference.
template <class Options>
Array vesselness(const Array& image, const Options& o, bool ones) {
  check_ridge_image(image);
  const DType dtype = float_result(image.dtype());
  const Array source = image.contiguous();
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_axes_and_real(image.ndim(), dtype, [&]<class N, class C>(N, Tag<C>) {
    const double plate = 2 * o.alpha * o.alpha;
    const double no_plate = 1 - std::exp(-(INFINITY / plate));
    const VesselShape<C> shape{Divisor<C>(static_cast<C>(plate)), Divisor<C>(static_cast<C>(2 * o.beta * o.beta)),
                               static_cast<C>(no_plate)};
    const Array peak = o.gamma ? Array() : engine::new_peak<C>(image.device());
    C* const greatest = o.gamma ? nullptr : peak.template mutable_data_as<C>();
    const Gamma<C> gamma{static_cast<C>(o.gamma.value_or(0)), greatest};
    std::vector<Array> gradients;
    for (std::size_t i = 0; i < o.sigmas.size(); ++i) {
      const auto plan = engine::hessian_plan(image.ndim(), o.sigmas[i], o.mode, o.cval, dtype);
      gradients = engine::gaussian_gradients(plan, source, ridge_scaling(o.black_ridges), dtype, std::move(gradients));
      const bool ones_now = ones && i + 1 == o.sigmas.size();
      const bool factors_only = i == 0 && greatest;
      const Array norm = factors_only ? Array::empty(image.shape(), dtype, image.device()) : Array();
      vessel_pass<N::value, C>(plan, gradients, out, norm, {shape, gamma, ones_now, i > 0, factors_only},
                               factors_only ? greatest : nullptr);
      if (factors_only) engine::pointwise<C, 2, 1>({out}, {out, norm}, ApplyNorm<C>{gamma, ones_now});
    }
    if (o.sigmas.empty()) {
      core::fill_zero(out);
      if (ones) engine::pointwise<C, 2, 1>({out}, {out, out}, ApplyNorm<C>{{C(1), nullptr}, true});
    }
  });
  return out;
}

}  // namespace

Array frangi(const Array& image, const opsin::filters::FrangiOptions& o) { return vesselness(image, o, false); }

Array hessian(const Array& image, const opsin::filters::HessianOptions& o) { return vesselness(image, o, true); }

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, frangi, Array, const Array&, const opsin::filters::FrangiOptions&)
OPSIN_EXPORT(filters, hessian, Array, const Array&, const opsin::filters::HessianOptions&)
