// SPDX-License-Identifier: Apache-2.0
// Otsu's method for several thresholds (P.-S. Liao, T.-S. Chen, P.-C. Chung, "A fast algorithm for multilevel
// thresholding", Journal of Information Science and Engineering 17, 2001). scikit-image tries all combinations; here
// the best thresholds below each bin are found from those below the bins before it, in time of the cube of the number
// of bins (of its square, for more than 512) instead of its power of the number of thresholds.
//
// Sums are float32 in scikit-image's order, in which the last class comes second: so the last threshold is chosen
// first, and rounding, which keeps order, finds the same greatest sum. Of equal ones the first in lexical order counts.
// Beyond 512 bins that would take too long for more than three classes: their last class is added last.
#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/team.h"
#include "exposure/counted.h"
#include "filters/given_histogram.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

constexpr std::int64_t most_exact = 512;
constexpr int most_thresholds = 15;

/// Variance between classes, from running sums of shares and of shares times bin numbers.
struct ClassVariance {
  const float* zeroth;
  const float* first;

  /// Of bins [i, j].
  HD float operator()(std::int64_t i, std::int64_t j) const {
    if (i == 0 && j == 0) return 0;
    const float share = i == 0 ? zeroth[j] : zeroth[j] - zeroth[i - 1];
    if (!(share > 0)) return 0;
    const float moment = i == 0 ? first[j] : first[j] - first[i - 1];
    return moment * moment / share;
  }
};

/// The best sums up to each bin as a threshold, and the threshold before it.
struct Chains {
  float* sum;            // thresholds x bins
  std::int32_t* before;  // the same
  std::int64_t n;

  HD void trace(int level, std::int64_t t, std::int32_t (&path)[most_thresholds]) const {
    for (int l = level; l >= 0; --l) {
      path[l] = static_cast<std::int32_t>(t);
      if (l > 0) t = before[l * n + t];
    }
  }
  /// Whether the path to a comes before that to b.
  HD bool is_first(int level, std::int64_t a, std::int64_t b) const {
    std::int32_t path_a[most_thresholds], path_b[most_thresholds];
    trace(level, a, path_a);
    trace(level, b, path_b);
    for (int l = 0; l <= level; ++l) {
      if (path_a[l] != path_b[l]) return path_a[l] < path_b[l];
    }
    return false;
  }
  /// The same by a team, for the one bin that matters.
  HD void extend(const engine::Team& team, int level, std::int64_t t, const ClassVariance& variance) const {
    const float* from = sum + (level - 1) * n;
    const std::int64_t first = level - 1;
    const auto with = [&](std::int64_t s) { return from[s] + variance(s + 1, t); };
    const auto rated = [&](std::int64_t i) -> double {
      const float x = with(first + i);
      return x >= 0 ? x : -1;
    };
    std::int64_t best = first + team.argmax(t - first, rated);
    const float value = with(best);
    const bool tie = level > 1 && team.sum(t - first, [&](std::int64_t i) { return with(first + i) == value; }) > 1;
    team.alone(0, [&] {
      for (std::int64_t s = best + 1; tie && s < t; ++s) {
        if (with(s) == value && is_first(level - 1, s, best)) best = s;
      }
      sum[level * n + t] = value;
      before[level * n + t] = static_cast<std::int32_t>(best);
    });
    team.wait();
  }
  /// The best way to threshold `level` at bin t.
  HD void extend(int level, std::int64_t t, const ClassVariance& variance) const {
    std::int64_t best = level - 1;
    float value = -1;
    const float* from = sum + (level - 1) * n;
    for (std::int64_t s = level - 1; s < t; ++s) {
      const float x = from[s] + variance(s + 1, t);
      if (x > value || (x == value && level > 1 && is_first(level - 1, s, best))) {
        value = x;
        best = s;
      }
    }
    sum[level * n + t] = value;
    before[level * n + t] = static_cast<std::int32_t>(best);
  }
};

struct MultiOtsu {
  const float* counts;  // not normalised where `normalize` is set
  bool normalize;
  std::int64_t total;
  std::int64_t n;
  int thresholds;
  float* shares;
  float* zeroth;
  float* first;
  float* sums;           // lines of n for each threshold: one set, or one for each bin where n is small
  std::int32_t* before;  // the same
  float* best;           // for each bin as the last threshold
  std::int64_t* found;   // thresholds, how many different values there are, the first bin, and how many there are
  bool trim;

  HD bool exact(std::int64_t m) const { return m <= most_exact; }
  HD Chains chains(std::int64_t e, std::int64_t m) const {
    const std::int64_t own = exact(m) ? e * thresholds * m : 0;
    return {sums + own, before + own, m};
  }

