// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/order.h.
#pragma once

#include "engine/order_ranks_cpu.h"
#include "engine/order_wires_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

template <class K>
bool order_of_few(const OrderJob<K>& job) {
  return order_by_network(job);
}

template <class K>
void order_of_rest(const OrderJob<K>& job) {
  const OrderImage<K> image(job);
  if (job.reach.count <= most_network_elements<K>) {
    network_of_footprint(image);
  } else {
    RanksTask<K>(image).run();
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
