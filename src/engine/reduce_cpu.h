// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/reduce.h.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
void raise_peak(C* peak, C value) {
  using Bits = PeakBits<C>;
  if (value != value) value = std::numeric_limits<C>::quiet_NaN();
  if (!(value > 0 || value != value)) return;
  const Bits bits = std::bit_cast<Bits>(value);
  const std::atomic_ref<Bits> shared(*reinterpret_cast<Bits*>(peak));
  Bits seen = shared.load(std::memory_order_relaxed);
  while (bits > seen && !shared.compare_exchange_weak(seen, bits, std::memory_order_relaxed)) {
  }
}

template <class C>
void find_peak(C* peak, const Array& image) {
  using V = Vec<C>;
  const C* p = image.data_as<C>();
  core::parallel_for(image.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    V found;
    for (std::int64_t i = begin; i < end; i += V::lanes) found = greater_or_nan(found, V::load(p + i, end - i));
    alignas(64) C lanes[V::lanes];
    found.store(lanes);
    for (const C v : lanes) raise_peak(peak, v);
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
