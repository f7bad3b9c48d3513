// SPDX-License-Identifier: Apache-2.0
#include "feature/corner_measure.h"

namespace opsin::OPSIN_TARGET::feature {

template <class C>
void corner_measure(const std::array<Array, 3>& out, const TensorPlan& plan, Measure measure, double k) {
  plane_tensor<C>(out, plan, CornerMeasure<C>{measure, static_cast<C>(k)});
}

template void corner_measure<OPSIN_REAL>(const std::array<Array, 3>&, const TensorPlan&, Measure, double);

}  // namespace opsin::OPSIN_TARGET::feature
