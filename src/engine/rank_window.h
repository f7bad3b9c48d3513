// SPDX-License-Identifier: Apache-2.0
// Statistics of the values under a footprint that the image's edges and a mask crop: the rank filters.
//
// A filter is a functor that asks a window around its element. Two engines answer.
//
//   windowed_totals(out, window, f)   f(WindowTotals, value) -> double, the sum of f.weight(v) over the window
//   windowed_order(out, window, f)    f(w, value) -> double, w answering
//       population()          elements in the window
//       count_upto(v)         those of at most v
//       upto(v)               the same with the sum of their values
//       kth(k)                the k-th least value, 1 <= k <= population()
//       has(v)                whether v is among them
//       fullest()             the value that most have, the least such one
//       otsu()                the value that parts them best
//       information()         sum of T[n] over the values, n being how many have it and T[n] / n f.information()[n]
//
// F::uses says which of them it asks; kth and count_upto need `order`, upto needs `sums` as well, information needs
// `entropy`. F::few says that it asks for counts alone, once or twice: then a window is read element by element on
// CUDA. Where there is no element at all the functor is asked as well: population() is 0.
//
// CUDA answers some questions about bytes without a histogram, from a functor that says the same once more:
//   f.within(totals, population, value)   of the elements from value - f.below() to value + f.above(); their sum is
//                                         there where F::summed, otherwise the population
//   f.nearest(distance, value)            of the element nearest to value, at least 256 away where there is none
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/dispatch.h"
#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Planes, rows, columns.
using RankOffset = std::array<std::int64_t, 3>;

struct RankWindow {
  Array image;                      // uint8 or uint16, three axes, C-contiguous
  Array mask;                       // uint8 of the same shape, zero where an element does not count; or not defined
  std::vector<RankOffset> offsets;  // in C order, all different
  std::int64_t bins = 256;          // values lie below
  RankOffset least{}, most{};       // of the offsets

  std::int64_t size() const { return static_cast<std::int64_t>(offsets.size()); }
  /// Elements that the footprint spans along an axis.
  std::int64_t span(int axis) const {
    const auto a = static_cast<std::size_t>(axis);
    return most[a] - least[a] + 1;
  }
};

/// A run of a footprint's elements along the last axis, relative to its least offsets.
struct RankRun {
  std::int64_t plane, row, begin, end;
};

inline std::vector<RankRun> rank_runs(const RankWindow& w) {
  std::vector<RankRun> runs;
  for (const RankOffset& o : w.offsets) {
    const std::int64_t p = o[0] - w.least[0], r = o[1] - w.least[1], c = o[2] - w.least[2];
    const bool goes_on = !runs.empty() && runs.back().plane == p && runs.back().row == r && runs.back().end == c;
    if (goes_on) {
      runs.back().end = c + 1;
    } else {
      runs.push_back({p, r, c, c + 1});
    }
  }
  return runs;
}

namespace uses {
inline constexpr int order = 1, sums = 2, entropy = 4;
}  // namespace uses

struct WindowTotals {
  std::int64_t count = 0;
  std::int64_t sum = 0;
};

/// Variance between the two classes that a threshold makes, times the square of the population: `below` is the count
/// and sum of one of them, `all` of both.
HD double between_classes(const WindowTotals& below, const WindowTotals& all) {
  const auto q1 = static_cast<double>(below.count), q2 = static_cast<double>(all.count - below.count);
  const double t = q2 * static_cast<double>(below.sum) - static_cast<double>(all.sum - below.sum) * q1;
  return t * t / (q1 * q2);
}

/// Stores f's answer as an element of the result.
template <class F>
struct RankElement {
  static constexpr int uses = F::uses;
  static constexpr bool few = F::few;
  F f;
  void* out;
  DType dtype;  // uint8, uint16, float32 or float64

  template <class W>
  HD void operator()(const W& window, int value, std::int64_t index) const {
    const double result = f(window, value);
    if (!window.writes()) return;
    switch (dtype) {
      case DType::uint8: static_cast<std::uint8_t*>(out)[index] = store_as<std::uint8_t>(result); break;
      case DType::uint16: static_cast<std::uint16_t*>(out)[index] = store_as<std::uint16_t>(result); break;
      case DType::float32: static_cast<float*>(out)[index] = static_cast<float>(result); break;
      default: static_cast<double*>(out)[index] = result;
    }
  }
  HD const std::int64_t* information() const {
    if constexpr ((uses & engine::uses::entropy) != 0) {
      return f.information();
    } else {
      return nullptr;
    }
  }
};

/// Stores the first `count` bins of every window, each as its share of the window.
struct RankBins {
  static constexpr int uses = 0;
  static constexpr bool few = false;
  double* out;
  std::int64_t count;

  template <class W>
  HD void operator()(const W& window, int, std::int64_t index) const {
    window.shares(out + index * count, count);
  }
  HD const std::int64_t* information() const { return nullptr; }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/rank_cuda.h"
#else
#include "engine/rank_slide_cpu.h"
#include "engine/rank_totals_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `out` is C-contiguous, of the image's shape, and overlaps neither the image nor the mask.
template <class F>
void windowed_order(const Array& out, const RankWindow& window, const F& f) {
  run_rank(window, RankElement<F>{f, out.mutable_data(), out.dtype()});
}

/// `out`: float64, with the bins along its last axis.
inline void windowed_bins(const Array& out, const RankWindow& window) {
  run_rank(window, RankBins{out.mutable_data_as<double>(), out.shape(out.ndim() - 1)});
}

}  // namespace opsin::OPSIN_TARGET::engine
