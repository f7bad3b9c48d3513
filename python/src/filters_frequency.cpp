// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_frequency.h"

#include <nanobind/stl/optional.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_filters_frequency(nb::module_& m) {
  m.def(
      "butterworth",
      [](nb::handle image, double cutoff_frequency_ratio, bool high_pass, double order, std::optional<int> channel_axis,
         bool squared_butterworth, int npad) {
        Call call;
        const Array a = call.in(image);
        const filters::ButterworthOptions options{.cutoff_frequency_ratio = cutoff_frequency_ratio,
                                                  .high_pass = high_pass,
                                                  .order = order,
                                                  .channel_axis = channel_axis,
                                                  .squared_butterworth = squared_butterworth,
                                                  .npad = npad};
        return call.run([&] { return filters::butterworth(a, options); });
      },
      nb::arg("image"), nb::arg("cutoff_frequency_ratio"), nb::arg("high_pass"), nb::arg("order"),
      nb::arg("channel_axis").none(), nb::arg("squared_butterworth"), nb::arg("npad"));
}

}  // namespace opsin::python
