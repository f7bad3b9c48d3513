// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/power_sums.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sums of R rows' elements times powers of the coordinates that the rows share, from the power `first` on. Several
/// rows at once: their data come sooner than one row's, and a coordinate is made once.
template <int Q, int R>
class PowerSums {
  using V = Vec<double>;

 public:
  PowerSums(const Coordinate& coordinate, int first)
      : spacing_(coordinate.spacing),
        centre_(coordinate.centre_at != nullptr ? *coordinate.centre_at : coordinate.centre),
        first_(first) {}

  /// Elements [begin, end) of each row, which are `apart` bytes apart: doubles and floats where they lie, others by way
  /// of a buffer.
  void add(const std::byte* rows, std::int64_t apart, DType dtype, std::int64_t begin, std::int64_t end) {
    if (dtype == DType::float64) return add_where_they_lie<double>(rows, apart, begin, end);
    if (dtype == DType::float32) return add_where_they_lie<float>(rows, apart, begin, end);
    constexpr std::int64_t block = 1024;
    alignas(64) double value[R][block];
    const double* from[R];
    const auto item = static_cast<std::int64_t>(itemsize(dtype));
    for (std::int64_t x = begin; x < end; x += block) {
      const std::int64_t m = std::min(block, end - x);
      for (int r = 0; r < R; ++r) {
        load_line(value[r], rows + r * apart + x * item, dtype, item, m, Scaling{});
        from[r] = value[r];
      }
      add(from, x, m);
    }
  }
  /// Row r's sums at to[r * apart + q], added to what is there.
  void add_to(double* to, std::int64_t apart) const {
    for (int r = 0; r < R; ++r) {
      for (int q = 0; q < Q; ++q) {
        alignas(64) double lanes[V::lanes];
        sum_[r][q].store(lanes);
        double sum = 0;
        for (const double lane : lanes) sum += lane;
        to[r * apart + q] += sum;
      }
    }
  }

 private:
  static V load(const double* p) { return V::load(p); }
  static V load(const float* p) {
    const hn::Rebind<float, V::Tag> narrow;
    return {hn::PromoteTo(V::Tag(), hn::LoadU(narrow, p))};
  }
  template <class T>
  void add_where_they_lie(const std::byte* rows, std::int64_t apart, std::int64_t begin, std::int64_t end) {
    const T* from[R];
    for (int r = 0; r < R; ++r) from[r] = reinterpret_cast<const T*>(rows + r * apart) + begin;
    add(from, begin, end - begin);
  }
  template <class T>
  void add(const T* const (&from)[R], std::int64_t x, std::int64_t m) {
    alignas(64) double lanes[V::lanes];
    for (int i = 0; i < V::lanes; ++i) lanes[i] = static_cast<double>(x + i);
    V index = V::load(lanes);
    V sum[R][Q];  // The compiler keeps a local array in registers.
    for (int r = 0; r < R; ++r) std::copy_n(sum_[r], Q, sum[r]);
    const auto step = [&](const auto& value) {
      const V d = index * spacing_ - centre_;
      V term[R];
      for (int r = 0; r < R; ++r) term[r] = value(r);
      for (int q = 0; q < first_; ++q) {
        for (V& t : term) t *= d;
      }
      for (int q = 0; q < Q; ++q) {
        for (int r = 0; r < R; ++r) {
          sum[r][q] += term[r];
          term[r] *= d;
        }
      }
      index = index + V(static_cast<double>(V::lanes));
    };
    std::int64_t i = 0;
    for (; i + V::lanes <= m; i += V::lanes) step([&](int r) { return load(from[r] + i); });
    if (i < m) {
      step([&](int r) {
        for (int k = 0; k < V::lanes; ++k) lanes[k] = i + k < m ? static_cast<double>(from[r][i + k]) : 0;
        return V::load(lanes);
      });
    }
    for (int r = 0; r < R; ++r) std::copy_n(sum[r], Q, sum_[r]);
  }

  const V spacing_, centre_;
  const int first_;
  V sum_[R][Q];
};

template <int Q>
void sum_powers(double* to, std::int64_t step, const Array& in, std::int64_t lines, int first,
                const Coordinate& coordinate) {
  // At once; on two cores of an EPYC four rows of floats took 0.65 of the time of one after the other, two rows 0.75.
  constexpr int rows = 4;
  const std::int64_t n = in.size() / lines;
  // A short image is a few long lines: pieces of a line are summed apart.
  const std::int64_t pieces = std::max<std::int64_t>(1, n >> 15);
  // Lines of a task, which are read from its quarters.
  const std::int64_t together = std::max<std::int64_t>(rows, (1 << 16) / (n / pieces));
  const std::int64_t line_bytes = n * static_cast<std::int64_t>(itemsize(in.dtype()));
  std::vector<double> partial(static_cast<std::size_t>(pieces > 1 ? lines * pieces * Q : 0));
  double* const sums = pieces > 1 ? partial.data() : to;
  const std::int64_t line_sums = pieces > 1 ? pieces * Q : step;
  core::parallel_for((lines + together - 1) / together * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t piece = t % pieces, line = t / pieces * together;
      const std::int64_t count = std::min(together, lines - line), apart = count / rows;
      const auto add = [&]<int R>(std::integral_constant<int, R>, std::int64_t at) {
        PowerSums<Q, R> made(coordinate, first);
        made.add(static_cast<const std::byte*>(in.data()) + at * line_bytes, apart * line_bytes, in.dtype(),
                 n * piece / pieces, n * (piece + 1) / pieces);
        made.add_to(sums + at * line_sums + piece * Q, apart * line_sums);
      };
      for (std::int64_t i = 0; i < apart; ++i) add(std::integral_constant<int, rows>{}, line + i);
      for (std::int64_t i = rows * apart; i < count; ++i) add(std::integral_constant<int, 1>{}, line + i);
    }
  });
  if (pieces == 1) return;
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
  using V = Vec<double>;
  const double* const end_of_in = in + outer * n * inner;
  const auto column = [&](std::int64_t o, std::int64_t k) {
    V sum[powers_at_once];
    for (std::int64_t i = 0; i < n; ++i) {
      const double* const from = in + (o * n + i) * inner + k;
      // Lanes past the last column hold what follows, and are not stored.
      const V value = V::load(from, end_of_in - from);
      const double d = coordinate(i);
      double power = 1;
      for (int q = 0; q < first; ++q) power *= d;
      for (int q = 0; q < powers_at_once; ++q, power *= d) sum[q] += value * V(power);
    }
    for (int q = 0; q < count; ++q) sum[q].store(to + (o * step + q) * inner + k, inner - k);
  };
  core::parallel_for(outer, std::max<std::int64_t>(1, (1 << 14) / (n * inner)),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t o = begin; o < end; ++o) {
                         for (std::int64_t k = 0; k < inner; k += V::lanes) column(o, k);
                       }
                     });
}

}  // namespace opsin::OPSIN_TARGET::engine
