// SPDX-License-Identifier: Apache-2.0
// The correlation engine for one type of sums.
#include "engine/correlate.h"

#include "core/target.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/correlate_cuda.h"
#else
#include "engine/correlate_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

template <class C>
void correlate(const Array& out, const Array& image, std::vector<KernelElement> elements, Border border, double cval) {
  if (out.size() == 0) return;
  // Two axes at least, so that an image always is planes of rows.
  Extents shape = image.shape();
  while (shape.size() < 2) {
    shape.insert(0, 1);
    for (KernelElement& e : elements) {
      std::rotate(e.offset.begin(), e.offset.end() - 1, e.offset.end());
    }
  }
  run_correlate<C>(out.reshape(shape), image.reshape(shape), elements, border, cval);
}

template void correlate<OPSIN_REAL>(const Array&, const Array&, std::vector<KernelElement>, Border, double);

}  // namespace opsin::OPSIN_TARGET::engine
