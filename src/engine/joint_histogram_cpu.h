// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/joint_histogram.h: every task counts for itself first.
#pragma once

#include <algorithm>
#include <atomic>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
void run_joint_histogram(std::uint64_t* count, const Array& a, const Array& b, const Bins<C>& first,
                         const Bins<C>& second) {
  const std::int64_t all = first.count * second.count;
  const C per_first = first.per_value(), per_second = second.per_value();
  const auto element = [](const Array& image, std::int64_t i) {
    return static_cast<const std::byte*>(image.data()) + i * static_cast<std::int64_t>(itemsize(image.dtype()));
  };
  // Enough elements for a table of counts to be worth its clearing and adding.
  core::parallel_for(a.size(), std::max<std::int64_t>(1 << 17, 4 * all), [&](std::int64_t begin, std::int64_t end) {
    constexpr std::int64_t block = 1024;
    C x[block], y[block];
    std::vector<std::uint64_t> own(static_cast<std::size_t>(all));
    for (std::int64_t i = begin; i < end; i += block) {
      const std::int64_t n = std::min(block, end - i);
      load_line(x, element(a, i), a.dtype(), static_cast<std::int64_t>(itemsize(a.dtype())), n, Scaling{});
      load_line(y, element(b, i), b.dtype(), static_cast<std::int64_t>(itemsize(b.dtype())), n, Scaling{});
      for (std::int64_t k = 0; k < n; ++k) {
        ++own[static_cast<std::size_t>(first.find(x[k], per_first) * second.count + second.find(y[k], per_second))];
      }
    }
    for (std::int64_t k = 0; k < all; ++k) {
      const std::uint64_t found = own[static_cast<std::size_t>(k)];
      if (found > 0) std::atomic_ref<std::uint64_t>(count[k]).fetch_add(found, std::memory_order_relaxed);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
