// SPDX-License-Identifier: Apache-2.0
#include "filters/frangi.h"

namespace opsin::OPSIN_TARGET::filters {

template <int N, class C>
void vessel_pass(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, const Array& norm,
                 const Vesselness<N, C>& vesselness, C* peak) {
  engine::hessian_pass<N, C, 2>(plan, gradients, {out, norm}, vesselness, peak);
}

template void vessel_pass<OPSIN_AXES, OPSIN_REAL>(const engine::HessianPlan&, std::span<const Array>, const Array&,
                                                  const Array&, const Vesselness<OPSIN_AXES, OPSIN_REAL>&, OPSIN_REAL*);

}  // namespace opsin::OPSIN_TARGET::filters
