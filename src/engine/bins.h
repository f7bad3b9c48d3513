// SPDX-License-Identifier: Apache-2.0
// NumPy's uniform bins: numpy.histogram over a range. Edges are numpy.linspace's to the bit, each bin holds its lower
// edge, and the last one its upper edge as well.
#pragma once

#include <cmath>
#include <limits>

#include "core/half.h"
#include "engine/extent.h"
#include "engine/histogram.h"
#include "engine/team.h"

namespace opsin::OPSIN_TARGET::engine {

/// How edges are rounded where they are not simply of type C: to binary16 after each operation, or to binary16 or
/// float32 in the end, which is NumPy's way where the range does not come from the image.
enum class EdgeRounding : std::uint8_t { none, half, half_in_the_end, single };

HD double to_single(double x) { return static_cast<float>(x); }
#ifndef OPSIN_TARGET_CUDA
HD Vec<double> to_single(Vec<double> x) {
  const Vec<double>::Tag wide;
  const hn::Rebind<float, Vec<double>::Tag> narrow;
  return {hn::PromoteTo(wide, hn::DemoteTo(narrow, x.v))};
}
#endif

template <class C>
struct BinEdges {
  C first, last, step, delta, count;
  EdgeRounding rounding;

  template <class V>
  HD V rounded(V x) const {
    if constexpr (std::is_same_v<Element<V>, float>) {
      if (rounding == EdgeRounding::half) return round_to_half(x);
    }
    return x;
  }
  /// Edge k in [0, count].
  template <class V>
  HD V edge(V k) const {
    const V n = broadcast<V>(count);
    // The step of a range of subnormal numbers may be 0; NumPy then scales the other way round.
    const V along = step != C(0) ? rounded(k * broadcast<V>(step)) : rounded(rounded(k / n) * broadcast<V>(delta));
    V e = rounded(along + broadcast<V>(first));
    if constexpr (std::is_same_v<C, double>) {
      if (rounding == EdgeRounding::single) e = to_single(e);
    } else {
      if (rounding == EdgeRounding::half_in_the_end) e = round_to_half(e);
    }
    return pick(k == n, broadcast<V>(last), e);
  }
};

/// The bin of a value. The quotient may be off by one; the edges decide.
template <class C>
struct BinOf {
  BinEdges<C> edges;
  C per_unit;  // infinite for a range so small that no number says how many bins there are in 1

  template <class V>
  HD V operator()(V x) const {
    const V one = broadcast<V>(C(1)), n = broadcast<V>(edges.count);
    const V from_first = x - broadcast<V>(edges.first);
    V k;
    if (per_unit <= std::numeric_limits<C>::max()) {
      k = rint(from_first * broadcast<V>(per_unit) - broadcast<V>(C(0.5)));
    } else {
      // As NumPy has it to the bit: edges of subnormal numbers lie so unevenly that they make up for nothing.
      const V at = from_first / broadcast<V>(edges.last - edges.first) * n;
      k = rint(at);
      k = pick(k > at, k - one, k);
      k = pick(k == n, n - one, k);
    }
    k = max(min(k, n - one), broadcast<V>(C(0)));
    k = pick(x < edges.edge(k), k - one, k);
    k = pick((x >= edges.edge(k + one)) & (k < n - one), k + one, k);
    return pick((x >= broadcast<V>(edges.first)) & (x <= broadcast<V>(edges.last)), k, n);
  }
};

/// BinOf where edges are no more than k * step + first: of those next to a value at most one is on the wrong side. A
/// value further from them than rounding can move them is surely in its bin.
template <class C>
struct SimpleBinOf {
  C first, last, step, count, per_unit;
  C margin;  // of a bin

