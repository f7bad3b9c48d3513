// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_gabor.h"
#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

std::optional<double> optional_number(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  return nb::cast<double>(nb::float_(value));
}

}  // namespace

void bind_filters_gabor(nb::module_& m) {
  m.def(
      "gabor_kernel",
      [](double frequency, double theta, double bandwidth, nb::handle sigma_x, nb::handle sigma_y, double n_stds,
         double offset, nb::handle dtype) {
        Call call;
        const filters::GaborKernelOptions options{.theta = theta,
                                                  .bandwidth = bandwidth,
                                                  .sigma_x = optional_number(sigma_x),
                                                  .sigma_y = optional_number(sigma_y),
                                                  .n_stds = n_stds,
                                                  .offset = offset,
                                                  .dtype = dtype_from(dtype)};
        return call.run([&] { return filters::gabor_kernel(frequency, options); });
      },
      nb::arg("frequency"), nb::arg("theta"), nb::arg("bandwidth"), nb::arg("sigma_x").none(),
      nb::arg("sigma_y").none(), nb::arg("n_stds"), nb::arg("offset"), nb::arg("dtype"));
  m.def(
      "gabor",
      [](nb::handle image, double frequency, double theta, double bandwidth, nb::handle sigma_x, nb::handle sigma_y,
         double n_stds, double offset, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const filters::GaborOptions options{.theta = theta,
                                            .bandwidth = bandwidth,
                                            .sigma_x = optional_number(sigma_x),
                                            .sigma_y = optional_number(sigma_y),
                                            .n_stds = n_stds,
                                            .offset = offset,
                                            .mode = border(mode),
                                            .cval = cval};
        return call.run_list([&] { return filters::gabor(a, frequency, options); });
      },
      nb::arg("image"), nb::arg("frequency"), nb::arg("theta"), nb::arg("bandwidth"), nb::arg("sigma_x").none(),
      nb::arg("sigma_y").none(), nb::arg("n_stds"), nb::arg("offset"), nb::arg("mode"), nb::arg("cval"));
}

}  // namespace opsin::python
