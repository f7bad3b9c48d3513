// SPDX-License-Identifier: Apache-2.0
// Second differences as numpy.gradient applied twice: central inside, one-sided at both ends of an axis.
#pragma once

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::feature {

/// out = gradient along `second` of the gradient along `first`. Both are contiguous float32 or float64 arrays of one
/// shape, of at least two elements along both axes.
void second_difference(const Array& out, const Array& image, int first, int second);

/// Throws what hessian_matrix throws for images that differences cannot be taken of.
void check_differences(const Extents& shape);

}  // namespace opsin::OPSIN_TARGET::feature