  /// Rounding moves a place by at most four halves of the last digit that a number of bins has, an edge by three, and
  /// by half of its own last digit.
  HD static C margin_of(C first, C last, C step, C count) {
    return C(4) * std::numeric_limits<C>::epsilon() * (count + max(abs(first), abs(last)) / step);
  }
  /// The bin where `sure` stays true.
  HD C quick(C x, bool& sure) const {
    const C place = (x - first) * per_unit;
    const C k = ::floor(place), beyond = place - k;
    sure = sure && beyond > margin && beyond < C(1) - margin && place > C(0) && place < count;
    return k;
  }

  HD C operator()(C x) const {
    const C n = count;
    C k = rint((x - first) * per_unit - C(0.5));
    k = max(min(k, n - C(1)), C(0));
    const C below = k * step + first, above = (k + C(1)) * step + first;
    const C next = x >= above && k < n - C(1) ? k + C(1) : k;
    k = x < below ? k - C(1) : next;
    return x >= first && x <= last ? k : n;
  }
};

template <class C>
struct UniformBins {
  const BinEdges<C>* edges;
  HD C per_unit() const { return edges->count / (edges->last - edges->first); }
  HD BinOf<C> prepared() const { return {*edges, per_unit()}; }
  HD bool is_simple() const {
    const EdgeRounding r = edges->rounding;
    const bool plain = r == EdgeRounding::none || (r == EdgeRounding::single && std::is_same_v<C, float>);
    return plain && edges->step != C(0) && per_unit() <= std::numeric_limits<C>::max();
  }
  HD SimpleBinOf<C> simple() const {
    const BinEdges<C>& e = *edges;
    const C margin = SimpleBinOf<C>::margin_of(e.first, e.last, e.step, e.count);
    return {e.first, e.last, e.step, e.count, per_unit(), margin};
  }
};

/// What went wrong with a histogram's values: bits of a status word, which is read where the host may wait.
namespace status {
inline constexpr int not_finite = 1;
inline constexpr int too_many_bins = 2;
}  // namespace status

/// Edges from a range, or from the extent of an image; the centres of the bins go to `centres` with that dtype.
template <class C>
struct MakeBins {
  BinEdges<C>* edges;
  const Extent* extent;  // null: low and high are given
  double low, high;
  std::int64_t count;
  EdgeRounding rounding;
  void* centres;
  DType centre_type;
  int* status;

  HD BinEdges<C> make() const {
    BinEdges<C> e{};
    e.rounding = rounding;
    e.count = static_cast<C>(count);
    if (!extent) {
      e.first = static_cast<C>(low);
      e.last = static_cast<C>(high);
    } else if (extent->empty()) {
      e.last = C(1);
    } else {
      e.first = extent->least<C>();
      e.last = extent->greatest<C>();
      const C zero = (e.first - e.first) + (e.last - e.last);
      if (extent->nan || zero != C(0)) {
        *status = status::not_finite;
        e.first = C(0);
        e.last = C(1);
      }
    }
    if (e.first == e.last) {
      e.first = e.rounded(e.first - C(0.5));
      e.last = e.rounded(e.last + C(0.5));
    }
    e.delta = e.rounded(e.last - e.first);
    e.step = e.rounded(e.delta / e.count);
    return e;
  }

  HD void operator()(const Team& team) const {
    team.alone(0, [&] { *edges = make(); });
    team.wait();
    const BinEdges<C> e = *edges;
    team.each(count, [&](std::int64_t i) {
      const C k = static_cast<C>(i);
      const C below = e.edge(k), above = e.edge(k + C(1));
      if (!(below < above) && *status == 0) *status = status::too_many_bins;
      C centre = e.rounded(e.rounded(below + above) / C(2));
      if constexpr (std::is_same_v<C, double>) {
        if (rounding == EdgeRounding::single) centre = static_cast<float>(below + above) / 2.0f;
      } else {
        if (rounding == EdgeRounding::half_in_the_end) centre = round_to_half(round_to_half(below + above) / C(2));
      }
      with_storage<C>(centre_type,
                      [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) { static_cast<T*>(centres)[i] = store_as<T>(centre); });
    });
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
