// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/check.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::feature {

/// The image, contiguous and without axes of length 1, as detectors of keypoints take it. Throws ValueError when it has
/// not two axes then, is empty or complex.
inline Array plane_image(const Array& image) {
  Extents shape;
  for (const std::int64_t n : image.shape()) {
    if (n != 1) shape.push_back(n);
  }
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(shape.size() == 2, "The parameter `image` must be a 2-dimensional array");
  core::check_plain(!is_complex(image.dtype()), "Cannot convert from ", image.dtype(), " to float64.");
  return image.contiguous().reshape(shape);
}

}  // namespace opsin::OPSIN_TARGET::feature
