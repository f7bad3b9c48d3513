// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/optional.h>

#include "array_caster.h"
#include "modules.h"
#include "opsin/feature_basic.h"
#include "opsin/feature_canny.h"

namespace opsin::python {

void bind_feature_maps(nb::module_& m) {
  m.def(
      "canny",
      [](nb::handle image, nb::handle sigma, std::optional<double> low, std::optional<double> high, nb::handle mask,
         bool use_quantiles, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const feature::CannyOptions options{.sigma = numbers(sigma),
                                            .low_threshold = low,
                                            .high_threshold = high,
                                            .mask = call.in_optional(mask),
                                            .use_quantiles = use_quantiles,
                                            .mode = border(mode),
                                            .cval = cval};
        return call.run([&] { return feature::canny(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("low_threshold").none(), nb::arg("high_threshold").none(),
      nb::arg("mask").none(), nb::arg("use_quantiles"), nb::arg("mode"), nb::arg("cval"));

  m.def(
      "multiscale_basic_features",
      [](nb::handle image, bool intensity, bool edges, bool texture, double sigma_min, double sigma_max,
         std::optional<int> num_sigma, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image);
        const feature::MultiscaleBasicFeaturesOptions options{.intensity = intensity,
                                                              .edges = edges,
                                                              .texture = texture,
                                                              .sigma_min = sigma_min,
                                                              .sigma_max = sigma_max,
                                                              .num_sigma = num_sigma,
                                                              .channel_axis = optional_axis(channel_axis)};
        return call.run([&] { return feature::multiscale_basic_features(a, options); });
      },
      nb::arg("image"), nb::arg("intensity"), nb::arg("edges"), nb::arg("texture"), nb::arg("sigma_min"),
      nb::arg("sigma_max"), nb::arg("num_sigma").none(), nb::arg("channel_axis").none());
}

}  // namespace opsin::python
