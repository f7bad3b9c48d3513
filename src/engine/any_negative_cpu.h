// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/any_negative.cpp.
#pragma once

#include <algorithm>
#include <atomic>

#include "core/dispatch.h"
#include "core/memory.h"
#include "core/threads.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sets `flag` to 1 when an element is below zero, else to 0. The image is not empty.
inline void find_negative(const Array& flag, const Array& image) {
  core::fill_zero(flag);
  const std::atomic_ref<int> found(*flag.mutable_data_as<int>());
  with_storage<double>(image.dtype(), [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
    const T* p = image.data_as<T>();
    core::parallel_for(image.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
      constexpr std::int64_t block = 4096;
      for (std::int64_t i = begin; i < end && !found.load(std::memory_order_relaxed); i += block) {
        bool negative = false;
        for (std::int64_t j = i; j < std::min(i + block, end); ++j) {
          if constexpr (std::is_same_v<T, half>) {
            negative |= half_to_float(p[j]) < 0;
          } else if constexpr (std::is_signed_v<T>) {
            negative |= p[j] < T(0);
          }
        }
        if (negative) found.store(1, std::memory_order_relaxed);
      }
    });
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
