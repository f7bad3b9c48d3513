// SPDX-License-Identifier: Apache-2.0
// Banks over the products of an image's two Sobel derivatives, where one pass can make both.
#pragma once

#include "engine/separable.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/tensor_cuda.h"
#else

namespace opsin::OPSIN_TARGET::engine {

/// A CPU's caches hold the derivatives of small images between two passes.
template <class E>
bool run_small_tensor(const Plane&, bool, const Bank<3, 3>&, const E&) {
  return false;
}

}  // namespace opsin::OPSIN_TARGET::engine

#endif
