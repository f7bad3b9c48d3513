// SPDX-License-Identifier: Apache-2.0
// Thresholds from histograms, each as a function of a team that gives the number of a bin.
//
// Sums run in NumPy's order and in its types (float32 counts; their products with float32 centres are float32 too),
// since the greatest of nearly equal criteria is wanted.
#pragma once

#include "engine/team.h"

namespace opsin::OPSIN_TARGET::filters {

/// What went wrong; continues engine::status.
namespace status {
inline constexpr int one_value = 4;
inline constexpr int no_two_maxima = 5;
inline constexpr int too_many_iterations = 6;
inline constexpr int no_threshold = 7;
}  // namespace status

/// What was found first stays.
HD void report(int* status, int found) {
  if (*status == 0) *status = found;
}

/// A histogram; A is the type that NumPy has for a count times a centre.
template <class A>
struct Binned {
  const float* counts;
  const A* centres;
  std::int64_t n;
  double* work;  // 4 * n numbers
  int* status;
};

/// Where a running sum goes.
struct Into {
  double* to;
  HD void operator()(std::int64_t i, double sum) const { to[i] = sum; }
};

template <class A>
HD std::int64_t otsu_bin(const engine::Team& team, const Binned<A>& h) {
  if (h.n < 2) {
    team.alone(0, [&] { report(h.status, status::one_value); });
    return 0;
  }
  double *weight1 = h.work, *weight2 = weight1 + h.n, *sum1 = weight2 + h.n, *sum2 = sum1 + h.n;
  const auto count = [&](std::int64_t i) { return h.counts[i]; };
  const auto moment = [&](std::int64_t i) { return static_cast<A>(h.counts[i]) * h.centres[i]; };
  team.running(h.n, engine::upward<float>(count, Into{weight1}), engine::downward<float>(count, Into{weight2}),
               engine::upward<A>(moment, Into{sum1}), engine::downward<A>(moment, Into{sum2}));
  return team.argmax(h.n - 1, [&](std::int64_t i) -> double {
    const auto w1 = static_cast<float>(weight1[i]), w2 = static_cast<float>(weight2[i + 1]);
    const A mean1 = static_cast<A>(sum1[i]) / static_cast<A>(w1);
    const A mean2 = static_cast<A>(sum2[i + 1]) / static_cast<A>(w2);
    const A apart = mean1 - mean2;
    return static_cast<A>(w1 * w2) * (apart * apart);
  });
}

/// In float32, whatever the centres are.
template <class A>
HD std::int64_t yen_bin(const engine::Team& team, const Binned<A>& h) {
  if (h.n < 2) return 0;
  double *total = h.work, *sums = total + h.n, *squares = sums + h.n, *squares_down = squares + h.n;
  team.running(h.n, engine::upward<double>([&](std::int64_t i) { return h.counts[i]; }, Into{total}));
  const auto all = static_cast<float>(total[h.n - 1]);
  const auto share = [&](std::int64_t i) { return h.counts[i] / all; };
  const auto square = [&](std::int64_t i) { return share(i) * share(i); };
  team.running(h.n, engine::upward<float>(share, Into{sums}), engine::upward<float>(square, Into{squares}),
               engine::downward<float>(square, Into{squares_down}));
  return team.argmax(h.n - 1, [&](std::int64_t i) -> double {
    const auto p = static_cast<float>(sums[i]);
    const float q = p * (1.0f - p);
    const float inverse = 1.0f / (static_cast<float>(squares[i]) * static_cast<float>(squares_down[i + 1]));
    return ::logf(inverse * (q * q));
  });
}

/// Calls f(is_threshold) with a function of the bin, for all but the last.
template <class A, class F>
HD void with_isodata(const engine::Team& team, const Binned<A>& h, const F& f) {
  double *below = h.work, *sums = below + h.n;
  const auto count = [&](std::int64_t i) { return h.counts[i]; };
  const auto moment = [&](std::int64_t i) { return static_cast<A>(h.counts[i]) * h.centres[i]; };
  team.running(h.n, engine::upward<float>(count, Into{below}), engine::upward<A>(moment, Into{sums}));
  const std::int64_t last = h.n - 1;
  const A width = h.centres[1] - h.centres[0];
  f([&](std::int64_t i) {
    const auto at_most = static_cast<float>(below[i]);
    const float above = static_cast<float>(below[last]) - at_most;
    const A lower = static_cast<A>(sums[i]) / static_cast<A>(at_most);
    const A higher = (static_cast<A>(sums[last]) - static_cast<A>(sums[i])) / static_cast<A>(above);
    const A distance = (lower + higher) / A(2) - h.centres[i];
    return distance >= A(0) && distance < width;
  });
}

template <class A>
HD std::int64_t isodata_bin(const engine::Team& team, const Binned<A>& h) {
  if (h.n < 2) return 0;
  std::int64_t found = 0;
  with_isodata(team, h, [&](const auto& is_threshold) {
    found = team.argmax(h.n - 1, [&](std::int64_t i) -> double { return is_threshold(i); });
    if (!is_threshold(found)) team.alone(0, [&] { report(h.status, status::no_threshold); });
  });
  return found;
}

/// As scipy.ndimage's uniform_filter1d of three bins: float64 running means, kept as float32.
template <class A>
HD void smooth(const engine::Team& team, const Binned<A>& h, double* values, double* steps) {
  const std::int64_t last = h.n - 1;
  const auto at = [&](std::int64_t i) { return values[i < 0 ? 0 : i > last ? last : i]; };
  team.each(h.n, [&](std::int64_t i) {
    steps[i] = i == 0 ? ((at(-1) + at(0)) + at(1)) / 3.0 : (at(i + 1) - at(i - 2)) / 3.0;
  });
  team.running(h.n, engine::upward<double>([&](std::int64_t i) { return steps[i]; },
                                           [&](std::int64_t i, double mean) { values[i] = static_cast<float>(mean); }));
}

/// The maxima of a line: where it falls after it rose last, a plateau counting at its end. At first it rises.
struct IsMaximum {
  const double* values;
  HD bool operator()(std::int64_t i) const {
    if (!(values[i + 1] < values[i])) return false;
    for (; i > 0; --i) {
      if (values[i] > values[i - 1]) return true;
      if (values[i] < values[i - 1]) return false;
    }
    return true;
  }
};

template <class A>
HD std::int64_t minimum_bin(const engine::Team& team, const Binned<A>& h, std::int64_t iterations) {
  if (h.n < 3) {
    team.alone(0, [&] { report(h.status, status::no_two_maxima); });
    return 0;
  }
  double *values = h.work, *steps = values + h.n;
  team.each(h.n, [&](std::int64_t i) { values[i] = h.counts[i]; });
  const IsMaximum is_maximum{values};
  std::int64_t maxima = 0, done = 0;
  for (; done < iterations; ++done) {
    smooth(team, h, values, steps);
    maxima = team.sum(h.n - 1, is_maximum);
    if (maxima < 3) break;
  }
  if (maxima != 2 || done >= iterations - 1) {
    team.alone(0, [&] { report(h.status, maxima != 2 ? status::no_two_maxima : status::too_many_iterations); });
    return 0;
  }
  const std::int64_t first = team.argmax(h.n - 1, [&](std::int64_t i) -> double { return is_maximum(i); });
  const std::int64_t second =
      team.argmax(h.n - 1, [&](std::int64_t i) -> double { return i > first && is_maximum(i); });
  return first + team.argmax(second - first + 1, [&](std::int64_t i) { return -values[first + i]; });
}

}  // namespace opsin::OPSIN_TARGET::filters
