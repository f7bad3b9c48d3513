// SPDX-License-Identifier: Apache-2.0
// Medians of small boxes for one key type.
#include "engine/order.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/order_network_cuda.h"
#else
#include "engine/order_network_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template <class K>
bool order_by_network(const OrderJob<K>& job) {
  return box_median<3, 3, 1>(job) || box_median<5, 5, 1>(job) || box_median<7, 7, 1>(job) || box_median<9, 3, 3>(job);
}

template bool order_by_network<OPSIN_BITS>(const OrderJob<OPSIN_BITS>&);

}  // namespace opsin::OPSIN_TARGET::engine
