// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/integral.h.
#pragma once

#include <algorithm>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

inline void run_integral(const Array& sums, const Array& image, const Scaling& scaling) {
  constexpr std::int64_t strip = 256;
  constexpr std::int64_t group = 4;
  const std::int64_t rows = image.shape(0);
  const std::int64_t columns = image.shape(1);
  const auto item = static_cast<std::int64_t>(itemsize(image.dtype()));
  double* const out = sums.mutable_data_as<double>();
  core::parallel_for((columns + strip - 1) / strip, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t s = begin; s < end; ++s) {
      const std::int64_t x = s * strip;
      const std::int64_t n = std::min(strip, columns - x);
      for (std::int64_t y = 0; y < rows; ++y) {
        double* to = out + y * columns + x;
        load_line(to, static_cast<const std::byte*>(image.data()) + (y * columns + x) * item, image.dtype(), item, n,
                  scaling);
        if (y == 0) continue;
        for (std::int64_t i = 0; i < n; ++i) to[i] += to[i - columns];
      }
    }
  });
  core::parallel_for((rows + group - 1) / group, std::max<std::int64_t>(1, (1 << 14) / columns),
                     [&](std::int64_t begin, std::int64_t end) {
                       // Four rows together: each sum waits for the one before it, the rows do not wait for each other.
                       for (std::int64_t g = begin; g < end; ++g) {
                         double* row = out + g * group * columns;
                         if (rows - g * group >= group) {
                           double sum[group] = {};
                           for (std::int64_t x = 0; x < columns; ++x) {
                             for (std::int64_t k = 0; k < group; ++k)
                               row[k * columns + x] = sum[k] += row[k * columns + x];
                           }
                         } else {
                           for (std::int64_t y = g * group; y < rows; ++y, row += columns) {
                             for (std::int64_t x = 1; x < columns; ++x) row[x] += row[x - 1];
                           }
                         }
                       }
                     });
}

}  // namespace opsin::OPSIN_TARGET::engine
