// SPDX-License-Identifier: Apache-2.0
// Integral image of a contiguous image with two axes, in float64: running sums along columns, then along rows, each
// added one by one as numpy.cumsum does, so that the sums are the same to the bit on every device.
#pragma once

#include "core/dispatch.h"
#include "core/scaling.h"
#include "opsin/array.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/integral_cuda.h"
#else
#include "engine/integral_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// float64 array of the image's shape.
inline Array integral_image(const Array& image, const Scaling& scaling) {
  const Array sums = Array::empty(image.shape(), DType::float64, image.device());
  if (image.size() > 0) run_integral(sums, image, scaling);
  return sums;
}

}  // namespace opsin::OPSIN_TARGET::engine
