// SPDX-License-Identifier: Apache-2.0
#include "opsin/ndimage_fourier.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Filter = Array (*)(const Array&, const std::vector<double>&, const ndimage::FourierOptions&);

void bind_filter(nb::module_& m, const char* name, Filter filter) {
  m.def(
      name,
      [filter](nb::handle input, nb::handle parameter, std::int64_t n, int axis, nb::handle dtype, nb::handle out) {
        Call call;
        const Array a = call.in(input);
        ndimage::FourierOptions options{.n = n, .axis = axis};
        if (!dtype.is_none()) options.output = dtype_from(dtype);
        if (const std::optional<Array> array = call.out(out)) options.output = *array;
        const std::vector<double> parameters = numbers(parameter);
        return call.run([&] { return filter(a, parameters, options); });
      },
      nb::arg("input"), nb::arg("parameter"), nb::arg("n"), nb::arg("axis"), nb::arg("dtype").none(),
      nb::arg("out").none());
}

}  // namespace

void bind_ndimage_fourier(nb::module_& m) {
  bind_filter(m, "fourier_gaussian", &ndimage::fourier_gaussian);
  bind_filter(m, "fourier_uniform", &ndimage::fourier_uniform);
  bind_filter(m, "fourier_ellipsoid", &ndimage::fourier_ellipsoid);
  bind_filter(m, "fourier_shift", &ndimage::fourier_shift);
}

}  // namespace opsin::python
