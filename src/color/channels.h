// SPDX-License-Identifier: Apache-2.0
// The channels of an image as arrays of their own.
#pragma once

#include "opsin/array.h"

namespace opsin::color {

/// A view of one channel: the image without its channel axis.
inline Array channel(const Array& image, int axis, std::int64_t index) {
  const Array one = image.slice(axis, index, 1);
  Extents shape = one.shape();
  Extents strides = one.strides();
  shape.erase(axis);
  strides.erase(axis);
  return Array::view_of(one.mutable_data(), shape, strides, one.dtype(), one.device(), one.buffer());
}

}  // namespace opsin::color
