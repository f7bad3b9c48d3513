// SPDX-License-Identifier: Apache-2.0
#include "opsin/transform_integral.h"

#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_transform_integral(nb::module_& m) {
  m.def(
      "integral_image",
      [](nb::handle image, nb::handle dtype) {
        Call call;
        const Array a = call.in(image);
        transform::IntegralImageOptions options;
        if (!dtype.is_none()) options.dtype = dtype_from(dtype);
        return call.run([&] { return transform::integral_image(a, options); });
      },
      nb::arg("image"), nb::arg("dtype").none());
  m.def("integrate", [](nb::handle sums, const std::vector<std::vector<std::int64_t>>& start,
                        const std::vector<std::vector<std::int64_t>>& end) {
    Call call;
    const Array a = call.in(sums);
    return call.run([&] { return transform::integrate(a, start, end); });
  });
}

}  // namespace opsin::python
