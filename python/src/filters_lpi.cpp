// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_lpi.h"

#include <array>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_filters_lpi(nb::module_& m) {
  m.def(
      "lpi_positions",
      [](nb::handle data) -> nb::object {
        Call call;
        const Array a = call.in(data);
        // NumPy's functions take CuPy's arrays too; those of the other libraries they do not.
        if (call.kind() == Kind::cupy) {
          return call.run_list([&] {
            const filters::LpiPositions at = filters::lpi_positions(a);
            return std::array{at.rows, at.columns};
          });
        }
        const filters::LpiPositions at = call.invoke([&] {
          const filters::LpiPositions there = filters::lpi_positions(a);
          return filters::LpiPositions{there.rows.to(Device{}), there.columns.to(Device{})};
        });
        return nb::make_tuple(to_python(at.rows, Kind::numpy), to_python(at.columns, Kind::numpy));
      },
      nb::arg("data"));
  m.def(
      "filter_forward",
      [](nb::handle data, nb::handle response) {
        Call call;
        const Array a = call.in(data);
        const Array r = call.in_anywhere(response);
        return call.run([&] { return filters::filter_forward(a, r.to(a.device())); });
      },
      nb::arg("data"), nb::arg("response"));
  m.def(
      "filter_inverse",
      [](nb::handle data, nb::handle response, double max_gain) {
        Call call;
        const Array a = call.in(data);
        const Array r = call.in_anywhere(response);
        return call.run([&] { return filters::filter_inverse(a, r.to(a.device()), {.max_gain = max_gain}); });
      },
      nb::arg("data"), nb::arg("response"), nb::arg("max_gain"));
  m.def(
      "wiener",
      [](nb::handle data, nb::handle response, double K, nb::handle spectrum) {
        Call call;
        const Array a = call.in(data);
        const Array r = call.in_anywhere(response);
        std::optional<Array> noise;
        if (!spectrum.is_none()) noise = call.in_anywhere(spectrum);
        // The response may come from the host; it is copied in the order of the image's stream.
        return call.run([&] {
          filters::WienerOptions options{.K = K};
          if (noise) options.spectrum = beside(a, *noise);
          return filters::wiener(a, r.to(a.device()), options);
        });
      },
      nb::arg("data"), nb::arg("response"), nb::arg("K"), nb::arg("spectrum").none());
}

}  // namespace opsin::python
