// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters.h"

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {

void bind_filters(nb::module_& m) {
  m.def(
      "gaussian",
      [](nb::handle image, nb::handle sigma, nb::handle mode, double cval, bool preserve_range, double truncate,
         nb::handle channel_axis, nb::handle out) {
        Call call;
        const Array a = call.in(image);
        const filters::GaussianOptions options{.sigma = numbers(sigma),
                                               .mode = border(mode),
                                               .cval = cval,
                                               .preserve_range = preserve_range,
                                               .truncate = truncate,
                                               .channel_axis = optional_axis(channel_axis),
                                               .out = call.out(out)};
        // A sequence of one is not a number for all axes.
        const int spatial = a.ndim() - (options.channel_axis ? 1 : 0);
        if (options.sigma.size() == 1 && spatial != 1 && options.sigma[0] >= 0 && nb::hasattr(sigma, "__iter__")) {
          throw RuntimeError("sequence argument must have length equal to input rank");
        }
        return call.run([&] { return filters::gaussian(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("mode"), nb::arg("cval"), nb::arg("preserve_range"),
      nb::arg("truncate"), nb::arg("channel_axis").none(), nb::arg("out").none());
}

}  // namespace opsin::python
