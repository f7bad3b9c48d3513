// SPDX-License-Identifier: Apache-2.0
#include "opsin/color.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_color(nb::module_& m) {
  m.def("rgb2gray", [](nb::handle rgb, nb::handle channel_axis) {
    Call call;
    const Array a = call.in(rgb);
    const color::Rgb2GrayOptions options{.channel_axis = optional_axis(channel_axis).value_or(-1)};
    return call.run([&] { return color::rgb2gray(a, options); });
  });
}

}  // namespace opsin::python
