// SPDX-License-Identifier: Apache-2.0
#include "engine/any_negative.h"

#include "core/memory.h"
#include "core/target.h"
#ifdef OPSIN_TARGET_CUDA
#include "engine/any_negative_cuda.h"
#else
#include "engine/any_negative_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

Array any_negative(const Array& image) {
  const Array flag = Array::empty({1}, DType::int32, image.device());
  const DType t = image.dtype();
  if (image.size() > 0 && (is_signed(t) || is_floating(t))) {
    find_negative(flag, image);
  } else {
    core::fill_zero(flag);
  }
  return flag;
}

}  // namespace opsin::OPSIN_TARGET::engine
