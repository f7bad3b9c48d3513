// SPDX-License-Identifier: Apache-2.0
// numpy.subtract and numpy.add into an array, as morphology uses them on what its filters give.
#pragma once

#include <span>

#include "ndimage/extreme_steps.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// out = a - b and out = a + b in the dtype that NumPy promotes a and b to; integers wrap. `out` may be a or b. Throw
/// TypeError for bool differences and where the result's dtype has no place in out's.
void subtract(const Array& out, const Array& a, const Array& b);
void add(const Array& out, const Array& a, const Array& b);
/// out = a != b for bool arrays.
void differ(const Array& out, const Array& a, const Array& b);

/// What an opening takes away from an image (`white`) or a closing adds to it; `truths`: as truths that differ. `out`
/// is as for run_steps.
void run_tophat(const Array& out, const Array& image, std::span<const Step> steps, bool white, bool truths);

}  // namespace opsin::OPSIN_TARGET::ndimage
