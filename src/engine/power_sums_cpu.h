// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/power_sums.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sums of neighbouring elements times powers of their coordinates, from the power `first` on.
template <int Q>
class PowerSums {
  using V = Vec<double>;

 public:
  PowerSums(const Coordinate& coordinate, int first)
      : spacing_(coordinate.spacing),
        centre_(coordinate.centre_at != nullptr ? *coordinate.centre_at : coordinate.centre),
        first_(first) {}

  /// Elements [begin, end) of a row: doubles and floats where they lie, others by way of a buffer.
  void add(const void* row, DType dtype, std::int64_t begin, std::int64_t end) {
    if (dtype == DType::float64) return add(static_cast<const double*>(row) + begin, begin, end - begin);
    if (dtype == DType::float32) return add(static_cast<const float*>(row) + begin, begin, end - begin);
    constexpr std::int64_t block = 1024;
    alignas(64) double value[block];
    const auto item = static_cast<std::int64_t>(itemsize(dtype));
    for (std::int64_t x = begin; x < end; x += block) {
      const std::int64_t m = std::min(block, end - x);
      load_line(value, static_cast<const std::byte*>(row) + x * item, dtype, item, m, Scaling{});
      add(value, x, m);
    }
  }
  void store(double* to) const {
    for (int q = 0; q < Q; ++q) {
      alignas(64) double lanes[V::lanes];
      sum_[q].store(lanes);
      to[q] = 0;
      for (const double lane : lanes) to[q] += lane;
    }
  }

 private:
  static V load(const double* p) { return V::load(p); }
  static V load(const float* p) {
    const hn::Rebind<float, V::Tag> narrow;
    return {hn::PromoteTo(V::Tag(), hn::LoadU(narrow, p))};
  }
  template <class T>
  void add(const T* from, std::int64_t x, std::int64_t m) {
    alignas(64) double lanes[V::lanes];
    for (int i = 0; i < V::lanes; ++i) lanes[i] = static_cast<double>(x + i);
    V index = V::load(lanes);
    V sum[Q];  // The compiler keeps a local array in registers.
    for (int q = 0; q < Q; ++q) sum[q] = sum_[q];
    const auto step = [&](V term) {
      const V d = index * spacing_ - centre_;
      for (int q = 0; q < first_; ++q) term = term * d;
      for (int q = 0; q < Q; ++q) {
        sum[q] = sum[q] + term;
        if (q + 1 < Q) term = term * d;
      }
      index = index + V(static_cast<double>(V::lanes));
    };
    std::int64_t i = 0;
    for (; i + V::lanes <= m; i += V::lanes) step(load(from + i));
    if (i < m) {
      for (int k = 0; k < V::lanes; ++k) lanes[k] = i + k < m ? static_cast<double>(from[i + k]) : 0;
      step(V::load(lanes));
    }
    for (int q = 0; q < Q; ++q) sum_[q] = sum[q];
  }

  const V spacing_, centre_;
  const int first_;
  V sum_[Q];
};

template <int Q>
void sum_powers(double* to, std::int64_t step, const Array& in, std::int64_t lines, int first,
                const Coordinate& coordinate) {
  const std::int64_t n = in.size() / lines;
  // A short image is a few long lines: pieces of a line are summed apart.
  const std::int64_t pieces = std::max<std::int64_t>(1, n >> 15);
  const auto item = static_cast<std::int64_t>(itemsize(in.dtype()));
  std::vector<double> partial(static_cast<std::size_t>(lines * pieces * Q));
  core::parallel_for(lines * pieces, std::max<std::int64_t>(1, (1 << 15) / std::max<std::int64_t>(1, n / pieces)),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t t = begin; t < end; ++t) {
                         PowerSums<Q> sums(coordinate, first);
                         sums.add(static_cast<const std::byte*>(in.data()) + t / pieces * n * item, in.dtype(),
                                  n * (t % pieces) / pieces, n * (t % pieces + 1) / pieces);
                         sums.store(partial.data() + t * Q);
                       }
                     });
  for (std::int64_t t = 0; t < lines * pieces; ++t) {
    for (int q = 0; q < Q; ++q) to[t / pieces * step + q] += partial[static_cast<std::size_t>(t * Q + q)];
  }
}

/// `to` steps by `step` from line to line.
inline void sum_lines(double* to, std::int64_t step, const Array& in, std::int64_t lines, int first, int count,
                      const Coordinate& coordinate) {
  const auto run = [&]<int Q>(std::integral_constant<int, Q>) {
    sum_powers<Q>(to, step, in, lines, first, coordinate);
  };
  switch (count) {
    case 1: return run(std::integral_constant<int, 1>{});
    case 2: return run(std::integral_constant<int, 2>{});
    case 3: return run(std::integral_constant<int, 3>{});
    default: return run(std::integral_constant<int, powers_at_once>{});
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
