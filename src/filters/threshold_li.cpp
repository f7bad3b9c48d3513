// SPDX-License-Identifier: Apache-2.0
// Li's iteration to the least cross entropy (C. H. Li, P. K. S. Tam, "An iterative algorithm for minimum cross entropy
// thresholding", Pattern Recognition Letters 18, 1998): the next threshold is the logarithmic mean of the means of what
// the last one divides. Integers go by their histogram, floats by passes over the image.
//
// The iteration ends when a step is not above the tolerance, by default half the least difference between values. To
// find that, scikit-image sorts the image. Here 2^16 bins hold their least and greatest value: where all of them hold
// one value the difference is exact; elsewhere it is taken as 0, and the iteration ends where it stands still. The two
// differ by less than 2^-17 of the range then, and by less than float32's precision where values are as dense as noise
// is.
#include <cmath>

#include "core/half.h"
#include "core/math_pow.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/bin_extents.h"
#include "engine/split.h"
#include "engine/team.h"
#include "exposure/counted.h"
#include "filters/first_element.h"
#include "filters/li_bounds.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::LiOptions;

constexpr std::int64_t gap_bins = 1 << 16;
/// Passes over a float image on CUDA, where nobody looks whether it is over: steps shrink at least by a third each
/// time, so float32 stands still after 40.
constexpr int most_passes = 64;

template <class C>
struct State {
  C low, current, next, tolerance, value;
  std::int32_t over;       // 1: value is the threshold; 2: low + next is
  std::int32_t bad_guess;  // the initial guess is not within the range
  std::int64_t steps, above;
};

/// Where the iteration was, for a callback.
template <class C>
HD void note(C* trace, State<C>& s) {
  if (trace && s.steps < most_passes) trace[s.steps] = s.low + s.next;
  ++s.steps;
}

/// float16 images take their means in binary16.
template <class C>
HD C rounded(C x, bool half) {
  if constexpr (std::is_same_v<C, float>) return half ? round_to_half(x) : x;
  return x;
}

/// From the extent of a float image to the first guess but for the mean, which the first pass takes.
template <class C>
struct Start {
  State<C>* state;
  const engine::Extent* extent;
  const engine::BinExtent* bins;  // null: the tolerance is given
  const int* dense;               // whether a bin is known to hold several values
  double tolerance;
  double guess;  // NaN: the mean
  bool half;
  C* trace;
  LiBounds* bounds;  // null where they are not looked for

  /// Half the least difference of values, 0 where bins hold several.
  HD C least_gap(const engine::Team& team, C low) const {
    if (*dense) return C(0);
    // The gap before each bin's value; 0 and infinity travel through the same minimum.
    const auto gap = [&](std::int64_t i) -> double {
      if (bins[i].high == 0) return HUGE_VAL;
      if (~bins[i].low_complement != bins[i].high) return 0;
      std::int64_t before = i - 1;
      while (before >= 0 && bins[before].high == 0) --before;
      if (before < 0) return HUGE_VAL;
      const C own = rounded(engine::extent_value<C>(bins[i].high) - low, half);
      const C other = rounded(engine::extent_value<C>(bins[before].high) - low, half);
      return rounded(own - other, half);
    };
    const std::int64_t least = team.argmax(gap_bins, [&](std::int64_t i) { return -gap(i); });
    return rounded(static_cast<C>(gap(least)) / C(2), half);
  }

  HD void operator()(const engine::Team& team) const {
    const engine::Extent e = *extent;
    const C low = e.high ? e.least<C>() : C(0), high = e.high ? e.greatest<C>() : C(0);
    const C width = tolerance > 0 ? static_cast<C>(tolerance) : least_gap(team, low);
    team.alone(0, [&] {
      State<C> s{};
      s.low = low;
      s.tolerance = width;
      s.current = C(-2) * width;
      if (e.high == 0) {
        s.over = 1;
        s.value = static_cast<C>(e.plus && e.minus ? 0.0 : e.plus ? HUGE_VAL : e.minus ? -HUGE_VAL : NAN);
      } else if (low == high && !e.plus && !e.minus) {
        s.over = 1;
        s.value = low;
      } else if (guess == guess) {
        const double t = guess - static_cast<double>(low);
        if (!(t > 0 && t < static_cast<double>(rounded(high - low, half)))) s.over = s.bad_guess = 1;
        s.next = rounded(static_cast<C>(t), half);
        note(trace, s);
        if (!(abs(s.next - s.current) > s.tolerance)) s.over = 2;
      } else {
        s.next = static_cast<C>(-HUGE_VAL);  // Everything is above: the first pass takes the mean.
      }
      if (bounds) *bounds = {0, s.over ? 0 : static_cast<double>(high - low), 0, 0, false};
      *state = s;
    });
  }
};

