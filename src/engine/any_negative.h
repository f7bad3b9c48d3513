// SPDX-License-Identifier: Apache-2.0
// Whether an image holds a negative element, kept on the device so that the next pass can read it without the host
// waiting for it.
#pragma once

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// 1 when an element of a C-contiguous real image is below zero, else 0: an int32 array of one element on the image's
/// device.
Array any_negative(const Array& image);

}  // namespace opsin::OPSIN_TARGET::engine
