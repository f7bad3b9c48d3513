// SPDX-License-Identifier: Apache-2.0
// Where Li's iteration will end, to a few thousandths of a bin, from the counts of bins: most of its passes over an
// image need not be made then.
//
// The mean of what is at most a threshold and the mean of what is above both grow with the threshold, and so does their
// logarithmic mean, the next threshold. Let t be the thresholds of the iteration. Where l <= t and L(l) is a lower
// bound of the next threshold after l, L(l) <= next t; so the sequence of lower bounds stays below the thresholds, and
// ends below where they end. The same holds above. Counts give such bounds for the edges of bins. A bound's sequence
// ends at the first edge on its way that the bound does not move on from, which all threads look for at once.
#pragma once

#include "engine/split_between.h"
#include "engine/team.h"

namespace opsin::OPSIN_TARGET::filters {

template <class C>
HD C log_mean(C back, C fore) {
  return (back - fore) / (log(back) - log(fore));
}

/// The iteration starts between the means, and ends between low and high.
struct LiBounds {
  double low, high;
  double least_mean, greatest_mean;  // of the whole image: the first threshold
  bool known;                        // false: low and high are those of the image, and the means are not known yet
};

/// Closer bounds from counts in bins between bounds. Team 0 looks for the lower one, team 1 for the upper one.
template <class C>
struct NarrowLi {
  const LiBounds* from;
  LiBounds* to;
  const engine::SplitSums* outside;
  const std::int64_t* counts;
  std::int64_t*
      sums;  // 4 * (bins + 1): of each team, running counts, and running sums of counts times the bin's number
  int bins;

  /// Bins may hold what lies beyond their edges by so many of their widths: the quotients are rounded.
  static constexpr double slack = 1.0 / 64;

  /// What a team works on.
  struct Side {
    bool upper;
    const engine::SplitSums& outside;
    double low, width;
    std::int64_t bins;
    std::int64_t *held, *moments;

    /// Of n elements, the bins' numbers adding up to `moment`, all at their bins' lower or upper edges.
    HD double sum(std::int64_t n, std::int64_t moment) const {
      return static_cast<double>(n) * (low + (upper ? 1 + slack : -slack) * width) +
             static_cast<double>(moment) * width;
    }
    /// A bound of the mean of all.
    HD double mean() const {
      return (outside.below + outside.above + sum(held[bins], moments[bins])) /
             static_cast<double>(outside.count_below + outside.count_above + held[bins]);
    }
    /// A bound of the next threshold where the last one divides the image at edge j.
    HD double threshold_after(std::int64_t j) const {
      const std::int64_t above = held[bins] - held[j];
      const double back =
          (outside.below + sum(held[j], moments[j])) / static_cast<double>(outside.count_below + held[j]);
      const double fore =
          (outside.above + sum(above, moments[bins] - moments[j])) / static_cast<double>(outside.count_above + above);
      return log_mean(back, fore);
    }
    /// The edge beyond a threshold; not beyond the outermost ones, which all thresholds lie between.
    HD std::int64_t edge_of(double threshold) const {
      const double place = (threshold - low) / width;
      const double at = upper ? ceil(place + slack) : floor(place - slack);
      if (at != at) return upper ? bins : 0;  // One side is empty, or all zero.
      return at < 0 ? 0 : at > static_cast<double>(bins) ? bins : static_cast<std::int64_t>(at);
    }
    /// The first edge on the way from edge j where the bounds stay or turn back.
    HD std::int64_t end(const engine::Team& team, std::int64_t j) const {
      const auto next = [&](std::int64_t at) { return edge_of(threshold_after(at)); };
      const bool up = next(j) > j;
      const std::int64_t steps = team.argmax(up ? bins - j + 1 : j + 1, [&](std::int64_t i) {
        const std::int64_t at = up ? j + i : j - i;
        return (up ? next(at) <= at : next(at) >= at) ? 1.0 : 0.0;
      });
      return up ? j + steps : j - steps;
    }
  };

  HD void operator()(const engine::Team& team) const {
    const LiBounds b = *from;
    if (!(b.high > b.low)) return;
    const bool upper = team.index() == 1;
    std::int64_t* const held = sums + (upper ? 2 * (bins + 1) : 0);
    const Side side{upper, *outside, b.low, (b.high - b.low) / bins, bins, held, held + bins + 1};
    team.alone(0, [&] { side.held[0] = side.moments[0] = 0; });
    team.cumulate(
        bins, [&](std::int64_t i) { return counts[i]; }, [&](std::int64_t i, std::int64_t n) { side.held[i + 1] = n; });
    team.cumulate(
        bins, [&](std::int64_t i) { return counts[i] * i; },
        [&](std::int64_t i, std::int64_t n) { side.moments[i + 1] = n; });
    const double mean = !b.known ? side.mean() : upper ? b.greatest_mean : b.least_mean;
    const std::int64_t end = side.end(team, !b.known ? side.edge_of(mean) : upper ? bins : 0);
    team.alone(0, [&] {
      (upper ? to->high : to->low) = b.low + static_cast<double>(end) * side.width;
      (upper ? to->greatest_mean : to->least_mean) = mean;
      if (upper) to->known = true;
    });
  }
};

/// Counts between bounds, relative to an origin.
template <class C>
struct BetweenBounds {
  const C* origin;
  const LiBounds* bounds;
  HD engine::SplitRange<C> operator()() const { return {*origin, bounds->low, bounds->high}; }
};

inline constexpr int li_bins = 2048, li_levels = 3;

/// From the bounds of the image to closer ones, li_levels times: each pass counts between what the last one found.
/// `bounds` has room for li_levels more, `counts` is zero.
template <class C>
void bound_li(LiBounds* bounds, std::int64_t* counts, const C* origin, const Array& image) {
  const Array sums = Array::empty({4 * (li_bins + 1)}, DType::int64, image.device());
  const Array outside =
      Array::empty({static_cast<std::int64_t>(sizeof(engine::SplitSums))}, DType::uint8, image.device());
  auto* const split = static_cast<engine::SplitSums*>(outside.mutable_data());
  for (int level = 0; level < li_levels; ++level) {
    std::int64_t* const own = counts + level * li_bins;
    engine::split_between<C>(split, own, li_bins, image, BetweenBounds<C>{origin, bounds + level});
    engine::run_team(
        NarrowLi<C>{bounds + level, bounds + level + 1, split, own, sums.mutable_data_as<std::int64_t>(), li_bins}, 2);
  }
}

}  // namespace opsin::OPSIN_TARGET::filters