/// Where the iteration is known to end far from where it starts, it goes on from close by instead. Only without a
/// tolerance: it would end on its way otherwise.
template <class C>
struct SkipAhead {
  State<C>* state;
  const LiBounds* bounds;

  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] {
      const LiBounds b = *bounds;
      State<C>& s = *state;
      if (s.over || s.tolerance != C(0) || !b.known) return;
      // What the iteration rounds moves its end by some units in the last place.
      const double room = 6 * static_cast<double>(std::numeric_limits<C>::epsilon()) * b.high;
      if (b.high + room < b.least_mean) {
        s.next = static_cast<C>(b.high + room);
      } else if (b.low - room > b.greatest_mean) {
        s.next = static_cast<C>(b.low - room);
      } else {
        return;
      }
      s.steps = 1;
      s.above = -1;
    });
  }
};

template <class C>
struct Step {
  State<C>* state;
  bool half;
  C* trace;

  HD bool over() const { return state->over != 0; }
  HD C origin() const { return state->low; }
  HD double level() const { return state->next; }
  HD C mean(double sum, std::int64_t n) const { return rounded(static_cast<C>(sum / static_cast<double>(n)), half); }
  HD void next(const engine::SplitSums& sums) const {
    State<C> s = *state;
    if (s.steps == 0) {
      s.next = mean(sums.above, sums.count_above);
    } else {
      s.current = s.next;
      const C fore = mean(sums.above, sums.count_above), back = mean(sums.below, sums.count_below);
      // The same elements are above as before: so it would go on.
      const bool still = s.steps > 1 && sums.count_above == s.above;
      s.above = sums.count_above;
      if (back == C(0) || still) {
        if (still) note(trace, s);
        s.over = 2;
      } else {
        s.next = rounded(log_mean(back, fore), half);
      }
    }
    if (!s.over) {
      note(trace, s);
      if (!(abs(s.next - s.current) > s.tolerance)) s.over = 2;
    }
    *state = s;
  }
};

template <class C>
struct Finish {
  const State<C>* state;
  bool half;
  void* out;
  DType type;
  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] {
      const C value = state->over == 1 ? state->value : rounded(state->low + state->next, half);
      with_storage<C>(type, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) { *static_cast<T*>(out) = store_as<T>(value); });
    });
  }
};

/// Integers: everything follows from how many elements are at most a value, and their sum.
struct OfHistogram {
  const std::int64_t* counts;
  const std::int64_t* centres;
  std::int64_t n;
  std::int64_t* below;  // running counts
  double* sums;         // running sums of counts times (value - least value)
  double tolerance, guess;
  State<double>* state;
  double* trace;
  double* out;

  HD void operator()(const engine::Team& team) const {
    const std::int64_t begin = team.argmax(n, [&](std::int64_t i) { return counts[i] > 0 ? 1.0 : 0.0; });
    const std::int64_t last = n - 1 - team.argmax(n, [&](std::int64_t i) { return counts[n - 1 - i] > 0 ? 1.0 : 0.0; });
    const std::int64_t m = last - begin + 1;
    const std::int64_t total = team.cumulate(
        m, [&](std::int64_t i) { return counts[begin + i]; },
        [&](std::int64_t i, std::int64_t sum) { below[i] = sum; });
    team.cumulate(
        m, [&](std::int64_t i) { return counts[begin + i] * i; },
        [&](std::int64_t i, std::int64_t sum) { sums[i] = static_cast<double>(sum); });
    team.alone(0, [&] {
      State<double> s{};
      s.low = static_cast<double>(centres[begin]);
      s.tolerance = tolerance > 0 ? tolerance : 0.5;
      s.current = -2 * s.tolerance;
      s.next = sums[m - 1] / static_cast<double>(total);
      if (guess == guess) {
        s.next = guess - s.low;
        if (!(s.next > 0 && s.next < static_cast<double>(m - 1))) s.bad_guess = 1;
        s.next = floor_of(s.next);
      }
      note(trace, s);
      while (m > 1 && !s.bad_guess && abs(s.next - s.current) > s.tolerance) {
        s.current = s.next;
        const auto at = static_cast<std::int64_t>(s.current);
        const std::int64_t held = at < m ? below[at] : total;
        const double inside = at < m ? sums[at] : sums[m - 1];
        const double fore = (sums[m - 1] - inside) / static_cast<double>(total - held);
        const double back = inside / static_cast<double>(held);
        if (back == 0) break;
        s.next = log_mean(back, fore);
        if (!(s.next >= 0)) break;
        note(trace, s);
      }
      if (m == 1) s.next = 0;
      s.over = m == 1 ? 1 : 2;
      *state = s;
      *out = s.low + s.next;
    });
  }
  /// What the image's dtype keeps of a guess that is not negative.
  HD static double floor_of(double x) { return static_cast<double>(static_cast<std::int64_t>(x)); }
};

struct Traced {
  Array threshold;
  Array trace;
  Array state;
  bool single;
};

/// A mark behind the bins.
int* dense_in(engine::BinExtent* bins) { return reinterpret_cast<int*>(bins + gap_bins); }

/// What an iteration over floats needs, cleared at once.
template <class C>
struct Work {
  State<C> state;
  LiBounds bounds[li_levels + 1];
  std::int64_t counts[li_levels * li_bins];
};

