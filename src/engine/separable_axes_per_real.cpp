// SPDX-License-Identifier: Apache-2.0
// The separable engine over any number of axes, and what CUDA has for filters longer than its banks take.
#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA
template void run_long_axis<OPSIN_REAL>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);
#endif

template void separable<OPSIN_REAL>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                                    const void*);

}  // namespace opsin::OPSIN_TARGET::engine
