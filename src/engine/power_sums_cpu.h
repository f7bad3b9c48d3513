// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/power_sums.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// `to` steps by `step` from line to line.
inline void sum_lines(double* to, std::int64_t step, const Array& in, std::int64_t lines, int first, int count,
                      const Coordinate& coordinate) {
  using V = Vec<double>;
  constexpr std::int64_t block = 1024;
  const std::int64_t n = in.size() / lines;
  // A short image is a few long lines: pieces of a line are summed apart.
  const std::int64_t pieces = std::max<std::int64_t>(1, n >> 15);
  const auto item = static_cast<std::int64_t>(itemsize(in.dtype()));
  alignas(64) double lane_steps[V::lanes];
  for (int i = 0; i < V::lanes; ++i) lane_steps[i] = i;
  const V steps = V::load(lane_steps), spacing(coordinate.spacing);
  const V centre(coordinate.centre_at != nullptr ? *coordinate.centre_at : coordinate.centre);
  std::vector<double> partial(static_cast<std::size_t>(lines * pieces * powers_at_once));
  core::parallel_for(lines * pieces, std::max<std::int64_t>(1, (1 << 15) / std::max<std::int64_t>(1, n / pieces)),
                     [&](std::int64_t begin, std::int64_t end) {
                       alignas(64) double value[block];
                       for (std::int64_t t = begin; t < end; ++t) {
                         const auto* const row = static_cast<const std::byte*>(in.data()) + t / pieces * n * item;
                         V sum[powers_at_once];
                         for (std::int64_t x = n * (t % pieces) / pieces, stop = n * (t % pieces + 1) / pieces;
                              x < stop; x += block) {
                           const std::int64_t m = std::min(block, stop - x);
                           load_line(value, row + x * item, in.dtype(), item, m, Scaling{});
                           std::fill(value + m, value + std::min(block, m + V::lanes), 0.0);
                           for (std::int64_t i = 0; i < m; i += V::lanes) {
                             const V d = (steps + V(static_cast<double>(x + i))) * spacing - centre;
                             V term = V::load(value + i);
                             for (int q = 0; q < first; ++q) term = term * d;
                             for (int q = 0; q < powers_at_once; ++q) {
                               sum[q] = sum[q] + term;
                               term = term * d;
                             }
                           }
                         }
                         for (int q = 0; q < powers_at_once; ++q) {
                           alignas(64) double lanes[V::lanes];
                           sum[q].store(lanes);
                           double total = 0;
                           for (const double lane : lanes) total += lane;
                           partial[static_cast<std::size_t>(t * powers_at_once + q)] = total;
                         }
                       }
                     });
  for (std::int64_t t = 0; t < lines * pieces; ++t) {
    for (int q = 0; q < count; ++q)
      to[t / pieces * step + q] += partial[static_cast<std::size_t>(t * powers_at_once + q)];
  }
}

/// `to` is (outer, step, inner).
inline void sum_columns(double* to, std::int64_t step, const double* in, std::int64_t outer, std::int64_t n,
                        std::int64_t inner, int first, int count, const Coordinate& coordinate) {
  core::parallel_for(outer, std::max<std::int64_t>(1, (1 << 14) / (n * inner)),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t o = begin; o < end; ++o) {
                         for (std::int64_t i = 0; i < n; ++i) {
                           const double* const from = in + (o * n + i) * inner;
                           const double d = coordinate(i);
                           double power = 1;
                           for (int q = 0; q < first; ++q) power *= d;
                           for (int q = 0; q < count; ++q, power *= d) {
                             double* const sum = to + (o * step + q) * inner;
                             for (std::int64_t k = 0; k < inner; ++k) sum[k] += from[k] * power;
                           }
                         }
                       }
                     });
}

}  // namespace opsin::OPSIN_TARGET::engine
