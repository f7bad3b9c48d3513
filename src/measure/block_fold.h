// SPDX-License-Identifier: Apache-2.0
// Sums, products, means and extremes of the blocks of an image.
#pragma once

#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {

/// In C, int64 or double. `out` is contiguous, of any dtype that C meets; `image` C-contiguous, with an axis at least.
template <class C>
void fold_blocks(const Array& out, const Array& image, const std::int64_t* block, double cval,
                 opsin::measure::Reduction kind);

}  // namespace opsin::OPSIN_TARGET::measure
