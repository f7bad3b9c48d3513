// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/total.h: vectors of values go into accumulators of each piece of a line.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/line_start_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// A sum in double of vectors of the compute type. Its additions alternate between accumulators, so that none waits for
/// the one before.
template <class C>
class WideSum {
 public:
  HD void add(Vec<C> x, int k) {
    const Vec<double>::Tag wide;
    if constexpr (sizeof(C) == 8) {
      sums_[k] += x;
    } else {
      const hn::Half<typename Vec<C>::Tag> half;
      sums_[2 * k] += Vec<double>(hn::PromoteTo(wide, hn::LowerHalf(half, x.v)));
      sums_[2 * k + 1] += Vec<double>(hn::PromoteTo(wide, hn::UpperHalf(half, x.v)));
    }
  }
  double total() const {
    alignas(64) double lanes[Vec<double>::lanes];
    Vec<double> sum = sums_[0] + sums_[1];
    if constexpr (sizeof(C) == 4) sum += sums_[2] + sums_[3];
    sum.store(lanes);
    double total = 0;
    for (const double lane : lanes) total += lane;
    return total;
  }
  static constexpr int chains = 2;

 private:
  Vec<double> sums_[sizeof(C) == 4 ? 4 : 2];
};

/// What a piece of a line adds to the totals.
template <class C, class F>
struct PieceTotals {
  using V = Vec<C>;
  static constexpr int outputs = F::sums + F::extremes;
  WideSum<C> sum[F::sums > 0 ? F::sums : 1];
  V least[F::extremes > 0 ? F::extremes : 1], greatest[F::extremes > 0 ? F::extremes : 1];

  void clear() {
    for (V& x : least) x = V(std::numeric_limits<C>::infinity());
    for (V& x : greatest) x = V(-std::numeric_limits<C>::infinity());
  }
  HD void add(const V (&values)[outputs], int k) {
    for (int s = 0; s < F::sums; ++s) sum[s].add(values[s], k);
    for (int e = 0; e < F::extremes; ++e) {
      const V x = values[F::sums + e];
      least[e] = pick(x < least[e], x, pick(x == x, least[e], x));
      greatest[e] = pick(x > greatest[e], x, pick(x == x, greatest[e], x));
    }
  }
  void put(TotalsOf<C, F>& totals) const {
    for (int s = 0; s < F::sums; ++s) totals.sum[s] += sum[s].total();
    alignas(64) C lanes[V::lanes];
    for (int e = 0; e < F::extremes; ++e) {
      least[e].store(lanes);
      for (const C lane : lanes) totals.least[e] = lesser_or_nan(lane, totals.least[e]);
      greatest[e].store(lanes);
      for (const C lane : lanes) totals.greatest[e] = greater_or_nan_of(lane, totals.greatest[e]);
    }
  }
};

/// The totals of n neighbouring bytes of each input, at most 2^19: a lane of a sum holds as many. They are the same as
/// in the compute type, which holds the functor's values of bytes exactly.
template <class C, int I, class F>
void add_bytes(TotalsOf<C, F>& totals, const std::uint8_t* const (&in)[I], std::int64_t n, const F& f) {
  using V = Vec<std::int16_t>;
  using Wide = Vec<std::uint32_t>;
  constexpr int outputs = F::sums + F::extremes, sums = F::sums > 0 ? F::sums : 1;
  constexpr int extremes = F::extremes > 0 ? F::extremes : 1;
  const hn::Rebind<std::uint8_t, V::Tag> narrow;
  const Vec<std::uint16_t>::Tag words;
  const hn::Half<Vec<std::uint16_t>::Tag> half;
  Wide sum[sums][2];
  V least[extremes], greatest[extremes], a[I], b[outputs];
  std::fill_n(least, extremes, V(INT16_MAX));
  std::fill_n(greatest, extremes, V(INT16_MIN));
  alignas(64) std::int16_t lanes[V::lanes];
  std::int64_t k = 0;
  for (; k + V::lanes <= n; k += V::lanes) {
    for (int i = 0; i < I; ++i) a[i] = V(hn::PromoteTo(V::Tag(), hn::LoadU(narrow, in[i] + k)));
    f(a, b);
    for (int s = 0; s < F::sums; ++s) {
      const auto value = hn::BitCast(words, b[s].v);
      sum[s][0] += Wide(hn::PromoteTo(Wide::Tag(), hn::LowerHalf(half, value)));
      sum[s][1] += Wide(hn::PromoteTo(Wide::Tag(), hn::UpperHalf(half, value)));
    }
    for (int e = 0; e < F::extremes; ++e) {
      least[e] = min(least[e], b[F::sums + e]);
      greatest[e] = max(greatest[e], b[F::sums + e]);
    }
  }
  if (k > 0) {
    for (int s = 0; s < F::sums; ++s) {
      alignas(64) std::uint32_t parts[Wide::lanes];
      for (const Wide& chain : sum[s]) {
        chain.store(parts);
        for (const std::uint32_t part : parts) totals.sum[s] += static_cast<double>(part);
      }
    }
    for (int e = 0; e < F::extremes; ++e) {
      least[e].store(lanes);
      totals.see(e, static_cast<C>(*std::min_element(lanes, lanes + V::lanes)));
      greatest[e].store(lanes);
      totals.see(e, static_cast<C>(*std::max_element(lanes, lanes + V::lanes)));
    }
  }
  if (k == n) return;
  for (int i = 0; i < I; ++i) {
    for (int j = 0; j < V::lanes; ++j) lanes[j] = k + j < n ? in[i][k + j] : 0;
    a[i] = V::load(lanes);
  }
  f(a, b);
  for (int o = 0; o < outputs; ++o) {
    b[o].store(lanes);
    for (std::int64_t j = 0; j < n - k; ++j) {
      if (o < F::sums) {
        totals.sum[o] += static_cast<double>(static_cast<std::uint16_t>(lanes[j]));
      } else {
        totals.see(o - F::sums, static_cast<C>(lanes[j]));
      }
    }
  }
}

