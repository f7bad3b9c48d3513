// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> exposure_ops() {
  return {
      {"histogram", 1, 4,
       [](const Array& a, Border) -> Results {
         const auto [counts, centers] = exposure::histogram(a, {.nbins = 7});
         if (a.size() < 20 || counts.size() < 2) return {};  // One value has no threshold in a histogram.
         return {filters::threshold_otsu({counts, centers}), filters::threshold_yen({counts, centers})};
       }},
      {"equalize_hist", 1, 4,
       [](const Array& a, Border) -> Results {
         return {exposure::equalize_hist(a),
                 exposure::equalize_hist(a, {.nbins = 9, .mask = a.astype(DType::boolean)})};
       }},
      {"equalize_adapthist", 1, 2,
       [](const Array& a, Border) -> Results {
         return {exposure::equalize_adapthist(a), exposure::equalize_adapthist(a, {.kernel_size = {5}, .nbins = 20})};
       }},
      {"match_histograms", 1, 4,
       [](const Array& a, Border) -> Results { return {exposure::match_histograms(a, scattered_values(a))}; }},
      {"adjust", 1, 4,
       [](const Array& a, Border) -> Results {
         return {exposure::adjust_gamma(a, {.gamma = 2.2}), exposure::adjust_log(a), exposure::adjust_sigmoid(a),
                 exposure::adjust_log(a, {.inv = true})};
       }},
      {"rescale_intensity", 1, 4,
       [](const Array& a, Border) -> Results {
         return {
             exposure::rescale_intensity(a, {.dtype = a.dtype()}),
             exposure::rescale_intensity(a, {.in_range = {{0.1, 60}}, .out_range = {{0, 255}}, .dtype = DType::uint8})};
       }},
      {"global thresholds", 1, 4,
       [](const Array& a, Border) -> Results {
         if (a.size() < 20) return {};
         return {filters::threshold_otsu(a),     filters::threshold_yen(a), filters::threshold_isodata(a),
                 filters::threshold_triangle(a), filters::threshold_li(a),  filters::threshold_mean(a),
                 exposure::is_low_contrast(a)};
       }},
      {"local thresholds", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {filters::threshold_local(a, {.block_size = {5}, .mode = b}),
                 filters::threshold_niblack(a, {.window_size = {5}}), filters::threshold_sauvola(a),
                 filters::apply_hysteresis_threshold(a, 0.3, filters::threshold_mean(a))};
       }},
      {"integral_image", 1, 4, [](const Array& a, Border) -> Results { return {transform::integral_image(a)}; }},
  };
}

}  // namespace

TEST_CASE("exposure and thresholds on images of every kind") { run_all(exposure_ops()); }

}  // namespace opsin::every_op
