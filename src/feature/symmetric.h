// SPDX-License-Identifier: Apache-2.0
// Symmetric matrices given by images of their upper triangle's elements, row by row.
#pragma once

#include <vector>

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::feature {

/// out[k] = the k-th greatest eigenvalue per element: `out` is contiguous float32 or float64, its first axis has length
/// n and the others are the elements' shape. At least n (n + 1) / 2 elements of real dtypes, on one device.
template <class C>
void eigenvalues_of(const Array& out, const std::vector<Array>& elements, int n);

// Compiled in symmetric_per_real.cpp.
extern template void eigenvalues_of<float>(const Array&, const std::vector<Array>&, int);
extern template void eigenvalues_of<double>(const Array&, const std::vector<Array>&, int);

inline void symmetric_eigenvalues(const Array& out, const std::vector<Array>& elements, int n) {
  if (out.size() == 0) return;
  with_real(out.dtype(), [&]<class C>(Tag<C>) { eigenvalues_of<C>(out, elements, n); });
}

}  // namespace opsin::OPSIN_TARGET::feature
