// SPDX-License-Identifier: Apache-2.0
// The extreme of element + height under a footprint that is not flat: every element on its own.
//
// SciPy adds to the footprint's first element in double, and to the others in the image's dtype, to which it converts
// their heights first; so does this.
#pragma once

#include <vector>

#include "engine/extreme.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Both arrays are C-contiguous, of one shape, real but not float16, and do not overlap. One height for each element.
void raised_extreme(const Array& out, const Array& image, const std::vector<Offset>& elements,
                    const std::vector<double>& heights, bool minimum, Border border, double cval);

}  // namespace opsin::OPSIN_TARGET::engine