template <class C>
Traced of_floats(const Array& given, const LiOptions& o, bool traced) {
  const Array image = given.contiguous();
  const Device device = image.device();
  const bool half = image.dtype() == DType::float16;
  const Array extent = engine::extent_of(image, std::nullopt, true);
  const bool looks = !(o.tolerance > 0);
  const bool skips = looks && !half && !traced && !o.initial_guess;
  // The bins behind it are read 16 bytes at a time.
  const auto needed = static_cast<std::int64_t>((skips ? sizeof(Work<C>) : sizeof(State<C>)) + 15) / 16 * 16;
  constexpr std::int64_t table = (2 * gap_bins + 1) * std::int64_t{sizeof(std::uint64_t)};
  const Array memory = Array::zeros({needed + (looks ? table : 0)}, DType::uint8, device);
  auto* const work = static_cast<Work<C>*>(memory.mutable_data());
  State<C>* const s = &work->state;
  auto* const bounds = skips ? work->bounds : nullptr;
  auto* const held =
      looks ? reinterpret_cast<engine::BinExtent*>(memory.mutable_data_as<std::byte>() + needed) : nullptr;
  if (looks) engine::find_bin_extents<C>(held, gap_bins, dense_in(held), engine::extent_in(extent), image);
  const Array trace = Array::zeros({traced ? most_passes : 0}, dtype_of<C>, device);
  C* const steps = traced ? trace.mutable_data_as<C>() : nullptr;
  engine::run_team(Start<C>{s, engine::extent_in(extent), held, held ? dense_in(held) : nullptr, o.tolerance,
                            o.initial_guess.value_or(NAN), half, steps, bounds});
  // On the CPU the tolerance is known here.
  if (skips && !(device.kind == DeviceKind::cpu && (s->over || s->tolerance > C(0)))) {
    bound_li<C>(bounds, work->counts, &s->low, image);
    engine::run_team(SkipAhead<C>{s, bounds + li_levels});
  }
  engine::iterate_split<C>(image, most_passes, true, Step<C>{s, half, steps});
  const Array out = core::empty_result({}, image.dtype(), device);
  engine::run_team(Finish<C>{s, half, out.mutable_data(), out.dtype()});
  return {out, trace, memory, sizeof(C) == 4};
}

Traced of_integers(const Array& image, const LiOptions& o, bool traced) {
  const Device device = image.device();
  const exposure::Bins bins = exposure::bins_of(image, 1, opsin::exposure::SourceRange::image);
  const Array counts = exposure::count_in(bins, image);
  const std::int64_t n = counts.size();
  const Array work = Array::empty({2, n}, DType::int64, device);
  const Array state = Array::zeros({static_cast<std::int64_t>(sizeof(State<double>))}, DType::uint8, device);
  const Array trace = Array::zeros({traced ? most_passes : 0}, DType::float64, device);
  const Array out = core::empty_result({}, DType::float64, device);
  auto* const below = work.mutable_data_as<std::int64_t>();
  engine::run_team(OfHistogram{counts.data_as<std::int64_t>(), bins.centres.data_as<std::int64_t>(), n, below,
                               reinterpret_cast<double*>(below + n), o.tolerance, o.initial_guess.value_or(NAN),
                               static_cast<State<double>*>(state.mutable_data()),
                               traced ? trace.mutable_data_as<double>() : nullptr, out.mutable_data_as<double>()});
  return {out, trace, state, false};
}

/// On the host.
template <class C>
State<C> state_of(const Traced& t) {
  return *static_cast<const State<C>*>(t.state.to({}).data());
}

Traced run(const Array& image, const LiOptions& o, bool traced) {
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t) && t != DType::boolean, "images of ", t, " are not supported");
  if (o.initial_guess || traced) exposure::refuse_capture("filters.threshold_li", image);
  Traced result;
  if (is_integer(t)) {
    result = of_integers(image, o, traced);
  } else if (t == DType::float64) {
    result = of_floats<double>(image, o, traced);
  } else {
    result = of_floats<float>(image, o, traced);
  }
  if (o.initial_guess) {
    const bool bad = result.single ? state_of<float>(result).bad_guess : state_of<double>(result).bad_guess;
    core::check_plain(!bad, "The initial guess for threshold_li must be within the range of the image. Got ",
                      *o.initial_guess);
  }
  // The value of an image that has only one keeps its dtype where that is known in time.
  if (is_integer(t) && image.device().kind == DeviceKind::cpu && state_of<double>(result).over == 1) {
    result.threshold = opsin::filters::first_element(image);
  }
  return result;
}

}  // namespace

Array threshold_li(const Array& image, const LiOptions& o) { return run(image, o, false).threshold; }

std::vector<Array> threshold_li_steps(const Array& image, const LiOptions& o) {
  const Traced t = run(image, o, true);
  const std::int64_t steps = t.single ? state_of<float>(t).steps : state_of<double>(t).steps;
  return {t.threshold, t.trace.slice(0, 0, std::min<std::int64_t>(steps, t.trace.size()))};
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_li, Array, const Array&, const opsin::filters::LiOptions&)
OPSIN_EXPORT(filters, threshold_li_steps, std::vector<Array>, const Array&, const opsin::filters::LiOptions&)
