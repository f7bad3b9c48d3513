// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// What nothing writes while the kernel runs: it is read once, not after each store. T is a number that CUDA loads.
template <class T>
HD T read_only(const T* p) {
#ifdef __CUDA_ARCH__
  return __ldg(p);
#else
  return *p;
#endif
}

}  // namespace opsin::OPSIN_TARGET::engine
