// SPDX-License-Identifier: Apache-2.0
// Binary images: a value spreads to neighbours until nothing changes. The end does not depend on the order.
#pragma once

#include <vector>

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

/// In place: an element of zeros and ones takes the value `spreading` where an element at one of the offsets from it
/// has that value, and where `mask` (a bool array of the same shape, or not defined) is true. What lies beyond the
/// edges does not spread. On CUDA steps that have no opposite, or lead further than
/// one element, wait for the device, and throw CudaError under stream capture.
void propagate(const Array& truth, const std::vector<Offset>& offsets, std::uint8_t spreading, const Array& mask);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/propagate_cuda.h"
#else
#include "engine/propagate_cpu.h"
#endif
