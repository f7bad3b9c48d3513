// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/assign.h"
#include "core/memory.h"

namespace opsin::filters {

/// The element at index 0 along every axis, as a 0-d result.
inline Array first_element(const Array& image) {
  const Array out = core::empty_result({}, image.dtype(), image.device());
  memory::assign(out, Array::view_of(image.mutable_data(), {}, {}, image.dtype(), image.device(), image.buffer()));
  return out;
}

}  // namespace opsin::filters
