// SPDX-License-Identifier: Apache-2.0
// The stencil engine for plane images whose functor reaches further than a lane's neighbours do on CUDA: there each
// output reads its neighbourhood through the caches. The functor and the arguments are those of engine/stencil.h; only
// the elements that lie at least `reach` from every edge are made, and the rest becomes zero.
#pragma once

#include "engine/stencil.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/wide_stencil_cuda.h"
#else
#include "engine/wide_stencil_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `image` and `out` are C-contiguous plane images of one shape; `out` is of type C.
template <class C, class F>
void inner_stencil(const Array& out, const Array& image, const Scaling& scaling, const F& f) {
  if (image.size() == 0) return;
  run_inner_stencil<C, F>(out, image, scaling, f);
}

}  // namespace opsin::OPSIN_TARGET::engine
