// SPDX-License-Identifier: Apache-2.0
// numpy.subtract and numpy.add into an array, as morphology uses them on what its filters give.
#pragma once

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// out = a - b and out = a + b in the dtype that NumPy promotes a and b to; integers wrap. `out` may be a or b. Throw
/// TypeError for bool differences and where the result's dtype has no place in out's.
void subtract(const Array& out, const Array& a, const Array& b);
void add(const Array& out, const Array& a, const Array& b);
/// out = a != b for bool arrays.
void differ(const Array& out, const Array& a, const Array& b);

}  // namespace opsin::OPSIN_TARGET::ndimage
