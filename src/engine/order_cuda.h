// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/order.h.
#pragma once

#include "engine/order_direct_cuda.h"
#include "engine/order_least_cuda.h"
#include "engine/order_ranks_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <class K>
bool order_of_few(const OrderJob<K>& job) {
  return order_by_network(job) || order_by_least(job);
}

template <class K>
void order_of_rest(const OrderJob<K>& job) {
  if (!ranks_of_footprint(job)) direct_rank(job);
}

}  // namespace opsin::OPSIN_TARGET::engine
