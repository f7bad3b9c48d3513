// SPDX-License-Identifier: Apache-2.0
#include "engine/greatest.h"

#include "core/math.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/greatest_cuda.h"
#else
#include "engine/greatest_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

int greatest(const Array& image) {
  return image.dtype() == DType::uint8 ? greatest_of<std::uint8_t>(image) : greatest_of<std::uint16_t>(image);
}

}  // namespace opsin::OPSIN_TARGET::engine
