// SPDX-License-Identifier: Apache-2.0
// The parts of the separable engine that every operation uses as they are.
#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA
template bool run_in_one_pass<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
template void run_long_axis<OPSIN_REAL>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);
#endif

template void run_bank<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
template void separable<OPSIN_REAL>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                                    const void*);

}  // namespace opsin::OPSIN_TARGET::engine