  HD bool is_last(std::int64_t e, std::int64_t m) const { return e >= thresholds - 1 && e < m - 1; }
  HD std::int64_t begin() const { return found[thresholds + 1]; }
  HD std::int64_t length() const { return found[thresholds + 2]; }
  HD bool has_choice() const { return found[thresholds] > thresholds + 1; }
  HD ClassVariance variance() const { return {zeroth, first}; }

  /// Shares and their sums; the thresholds where there is no choice.
  HD void prepare(const engine::Team& team) const {
    const auto share = [&](std::int64_t i) {
      const auto count = static_cast<double>(counts[i]);
      return static_cast<float>(normalize ? count / static_cast<double>(total) : count);
    };
    team.each(n, [&](std::int64_t i) { shares[i] = share(i); });
    std::int64_t low = 0, end = n;
    if (trim) {
      low = team.argmax(n, [&](std::int64_t i) { return shares[i] > 0 ? 1.0 : 0.0; });
      end = n - team.argmax(n, [&](std::int64_t i) { return shares[n - 1 - i] > 0 ? 1.0 : 0.0; });
    }
    const std::int64_t values = team.sum(end - low, [&](std::int64_t i) { return shares[low + i] != 0; });
    team.running(end - low,
                 engine::upward<float>([&](std::int64_t i) { return shares[low + i]; },
                                       [&](std::int64_t i, float sum) { zeroth[i] = sum; }),
                 engine::upward<float>(
                     [&](std::int64_t i) { return i == 0 ? shares[low] : static_cast<float>(i) * shares[low + i]; },
                     [&](std::int64_t i, float sum) { first[i] = sum; }));
    team.alone(0, [&] {
      found[thresholds] = values;
      found[thresholds + 1] = low;
      found[thresholds + 2] = end - low;
      if (values != thresholds + 1) return;
      int k = 0;
      for (std::int64_t i = low; k < thresholds; ++i) {
        if (shares[i] != 0) found[k++] = i;
      }
    });
  }

  /// The best thresholds of which bin e is the last.
  HD void solve_bin(const engine::Team& team, std::int64_t e, std::int64_t m) const {
    if (!is_last(e, m)) return team.alone(0, [&] { best[e] = -1; });
    const int last = thresholds - 1;
    const Chains c = chains(e, m);
    const float rest = variance()(e + 1, m - 1);
    team.each(e + 1, [&](std::int64_t t) { c.sum[t] = variance()(0, t) + rest; });
    for (int l = 1; l < last; ++l) team.each(e - l + 1, [&](std::int64_t i) { c.extend(l, l + i, variance()); });
    if (last > 0) c.extend(team, last, e, variance());
    team.alone(0, [&] { best[e] = c.sum[last * m + e]; });
  }

  /// The same for all bins of a long histogram.
  HD void solve_all(const engine::Team& team, std::int64_t m) const {
    const int last = thresholds - 1;
    const Chains c = chains(0, m);
    if (thresholds <= 2) {
      // Few enough steps to add the last class second here as well.
      team.each(m, [&](std::int64_t e) {
        best[e] = -1;
        if (!is_last(e, m)) return;
        const float rest = variance()(e + 1, m - 1);
        if (thresholds == 1) {
          best[e] = variance()(0, e) + rest;
          return;
        }
        for (std::int64_t t = 0; t < e; ++t) {
          const float x = variance()(0, t) + rest + variance()(t + 1, e);
          if (x > best[e]) {
            best[e] = x;
            c.before[m + e] = static_cast<std::int32_t>(t);
          }
        }
      });
      return;
    }
    team.each(m, [&](std::int64_t t) { c.sum[t] = variance()(0, t); });
    for (int l = 1; l <= last; ++l) {
      team.each(m, [&](std::int64_t t) {
        if (t >= l) c.extend(l, t, variance());
      });
    }
    team.each(m,
              [&](std::int64_t e) { best[e] = is_last(e, m) ? c.sum[last * m + e] + variance()(e + 1, m - 1) : -1; });
  }

  /// From the best for each last bin to the best of all.
  HD void choose(const engine::Team& team, std::int64_t m) const {
    const int last = thresholds - 1;
    const std::int64_t leader = team.argmax(m, [&](std::int64_t e) -> double { return best[e]; });
    const float value = best[leader];
    const bool tie = team.sum(m, [&](std::int64_t e) { return best[e] == value; }) > 1;
    team.alone(0, [&] {
      std::int32_t path[most_thresholds], other[most_thresholds];
      chains(leader, m).trace(last, leader, path);
      for (std::int64_t e = leader + 1; tie && e < m - 1; ++e) {
        if (best[e] != value) continue;
        chains(e, m).trace(last, e, other);
        int l = 0;
        while (l < last && other[l] == path[l]) ++l;
        if (other[l] >= path[l]) continue;
        for (l = 0; l <= last; ++l) path[l] = other[l];
      }
      for (int l = 0; l <= last; ++l) found[l] = begin() + path[l];
    });
  }
};

