// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_sharpen.h"
#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

/// An integer or None: these two filters take no tuple.
std::optional<int> integer_axis(nb::handle axis) {
  if (nb::isinstance<nb::tuple>(axis)) throw TypeError("channel_axis must be an integer or None");
  return optional_axis(axis);
}

}  // namespace

void bind_filters_sharpen(nb::module_& m) {
  m.def(
      "unsharp_mask",
      [](nb::handle image, nb::handle radius, double amount, bool preserve_range, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image);
        const filters::UnsharpMaskOptions options{.radius = numbers(radius),
                                                  .amount = amount,
                                                  .preserve_range = preserve_range,
                                                  .channel_axis = integer_axis(channel_axis)};
        // A sequence of one is not a number for all axes.
        const int spatial = a.ndim() - (options.channel_axis ? 1 : 0);
        if (options.radius.size() == 1 && spatial != 1 && nb::hasattr(radius, "__len__")) {
          throw RuntimeError("sequence argument must have length equal to input rank");
        }
        return scalar_if_0d(call.run([&] { return filters::unsharp_mask(a, options); }));
      },
      nb::arg("image"), nb::arg("radius"), nb::arg("amount"), nb::arg("preserve_range"),
      nb::arg("channel_axis").none());
  m.def(
      "difference_of_gaussians",
      [](nb::handle image, nb::handle low_sigma, nb::handle high_sigma, nb::handle mode, double cval,
         nb::handle channel_axis, double truncate) {
        Call call;
        const Array a = call.in(image);
        const std::vector<double> low = numbers(low_sigma);
        filters::DifferenceOfGaussiansOptions options{
            .mode = border(mode), .cval = cval, .channel_axis = integer_axis(channel_axis), .truncate = truncate};
        if (!high_sigma.is_none()) options.high_sigma = numbers(high_sigma);
        return scalar_if_0d(call.run([&] { return filters::difference_of_gaussians(a, low, options); }));
      },
      nb::arg("image"), nb::arg("low_sigma"), nb::arg("high_sigma").none(), nb::arg("mode"), nb::arg("cval"),
      nb::arg("channel_axis").none(), nb::arg("truncate"));
}

}  // namespace opsin::python
