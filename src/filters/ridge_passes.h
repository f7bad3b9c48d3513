// SPDX-License-Identifier: Apache-2.0
// The last pass of the ridge filters at one sigma, from the gradients to the response. One object for each number of
// axes and number type: see cmake/variants.cmake.
#pragma once

#include "filters/ridges.h"

namespace opsin::OPSIN_TARGET::filters {

/// Meijering's response and, in *peak, its maximum.
template <int N, class C>
void neuriteness(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, C alpha, C* peak);

/// Sato's response times `weight`, or with `accumulate` the greater of that and what `out` holds.
template <int N, class C>
void tubeness(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, C weight,
              bool accumulate);

}  // namespace opsin::OPSIN_TARGET::filters
