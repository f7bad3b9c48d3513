// SPDX-License-Identifier: Apache-2.0
// The parts of the separable engine that every operation uses as they are.
#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA
template void run_tile_bank<float, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
template void run_tile_bank<double, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
template void run_long_axis<float>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);
template void run_long_axis<double>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);
#endif

template void separable<float>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                               const void*);
template void separable<double>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                                const void*);

}  // namespace opsin::OPSIN_TARGET::engine
