// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_threshold_local.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_filters_threshold_local(nb::module_& m) {
  m.def(
      "threshold_local",
      [](nb::handle image, const std::vector<std::int64_t>& block_size, const std::string& method, double offset,
         nb::handle mode, nb::handle sigma, double cval) {
        Call call;
        const Array a = call.in(image);
        filters::ThresholdLocalOptions options{
            .block_size = block_size, .offset = offset, .mode = border(mode), .cval = cval};
        using Method = filters::ThresholdLocalOptions::Method;
        options.method = method == "mean" ? Method::mean : Method::gaussian;
        if (!sigma.is_none()) options.sigma = numbers(sigma);
        return scalar_if_0d(call.run([&] { return filters::threshold_local(a, options); }));
      },
      nb::arg("image"), nb::arg("block_size"), nb::arg("method"), nb::arg("offset"), nb::arg("mode"),
      nb::arg("sigma").none(), nb::arg("cval"));
  m.def("less_by", [](nb::handle image, double offset) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return filters::less_by(a, offset); }));
  });
  m.def("threshold_niblack", [](nb::handle image, const std::vector<std::int64_t>& window_size, double k) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return filters::threshold_niblack(a, {window_size, k}); }));
  });
  m.def(
      "threshold_sauvola",
      [](nb::handle image, const std::vector<std::int64_t>& window_size, double k, std::optional<double> r) {
        Call call;
        const Array a = call.in(image);
        return scalar_if_0d(call.run([&] { return filters::threshold_sauvola(a, {window_size, k, r}); }));
      },
      nb::arg("image"), nb::arg("window_size"), nb::arg("k"), nb::arg("r").none());
}

}  // namespace opsin::python
