// SPDX-License-Identifier: Apache-2.0
// Correlation with sparse kernels: skimage.filters.correlate_sparse.
#pragma once

#include <optional>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/ndimage.h"

namespace opsin::filters {

struct CorrelateSparseOptions {
  /// What lies beyond the edges (a constant is 0), or nullopt for the part of the result whose kernel lies inside.
  std::optional<Border> mode = Border::reflect;
};

/// Correlation with the nonzero elements of a kernel of as many axes. The result has float_result()'s dtype and the
/// image's shape, or that of the inside. Throws ValueError for complex images, a kernel of another number of axes, even
/// sizes where the image is padded, and an image smaller than the kernel where it is not.
Array correlate_sparse(const Array& image, const ndimage::Weights& kernel, const CorrelateSparseOptions& options = {});

}  // namespace opsin::filters
