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
  std::int64_t* found;   // thresholds, then how many different values there are
  bool trim;

  HD bool exact(std::int64_t m) const { return m <= most_exact; }
  HD Chains chains(std::int64_t e, std::int64_t m) const {
    const std::int64_t own = exact(m) ? e * thresholds * m : 0;
    return {sums + own, before + own, m};
  }

  HD void moments(const engine::Team& team, std::int64_t begin, std::int64_t m) const {
    team.alone(0, [&] {
      float z = 0, f = 0;
      for (std::int64_t i = 0; i < m; ++i) {
        const float p = shares[begin + i];
        z = i == 0 ? p : z + p;
        f = i == 0 ? p : f + static_cast<float>(i) * p;
        zeroth[i] = z;
        first[i] = f;
      }
    });
    team.wait();
  }

  HD void solve(const engine::Team& team, std::int64_t begin, std::int64_t m) const {
    const int last = thresholds - 1;
    moments(team, begin, m);
    const ClassVariance variance{zeroth, first};
    const auto is_last = [&](std::int64_t e) { return e >= last && e < m - 1; };
    if (exact(m)) {
      team.each(m, [&](std::int64_t e) {
        best[e] = -1;
        if (!is_last(e)) return;
        const Chains c = chains(e, m);
        const float rest = variance(e + 1, m - 1);
        for (std::int64_t t = 0; t <= e; ++t) c.sum[t] = variance(0, t) + rest;
        for (int l = 1; l <= last; ++l) {
          for (std::int64_t t = l == last ? e : l; t <= e; ++t) c.extend(l, t, variance);
        }
        best[e] = c.sum[last * m + e];
      });
    } else if (thresholds <= 2) {
      // Few enough steps to add the last class second here as well.
      const Chains c = chains(0, m);
      team.each(m, [&](std::int64_t e) {
        best[e] = -1;
        if (!is_last(e)) return;
        const float rest = variance(e + 1, m - 1);
        if (thresholds == 1) {
          best[e] = variance(0, e) + rest;
          return;
        }
        for (std::int64_t t = 0; t < e; ++t) {
          const float x = variance(0, t) + rest + variance(t + 1, e);
          if (x > best[e]) {
            best[e] = x;
            c.before[m + e] = static_cast<std::int32_t>(t);
          }
        }
      });
    } else {
      const Chains c = chains(0, m);
      team.each(m, [&](std::int64_t t) { c.sum[t] = variance(0, t); });
      for (int l = 1; l <= last; ++l) {
        team.each(m, [&](std::int64_t t) {
          if (t >= l) c.extend(l, t, variance);
        });
      }
      team.each(m, [&](std::int64_t e) { best[e] = is_last(e) ? c.sum[last * m + e] + variance(e + 1, m - 1) : -1; });
    }
    team.alone(0, [&] {
      std::int32_t path[most_thresholds] = {}, other[most_thresholds];
      float value = -1;
      for (std::int64_t e = last; e < m - 1; ++e) {
        if (best[e] < value) continue;
        chains(e, m).trace(last, e, other);
        bool takes = best[e] > value;
        for (int l = 0; l <= last && !takes; ++l) {
          if (other[l] != path[l]) {
            takes = other[l] < path[l];
            break;
          }
        }
        if (!takes) continue;
        value = best[e];
        for (int l = 0; l <= last; ++l) path[l] = other[l];
      }
      for (int l = 0; l <= last; ++l) found[l] = begin + path[l];
    });
  }

  HD void operator()(const engine::Team& team) const {
    const auto share = [&](std::int64_t i) {
      const auto count = static_cast<double>(counts[i]);
      return static_cast<float>(normalize ? count / static_cast<double>(total) : count);
    };
    team.each(n, [&](std::int64_t i) { shares[i] = share(i); });
    std::int64_t begin = 0, end = n;
    if (trim) {
      begin = team.argmax(n, [&](std::int64_t i) { return shares[i] > 0 ? 1.0 : 0.0; });
      end = n - team.argmax(n, [&](std::int64_t i) { return shares[n - 1 - i] > 0 ? 1.0 : 0.0; });
    }
    const std::int64_t values = team.sum(end - begin, [&](std::int64_t i) { return shares[begin + i] != 0; });
    team.alone(0, [&] { found[thresholds] = values; });
    if (values < thresholds + 1) return;
    if (values > thresholds + 1) return solve(team, begin, end - begin);
    team.alone(0, [&] {
      int k = 0;
      for (std::int64_t i = begin; k < thresholds; ++i) {
        if (shares[i] != 0) found[k++] = i;
      }
    });
  }
};

/// The centres of the bins that were found; waits for a CUDA device, to see whether there are values enough.
Array thresholds_of(const Array& counts, const Array& centres, std::int64_t total, int classes, bool trim) {
  constexpr const char* op = "filters.threshold_multiotsu";
  core::check(classes >= 2 && classes <= most_thresholds + 1, op, "classes must lie in [2, ", most_thresholds + 1,
              "], got ", classes);
  const Device device = counts.device();
  const std::int64_t n = counts.size();
  const int thresholds = classes - 1;
  const std::int64_t chains = n <= most_exact ? n : 1;
  // Trimmed, a long histogram may be short enough for the exact way.
  const std::int64_t lines = std::max(chains * thresholds * n, most_exact * most_exact * std::int64_t{thresholds});
  const Array work = Array::empty({4, n}, DType::float32, device);
  const Array sums = Array::empty({lines}, DType::float32, device);
  const Array before = Array::empty({lines}, DType::int32, device);
  const Array found = Array::zeros({classes}, DType::int64, device);
  auto* const w = work.mutable_data_as<float>();
  engine::run_team(MultiOtsu{counts.data_as<float>(), total >= 0, total, n, thresholds, w, w + n, w + 2 * n,
                             sums.mutable_data_as<float>(), before.mutable_data_as<std::int32_t>(), w + 3 * n,
                             found.mutable_data_as<std::int64_t>(), trim});
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
  constexpr const char* op = "filters.threshold_multiotsu";
  core::check(counts.ndim() == 1 && bin_centers.shape() == counts.shape(), op,
              "a histogram is counts and bin centers of one length");
  core::check_plain<IndexError>(counts.size() > 0, "index 0 is out of bounds for axis 0 with size 0");
  exposure::refuse_capture(op, counts);
  return thresholds_of(counts.astype(DType::float32), bin_centers, -1, static_cast<int>(classes), true);
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_multiotsu, Array, const Array&, const opsin::filters::MultiOtsuOptions&)
OPSIN_EXPORT(filters, threshold_multiotsu_from_histogram, Array, const Array&, const Array&, std::int64_t)
