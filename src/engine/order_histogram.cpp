// SPDX-License-Identifier: Apache-2.0
// Any rank of bytes under a box.
#include "engine/order.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/order_histogram_cuda.h"
#else
#include "engine/order_histogram_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

bool order_by_histogram(const OrderJob<std::uint8_t>& job) { return byte_box(job); }

}  // namespace opsin::OPSIN_TARGET::engine