struct Prepare {
  MultiOtsu otsu;
  HD void operator()(const engine::Team& team) const { otsu.prepare(team); }
};
/// A team for each bin, or the first one for all.
struct Solve {
  MultiOtsu otsu;
  HD void operator()(const engine::Team& team) const {
    const std::int64_t m = otsu.length(), e = team.index();
    if (!otsu.has_choice()) return;
    if (!otsu.exact(m)) {
      if (e == 0) otsu.solve_all(team, m);
    } else if (e < m) {
      otsu.solve_bin(team, e, m);
    }
  }
};
struct Choose {
  MultiOtsu otsu;
  HD void operator()(const engine::Team& team) const {
    if (otsu.has_choice()) otsu.choose(team, otsu.length());
  }
};

/// The centres of the bins that were found; waits for a CUDA device, to see whether there are values enough.
Array thresholds_of(const Array& counts, const Array& centres, std::int64_t total, std::int64_t classes, bool trim) {
  constexpr const char* op = "filters.threshold_multiotsu";
  core::check(classes >= 2 && classes <= most_thresholds + 1, op, "classes must lie in [2, ", most_thresholds + 1,
              "], got ", classes);
  const Device device = counts.device();
  const std::int64_t n = counts.size();
  const auto thresholds = static_cast<int>(classes - 1);
  const std::int64_t chains = n <= most_exact ? n : 1;
  // Trimmed, a long histogram may be short enough for the exact way.
  const std::int64_t lines = std::max(chains * thresholds * n, most_exact * most_exact * std::int64_t{thresholds});
  const Array work = Array::empty({4, n}, DType::float32, device);
  const Array sums = Array::empty({lines}, DType::float32, device);
  const Array before = Array::empty({lines}, DType::int32, device);
  const Array found = Array::zeros({classes + 2}, DType::int64, device);
  auto* const w = work.mutable_data_as<float>();
  const MultiOtsu otsu{counts.data_as<float>(),
                       total >= 0,
                       total,
                       n,
                       thresholds,
                       w,
                       w + n,
                       w + 2 * n,
                       sums.mutable_data_as<float>(),
                       before.mutable_data_as<std::int32_t>(),
                       w + 3 * n,
                       found.mutable_data_as<std::int64_t>(),
                       trim};
  engine::run_team(Prepare{otsu});
  engine::run_team(Solve{otsu}, std::min(n, most_exact));
  engine::run_team(Choose{otsu});
  const Array host = found.to({});
  const auto* bins = host.data_as<std::int64_t>();
  core::check_plain(
      bins[thresholds] >= classes, "After discretization into bins, the input image has only ", bins[thresholds],
      " different values. It cannot be thresholded in ", classes,
      " classes. If there are more unique values before discretization, try increasing the number of bins "
      "(`nbins`).");
  const Array out = core::empty_result({thresholds}, centres.dtype(), device);
  for (int l = 0; l < thresholds; ++l) {
    opsin::memory::assign(out.slice(0, l, 1), centres.slice(0, bins[l], 1));
  }
  return out;
}

}  // namespace

Array threshold_multiotsu(const Array& image, const opsin::filters::MultiOtsuOptions& o) {
  exposure::refuse_capture("filters.threshold_multiotsu", image);
  const exposure::Bins bins = exposure::bins_of(image, o.nbins, opsin::exposure::SourceRange::image);
  core::check_plain<IndexError>(image.size() > 0, "index 0 is out of bounds for axis 0 with size 0");
  const Array counts = exposure::count_in(bins, image).astype(DType::float32);
  exposure::check_status(bins.status);
  return thresholds_of(counts, bins.centres, image.size(), o.classes, is_integer(image.dtype()));
}

Array threshold_multiotsu_from_histogram(const Array& counts, const Array& bin_centers, std::int64_t classes) {
  check_histogram("filters.threshold_multiotsu", counts, bin_centers);
  return thresholds_of(counts.astype(DType::float32), bin_centers, -1, classes, true);
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_multiotsu, Array, const Array&, const opsin::filters::MultiOtsuOptions&)
OPSIN_EXPORT(filters, threshold_multiotsu_from_histogram, Array, const Array&, const Array&, std::int64_t)
