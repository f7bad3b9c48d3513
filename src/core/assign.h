// SPDX-License-Identifier: Apache-2.0
// Copying elements between arrays of one device, whatever their strides and dtypes.
#pragma once

#include "opsin/array.h"

namespace opsin::memory {

/// to[...] = from[...], converted as C converts (float to integer truncates; complex to real drops the imaginary part).
/// Shapes are equal. The arrays must not overlap.
void assign(const Array& to, const Array& from);

}  // namespace opsin::memory
