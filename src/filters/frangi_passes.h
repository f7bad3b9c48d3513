// SPDX-License-Identifier: Apache-2.0
// Definitions of VesselPasses, instantiated in frangi_2d.cpp and frangi_3d.cpp: together they compile too long.
#pragma once

#include "filters/frangi.h"

namespace opsin::OPSIN_TARGET::filters {

template <int N>
template <class C>
void VesselPasses<N>::whole(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out,
                            const VesselShape<C>& shape, const Gamma<C>& gamma, bool ones, bool accumulate) {
  engine::hessian_pass<N, C, 1>(plan, gradients, {out}, Vesselness<N, C>{shape, gamma, ones, accumulate});
}

template <int N>
template <class C>
void VesselPasses<N>::factors(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out,
                              const Array& norm, const VesselShape<C>& shape, C* peak) {
  engine::hessian_pass<N, C, 2>(plan, gradients, {out, norm}, VesselFactors<N, C>{shape}, peak);
}

}  // namespace opsin::OPSIN_TARGET::filters

#define OPSIN_VESSEL_PASSES(N, C)                                                                             \
  template void VesselPasses<N>::whole<C>(const engine::HessianPlan&, std::span<const Array>, const Array&,   \
                                          const VesselShape<C>&, const Gamma<C>&, bool, bool);                \
  template void VesselPasses<N>::factors<C>(const engine::HessianPlan&, std::span<const Array>, const Array&, \
                                            const Array&, const VesselShape<C>&, C*);
