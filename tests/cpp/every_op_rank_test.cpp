// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> rank_ops() {
  using namespace filters::rank;
  std::vector<EveryOp> ops;
  const auto cross = [](int ndim) { return ndimage::generate_binary_structure(ndim, 1); };
  const auto add = [&]<class O>(int most, Array (*f)(const Array&, const Footprint&, const O&), const O& options) {
    ops.push_back({"rank filter " + std::to_string(ops.size()), 2, most, [=](const Array& a, Border) -> Results {
                     O masked = options;
                     masked.mask = a;
                     return {f(a, cross(a.ndim()), options), f(a, cross(a.ndim()), masked)};
                   }});
  };
  for (const auto f : {autolevel, enhance_contrast, entropy, equalize, geometric_mean, gradient, majority, maximum,
                       mean, minimum, modal, noise_filter, otsu, pop, subtract_mean, sum, threshold}) {
    add(3, f, RankOptions{});
  }
  for (const auto f : {autolevel_percentile, enhance_contrast_percentile, gradient_percentile, mean_percentile,
                       percentile, pop_percentile, subtract_mean_percentile, sum_percentile, threshold_percentile}) {
    add(2, f, PercentileOptions{.p0 = 0.2, .p1 = 0.9});
  }
  for (const auto f : {mean_bilateral, pop_bilateral, sum_bilateral}) add(2, f, BilateralOptions{});
  add(2, windowed_histogram, WindowedHistogramOptions{.n_bins = 9});
  ops.push_back({"median", 2, 3, [](const Array& a, Border) -> Results { return {median(a)}; }});
  return ops;
}

}  // namespace

TEST_CASE("rank filters on images of every kind") { run_all(rank_ops()); }

}  // namespace opsin::every_op
