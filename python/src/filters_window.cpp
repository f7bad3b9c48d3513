// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_window.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_filters_window(nb::module_& m) {
  m.def(
      "window",
      [](const std::string& name, const std::vector<double>& parameters, const std::vector<std::int64_t>& shape,
         int order, bool clip, const std::string& device) {
        const filters::WindowOptions options{.order = order, .clip = clip, .device = Device::parse(device)};
        return made(Call().invoke([&] { return filters::window({name, parameters}, shape, options); }));
      },
      nb::arg("name"), nb::arg("parameters"), nb::arg("shape"), nb::arg("order"), nb::arg("clip"), nb::arg("device"));
}

}  // namespace opsin::python
