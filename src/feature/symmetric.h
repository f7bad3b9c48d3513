// SPDX-License-Identifier: Apache-2.0
// Symmetric matrices given by images of their upper triangle's elements, row by row.
#pragma once

#include <vector>

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::feature {

/// out[k] = the k-th greatest eigenvalue per element: `out` is contiguous float32 or float64, its first axis has length
/// n and the others are the elements' shape. At least n (n + 1) / 2 elements of real dtypes, on one device.
void symmetric_eigenvalues(const Array& out, const std::vector<Array>& elements, int n);

}  // namespace opsin::OPSIN_TARGET::feature
