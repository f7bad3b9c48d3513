// SPDX-License-Identifier: Apache-2.0
#include "opsin/color_difference.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

template <class Options, Array (*difference)(const Array&, const Array&, const Options&)>
nb::object difference_of(nb::handle lab1, nb::handle lab2, const Options& options) {
  Call call;
  const Array a = call.in(lab1);
  const Array b = call.in(lab2);
  return scalar_if_0d(call.run([&] { return difference(a, b, options); }));
}

}  // namespace

void bind_color_difference(nb::module_& m) {
  m.def("deltaE_cie76", [](nb::handle lab1, nb::handle lab2, int channel_axis) {
    return difference_of<color::DeltaECie76Options, color::deltaE_cie76>(lab1, lab2, {channel_axis});
  });
  m.def("deltaE_ciede94",
        [](nb::handle lab1, nb::handle lab2, double kH, double kC, double kL, double k1, double k2, int channel_axis) {
          return difference_of<color::DeltaECiede94Options, color::deltaE_ciede94>(lab1, lab2,
                                                                                   {kH, kC, kL, k1, k2, channel_axis});
        });
  m.def("deltaE_ciede2000", [](nb::handle lab1, nb::handle lab2, double kL, double kC, double kH, int channel_axis) {
    return difference_of<color::DeltaECiede2000Options, color::deltaE_ciede2000>(lab1, lab2,
                                                                                 {kL, kC, kH, channel_axis});
  });
  m.def("deltaE_cmc", [](nb::handle lab1, nb::handle lab2, double kL, double kC, int channel_axis) {
    return difference_of<color::DeltaECmcOptions, color::deltaE_cmc>(lab1, lab2, {kL, kC, channel_axis});
  });
}

}  // namespace opsin::python
