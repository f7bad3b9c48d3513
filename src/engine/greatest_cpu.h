// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/greatest.h.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/simd.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
int greatest_of(const Array& image) {
  using V = Vec<T>;
  std::atomic<int> found{0};
  const T* p = image.data_as<T>();
  core::parallel_for(image.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    V most;
    for (std::int64_t i = begin; i < end; i += V::lanes) most = max(V::load(p + i, end - i), most);
    T lanes[V::lanes];
    most.store(lanes);
    const int own = *std::max_element(lanes, lanes + V::lanes);
    int seen = found.load(std::memory_order_relaxed);
    while (own > seen && !found.compare_exchange_weak(seen, own, std::memory_order_relaxed)) {
    }
  });
  return found.load(std::memory_order_relaxed);
}

}  // namespace opsin::OPSIN_TARGET::engine
