// SPDX-License-Identifier: Apache-2.0
#include "opsin/metrics.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

metrics::Normalization normalization(const std::string& name) {
  if (name == "euclidean") return metrics::Normalization::euclidean;
  if (name == "min-max") return metrics::Normalization::min_max;
  if (name == "mean") return metrics::Normalization::mean;
  throw ValueError("Unsupported norm_type");
}

}  // namespace

void bind_metrics(nb::module_& m) {
  m.def(
      "structural_similarity",
      [](nb::handle im1, nb::handle im2, std::optional<int> win_size, bool gradient, std::optional<double> data_range,
         std::optional<int> channel_axis, bool gaussian_weights, bool full, double K1, double K2, double sigma,
         bool use_sample_covariance) -> nb::object {
        Call call;
        const Array a = call.in(im1);
        const Array b = call.in(im2);
        const metrics::StructuralSimilarityOptions options{.win_size = win_size,
                                                           .gradient = gradient,
                                                           .data_range = data_range,
                                                           .channel_axis = channel_axis,
                                                           .gaussian_weights = gaussian_weights,
                                                           .full = full,
                                                           .K1 = K1,
                                                           .K2 = K2,
                                                           .sigma = sigma,
                                                           .use_sample_covariance = use_sample_covariance};
        const nb::list results = call.run_list([&] {
          const metrics::StructuralSimilarity s = metrics::structural_similarity(a, b, options);
          std::vector<Array> all{s.mean};
          if (s.gradient) all.push_back(*s.gradient);
          if (s.full) all.push_back(*s.full);
          return all;
        });
        nb::object mean = scalar_if_0d(results[0]);
        if (results.size() == 1) return mean;
        if (results.size() == 2) return nb::make_tuple(mean, results[1]);
        return nb::make_tuple(mean, results[1], results[2]);
      },
      nb::arg("im1"), nb::arg("im2"), nb::arg("win_size").none(), nb::arg("gradient"), nb::arg("data_range").none(),
      nb::arg("channel_axis").none(), nb::arg("gaussian_weights"), nb::arg("full"), nb::arg("K1"), nb::arg("K2"),
      nb::arg("sigma"), nb::arg("use_sample_covariance"));
  m.def(
      "mean_squared_error",
      [](nb::handle image0, nb::handle image1) {
        Call call;
        const Array a = call.in(image0);
        const Array b = call.in(image1);
        return scalar_if_0d(call.run([&] { return metrics::mean_squared_error(a, b); }));
      },
      nb::arg("image0"), nb::arg("image1"));
  m.def(
      "normalized_root_mse",
      [](nb::handle image_true, nb::handle image_test, const std::string& name) {
        Call call;
        const Array a = call.in(image_true);
        const Array b = call.in(image_test);
        const metrics::NormalizedRootMseOptions options{.normalization = normalization(name)};
        return scalar_if_0d(call.run([&] { return metrics::normalized_root_mse(a, b, options); }));
      },
      nb::arg("image_true"), nb::arg("image_test"), nb::arg("normalization"));
  m.def(
      "peak_signal_noise_ratio",
      [](nb::handle image_true, nb::handle image_test, std::optional<double> data_range) {
        Call call;
        const Array a = call.in(image_true);
        const Array b = call.in(image_test);
        const metrics::PeakSignalNoiseRatioOptions options{.data_range = data_range};
        return scalar_if_0d(call.run([&] { return metrics::peak_signal_noise_ratio(a, b, options); }));
      },
      nb::arg("image_true"), nb::arg("image_test"), nb::arg("data_range").none());
  m.def(
      "normalized_mutual_information",
      [](nb::handle image0, nb::handle image1, std::vector<std::int64_t> bins) {
        Call call;
        const Array a = call.in(image0);
        const Array b = call.in(image1);
        const metrics::NormalizedMutualInformationOptions options{.bins = std::move(bins)};
        return scalar_if_0d(call.run([&] { return metrics::normalized_mutual_information(a, b, options); }));
      },
      nb::arg("image0"), nb::arg("image1"), nb::arg("bins"));
}

}  // namespace opsin::python
