// SPDX-License-Identifier: Apache-2.0
#include "opsin/color.h"

#include <nanobind/stl/array.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_color(nb::module_& m) {
  m.def("rgb2gray", [](nb::handle rgb, nb::handle channel_axis) {
    Call call;
    const Array a = call.in(rgb);
    const color::Rgb2GrayOptions options{.channel_axis = optional_axis(channel_axis).value_or(-1)};
    return scalar_if_0d(call.run([&] { return color::rgb2gray(a, options); }));
  });
  m.def("gray2rgb", [](nb::handle image, int channel_axis) {
    Call call;
    const Array a = call.in(image);
    return call.run([&] { return color::gray2rgb(a, {.channel_axis = channel_axis}); });
  });
  m.def("gray2rgba", [](nb::handle image, nb::handle alpha, int channel_axis) {
    Call call;
    const Array a = call.in(image);
    const Array opacity = call.in_anywhere(alpha);
    return call.run([&] { return color::gray2rgba(a, beside(a, opacity), {.channel_axis = channel_axis}); });
  });
  m.def("rgba2rgb", [](nb::handle rgba, const std::array<double, 3>& background, int channel_axis) {
    Call call;
    const Array a = call.in(rgba);
    return call.run([&] { return color::rgba2rgb(a, {.background = background, .channel_axis = channel_axis}); });
  });
}

}  // namespace opsin::python
