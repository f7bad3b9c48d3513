// SPDX-License-Identifier: Apache-2.0
// Ranks of small footprints for one key type, on CUDA: a sixth of the shapes.
#ifdef OPSIN_TARGET_CUDA
#include "engine/order_least_kernel_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template void launch_least<OPSIN_BITS, OPSIN_LISTS>(int, const LeastParams<OPSIN_BITS>&, std::size_t);

}  // namespace opsin::OPSIN_TARGET::engine
#endif
