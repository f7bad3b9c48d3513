// SPDX-License-Identifier: Apache-2.0
#include "opsin/exposure_adjust.h"

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

/// None: the image's own.
exposure::Range range(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  const std::vector<double> ends = numbers(value);
  if (ends.size() != 2) throw ValueError("a range is a pair of values");
  return std::array<double, 2>{ends[0], ends[1]};
}

}  // namespace

void bind_exposure_adjust(nb::module_& m) {
  m.def("adjust_gamma", [](nb::handle image, double gamma, double gain) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return exposure::adjust_gamma(a, {gamma, gain}); }));
  });
  m.def("adjust_log", [](nb::handle image, double gain, bool inv) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return exposure::adjust_log(a, {gain, inv}); }));
  });
  m.def("adjust_sigmoid", [](nb::handle image, double cutoff, double gain, bool inv) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return exposure::adjust_sigmoid(a, {cutoff, gain, inv}); }));
  });
  // `dtype` None: the image's, or the float type of its results where `as_float` is set.
  m.def(
      "rescale_intensity",
      [](nb::handle image, nb::handle in_range, nb::handle out_range, nb::handle dtype, bool as_float,
         bool clip_negative) {
        Call call;
        const Array a = call.in(image);
        const DType own = as_float ? float_result(a.dtype()) : a.dtype();
        const exposure::RescaleIntensityOptions options{range(in_range), range(out_range),
                                                        dtype.is_none() ? own : dtype_from(dtype), clip_negative};
        return scalar_if_0d(call.run([&] { return exposure::rescale_intensity(a, options); }));
      },
      nb::arg("image"), nb::arg("in_range").none(), nb::arg("out_range").none(), nb::arg("dtype").none(),
      nb::arg("as_float"), nb::arg("clip_negative"));
}

}  // namespace opsin::python