/// Elements [begin, end) of one line. Neighbouring ones of the compute type are read where they lie.
template <class C, int I, class F>
void add_piece(TotalsOf<C, F>& totals, const opsin::engine::Loop<I>& loop, const std::byte* const (&at)[I],
               std::int64_t begin, std::int64_t end, const F& f) {
  using V = Vec<C>;
  constexpr std::int64_t block = 512, stride = V::lanes * WideSum<C>::chains;
  constexpr int outputs = F::sums + F::extremes;
  const int last = loop.ndim - 1;
  if constexpr (requires { F::of_bytes; }) {
    const std::uint8_t* bytes[I];
    bool are_bytes = true;
    for (int i = 0; i < I; ++i) {
      bytes[i] = reinterpret_cast<const std::uint8_t*>(at[i]) + begin;
      are_bytes = are_bytes && loop.dtype[i] == DType::uint8 && loop.strides[i][last] == 1;
    }
    if (are_bytes) return add_bytes<C, I>(totals, bytes, end - begin, f);
  }
  alignas(64) C buffer[I][block];
  PieceTotals<C, F> piece;
  piece.clear();
  // Blocks of a piece's quarters in turn: a core brings several streams of an image sooner than one of them.
  constexpr std::int64_t streams = 4;
  const std::int64_t apart = ((end - begin + block - 1) / block + streams - 1) / streams;
  for (std::int64_t turn = 0; turn < streams * apart; ++turn) {
    const std::int64_t x = begin + (turn % streams * apart + turn / streams) * block;
    if (x >= end) continue;
    const std::int64_t n = std::min(block, end - x);
    const C* in[I];
    for (int i = 0; i < I; ++i) {
      const std::int64_t step = loop.strides[i][last];
      const std::byte* const from = at[i] + x * step;
      const bool direct = loop.dtype[i] == dtype_of<C> && step == sizeof(C);
      if (!direct) load_line(buffer[i], from, loop.dtype[i], step, n, Scaling{});
      in[i] = direct ? reinterpret_cast<const C*>(from) : buffer[i];
    }
    V a[I], b[outputs];
    std::int64_t k = 0;
    for (; k + stride <= n; k += stride) {
      for (int c = 0; c < WideSum<C>::chains; ++c) {
        for (int i = 0; i < I; ++i) a[i] = V::load(in[i] + k + c * V::lanes);
        f(a, b);
        piece.add(b, c);
      }
    }
    for (; k < n; k += V::lanes) {
      for (int i = 0; i < I; ++i) a[i] = V::load(in[i] + k, n - k);
      f(a, b);
      // Lanes beyond the line must not count, whatever the functor makes of zeros.
      alignas(64) C lanes[V::lanes];
      const auto count = std::min<std::int64_t>(V::lanes, n - k);
      for (int o = 0; o < outputs; ++o) {
        b[o].store(lanes);
        for (std::int64_t j = 0; j < count; ++j) {
          if (o < F::sums) {
            totals.sum[o] += static_cast<double>(lanes[j]);
          } else {
            totals.see(o - F::sums, lanes[j]);
          }
        }
      }
    }
  }
  piece.put(totals);
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
        const std::byte* at[I];
        find_line(at, loop, line);
        add_piece<C, I>(made[static_cast<std::size_t>(part)], loop, at, piece * length / pieces,
                        (piece + 1) * length / pieces, f);
      }
    }
  });
  for (const auto& m : made) totals.merge(m);
  finish(totals);
}

}  // namespace opsin::OPSIN_TARGET::engine
