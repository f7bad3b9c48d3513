// SPDX-License-Identifier: Apache-2.0
// NumPy's in-place arithmetic on arrays of any dtype and strides: integers wrap, bool adds as "or", roots of integers
// are taken in floating point and truncated.
#pragma once

#include "opsin/array.h"

namespace opsin::ndimage {

/// total += term, in the arithmetic of total's dtype.
void add_into(const Array& total, const Array& term);
/// array *= array.
void square_in_place(const Array& array);
/// array = sqrt(array).
void root_in_place(const Array& array);

}  // namespace opsin::ndimage
