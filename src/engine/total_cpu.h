// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/total.h: the values of a short piece of a line go into buffers, and from there into the totals.
#pragma once

#include <algorithm>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// n values into a sum, eight at a time: that many additions are under way at once.
template <class C>
double sum_of(const C* p, std::int64_t n) {
  double sums[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) sums[k] += static_cast<double>(p[i + k]);
  }
  for (int k = 0; i < n; ++i, ++k) sums[k] += static_cast<double>(p[i]);
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

template <class C, class T>
void see_all(T& totals, int e, const C* p, std::int64_t n) {
  using V = Vec<C>;
  std::int64_t i = 0;
  if (n >= V::lanes) {
    V least(totals.least[e]), greatest(totals.greatest[e]);
    for (; i + V::lanes <= n; i += V::lanes) {
      const V x = V::load(p + i);
      least = pick(x < least, x, pick(x == x, least, x));
      greatest = pick(x > greatest, x, pick(x == x, greatest, x));
    }
    alignas(64) C low[V::lanes], high[V::lanes];
    least.store(low);
    greatest.store(high);
    for (int k = 0; k < V::lanes; ++k) {
      totals.see(e, low[k]);
      totals.see(e, high[k]);
    }
  }
  for (; i < n; ++i) totals.see(e, p[i]);
}

/// Elements [begin, end) of one line.
template <class C, int I, class F>
void add_piece(TotalsOf<C, F>& totals, const opsin::engine::Loop<I>& loop, const std::int64_t (&at)[I],
               std::int64_t begin, std::int64_t end, const F& f) {
  using V = Vec<C>;
  constexpr std::int64_t block = 512;
  constexpr int outputs = F::sums + F::extremes;
  alignas(64) C in[I][block];
  alignas(64) C out[outputs][block];
  const int last = loop.ndim - 1;
  for (std::int64_t x = begin; x < end; x += block) {
    const std::int64_t n = std::min(block, end - x);
    for (int i = 0; i < I; ++i) {
      load_line(in[i], static_cast<const std::byte*>(loop.data[i]) + at[i] + x * loop.strides[i][last], loop.dtype[i],
                loop.strides[i][last], n, Scaling{});
    }
    for (std::int64_t k = 0; k < n; k += V::lanes) {
      V a[I], b[outputs];
      for (int i = 0; i < I; ++i) a[i] = V::load(in[i] + k, n - k);
      f(a, b);
      for (int o = 0; o < outputs; ++o) b[o].store(out[o] + k);
    }
    for (int s = 0; s < F::sums; ++s) totals.sum[s] += sum_of(out[s], n);
    for (int e = 0; e < F::extremes; ++e) see_all(totals, e, out[F::sums + e], n);
  }
}

template <class C, int I, class F, class G>
void run_total(const opsin::engine::Loop<I>& loop, const F& f, const G& finish, Device) {
  // A part is a piece of a line, or as many whole lines.
  constexpr std::int64_t least_part = 1 << 15;
  const std::int64_t length = loop.line_length();
  const std::int64_t lines = loop.lines();
  const std::int64_t pieces = std::max<std::int64_t>(1, length / least_part);
  const std::int64_t together = length > 0 ? std::max<std::int64_t>(1, least_part / length) : 1;
  const std::int64_t parts = pieces > 1 ? lines * pieces : (lines + together - 1) / together;
  TotalsOf<C, F> totals;
  totals.clear();
  std::vector<TotalsOf<C, F>> made(static_cast<std::size_t>(parts), totals);
  core::parallel_for(parts, 1, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t part = first; part < end; ++part) {
      const std::int64_t piece = part % pieces;
      const std::int64_t begin_line = part / pieces * together;
      const std::int64_t end_line = std::min(lines, begin_line + together);
      for (std::int64_t line = begin_line; line < end_line; ++line) {
        std::int64_t at[I] = {};
        std::int64_t rest = line;
        for (int d = loop.ndim - 2; d >= 0; --d) {
          for (int i = 0; i < I; ++i) at[i] += rest % loop.shape[d] * loop.strides[i][d];
          rest /= loop.shape[d];
        }
        add_piece<C, I>(made[static_cast<std::size_t>(part)], loop, at, piece * length / pieces,
                        (piece + 1) * length / pieces, f);
      }
    }
  });
  for (const auto& m : made) totals.merge(m);
  finish(totals);
}

}  // namespace opsin::OPSIN_TARGET::engine
