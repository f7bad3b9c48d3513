// SPDX-License-Identifier: Apache-2.0
// Integral images: skimage.transform.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "opsin/array.h"

namespace opsin::transform {

struct IntegralImageOptions {
  /// Of the sums; by default float64 (complex128) for floats, int64 for signed integers and bool, uint64 for unsigned
  /// ones.
  std::optional<DType> dtype = std::nullopt;
};
/// Sums of everything up to each element, along all axes: sums[i, j] = sum of image[0..i, 0..j]. Added one by one, the
/// first axis first, as numpy.cumsum does; integers wrap. Throws TypeError for sums in float16, and of complex images
/// in anything real.
Array integral_image(const Array& image, const IntegralImageOptions& options = {});

/// Sums of boxes from an integral image: those of the elements from start[i] to end[i], both inclusive, as float64, one
/// for each box. Negative indices count from the end. Throws IndexError for an end before its start and for indices
/// outside.
Array integrate(const Array& sums, const std::vector<std::vector<std::int64_t>>& start,
                const std::vector<std::vector<std::int64_t>>& end);

}  // namespace opsin::transform
