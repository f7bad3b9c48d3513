// SPDX-License-Identifier: Apache-2.0
// The engine of order statistics for one key type.
#include "engine/order.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/order_cuda.h"
#else
#include "engine/order_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template <class K>
void order_of_footprint(const OrderJob<K>& job) {
  if (order_of_few(job)) return;
  if constexpr (sizeof(K) == 1) {
    if (order_by_histogram(job)) return;
  }
  order_of_rest(job);
}

template void order_of_footprint<OPSIN_BITS>(const OrderJob<OPSIN_BITS>&);

}  // namespace opsin::OPSIN_TARGET::engine
