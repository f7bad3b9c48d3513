// SPDX-License-Identifier: Apache-2.0
// Whether an image holds a negative element, kept on the device so that the next pass can read it without the host
// waiting for it.
#pragma once

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sets *flag, which is 0, to 1 when an element of a C-contiguous real image is below zero.
void find_negative(int* flag, const Array& image);

/// The flag: an int32 array of one element on the image's device.
inline Array any_negative(const Array& image) {
  const Array flag = Array::zeros({1}, DType::int32, image.device());
  const DType t = image.dtype();
  if (image.size() > 0 && (is_signed(t) || is_floating(t))) find_negative(flag.mutable_data_as<int>(), image);
  return flag;
}

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/any_negative_cuda.h"
#else
#include "engine/any_negative_cpu.h"
#endif
