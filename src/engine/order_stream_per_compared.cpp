// SPDX-License-Identifier: Apache-2.0
// Medians of three elements along each axis for one key type, on CUDA.
#ifdef OPSIN_TARGET_CUDA
#include "engine/order_stream_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint8_t;

template <class K>
bool order_by_stream(const OrderJob<K>& job) {
  return stream_median(job);
}

template bool order_by_stream<OPSIN_COMPARED>(const OrderJob<OPSIN_COMPARED>&);

}  // namespace opsin::OPSIN_TARGET::engine
#endif
