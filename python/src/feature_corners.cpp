// SPDX-License-Identifier: Apache-2.0
#include "opsin/feature_corners.h"

#include <nanobind/stl/string.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_feature_corners(nb::module_& m) {
  m.def(
      "corner_harris",
      [](nb::handle image, const std::string& method, double k, double eps, nb::handle sigma) {
        Call call;
        const Array a = call.in(image);
        const auto by = method == "k" ? feature::HarrisMethod::k : feature::HarrisMethod::eps;
        const feature::CornerHarrisOptions options{.method = by, .k = k, .eps = eps, .sigma = numbers(sigma)};
        return call.run([&] { return feature::corner_harris(a, options); });
      },
      nb::arg("image"), nb::arg("method"), nb::arg("k"), nb::arg("eps"), nb::arg("sigma"));

  m.def(
      "corner_shi_tomasi",
      [](nb::handle image, nb::handle sigma) {
        Call call;
        const Array a = call.in(image);
        const feature::CornerOptions options{.sigma = numbers(sigma)};
        return call.run([&] { return feature::corner_shi_tomasi(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"));

  m.def(
      "corner_foerstner",
      [](nb::handle image, nb::handle sigma) {
        Call call;
        const Array a = call.in(image);
        const feature::CornerOptions options{.sigma = numbers(sigma)};
        return call.run_list([&] { return feature::corner_foerstner(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"));

  m.def(
      "corner_kitchen_rosenfeld",
      [](nb::handle image, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const feature::CornerKitchenRosenfeldOptions options{.mode = border(mode), .cval = cval};
        return call.run([&] { return feature::corner_kitchen_rosenfeld(a, options); });
      },
      nb::arg("image"), nb::arg("mode"), nb::arg("cval"));

  m.def(
      "corner_moravec",
      [](nb::handle image, int window_size) {
        Call call;
        const Array a = call.in(image);
        return call.run([&] { return feature::corner_moravec(a, {.window_size = window_size}); });
      },
      nb::arg("image"), nb::arg("window_size"));

  m.def(
      "corner_fast",
      [](nb::handle image, int n, double threshold) {
        Call call;
        const Array a = call.in(image);
        return call.run([&] { return feature::corner_fast(a, {.n = n, .threshold = threshold}); });
      },
      nb::arg("image"), nb::arg("n"), nb::arg("threshold"));

  m.def(
      "corner_orientations",
      [](nb::handle image, nb::handle corners, nb::handle mask) {
        Call call;
        const Array a = call.in(image);
        const Array at = call.in(corners);
        const Array inside = call.in_anywhere(mask);
        return call.run([&] { return feature::corner_orientations(a, at, inside); });
      },
      nb::arg("image"), nb::arg("corners"), nb::arg("mask"));

  m.def(
      "corner_subpix",
      [](nb::handle image, nb::handle corners, int window_size, double alpha) {
        Call call;
        const Array a = call.in(image);
        const Array at = call.in(corners);
        const feature::CornerSubpixOptions options{.window_size = window_size, .alpha = alpha};
        return call.run([&] { return feature::corner_subpix(a, at, options); });
      },
      nb::arg("image"), nb::arg("corners"), nb::arg("window_size"), nb::arg("alpha"));
}

}  // namespace opsin::python
