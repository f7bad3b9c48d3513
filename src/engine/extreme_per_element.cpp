// SPDX-License-Identifier: Apache-2.0
// The engine of extremes for one element type.
#include "engine/extreme.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/extreme_cuda.h"
#else
#include "engine/extreme_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint8_t;

template void extreme_of_box<OPSIN_ELEMENT>(const Array&, const Array&, const std::vector<Window>&, double, bool,
                                            const KeyOf<OPSIN_ELEMENT>&, const Finished&);
template void extreme_of_footprint<OPSIN_ELEMENT>(const Array&, const Array&, const Chords&, Border, double,
                                                  const KeyOf<OPSIN_ELEMENT>&, const Finished&);

}  // namespace opsin::OPSIN_TARGET::engine
