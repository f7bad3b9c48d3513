// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_ridges.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

/// Each scale is a number or a sequence with one per axis.
std::vector<filters::RidgeSigma> scales(nb::handle sigmas) {
  std::vector<filters::RidgeSigma> all;
  for (nb::handle sigma : sigmas) all.push_back(numbers(sigma));
  return all;
}

std::optional<double> optional_number(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  return nb::cast<double>(nb::float_(value));
}

/// frangi and hessian have the same parameters.
template <class Options, auto filter>
nb::object vesselness(nb::handle image, nb::handle sigmas, double alpha, double beta, nb::handle gamma,
                      bool black_ridges, nb::handle mode, double cval) {
  Call call;
  const Array a = call.in(image);
  const Options options{.sigmas = scales(sigmas),
                        .alpha = alpha,
                        .beta = beta,
                        .gamma = optional_number(gamma),
                        .black_ridges = black_ridges,
                        .mode = border(mode),
                        .cval = cval};
  return call.run([&] { return filter(a, options); });
}

}  // namespace

void bind_filters_ridges(nb::module_& m) {
  m.def(
      "meijering",
      [](nb::handle image, nb::handle sigmas, nb::handle alpha, bool black_ridges, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const filters::MeijeringOptions options{.sigmas = scales(sigmas),
                                                .alpha = optional_number(alpha),
                                                .black_ridges = black_ridges,
                                                .mode = border(mode),
                                                .cval = cval};
        return call.run([&] { return filters::meijering(a, options); });
      },
      nb::arg("image"), nb::arg("sigmas"), nb::arg("alpha").none(), nb::arg("black_ridges"), nb::arg("mode"),
      nb::arg("cval"));

  m.def(
      "sato",
      [](nb::handle image, nb::handle sigmas, bool black_ridges, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        std::vector<double> one_each;
        for (nb::handle sigma : sigmas) one_each.push_back(nb::cast<double>(nb::float_(sigma)));
        const filters::SatoOptions options{
            .sigmas = one_each, .black_ridges = black_ridges, .mode = border(mode), .cval = cval};
        return call.run([&] { return filters::sato(a, options); });
      },
      nb::arg("image"), nb::arg("sigmas"), nb::arg("black_ridges"), nb::arg("mode"), nb::arg("cval"));

  m.def("frangi", &vesselness<filters::FrangiOptions, filters::frangi>, nb::arg("image"), nb::arg("sigmas"),
        nb::arg("alpha"), nb::arg("beta"), nb::arg("gamma").none(), nb::arg("black_ridges"), nb::arg("mode"),
        nb::arg("cval"));
  m.def("hessian", &vesselness<filters::HessianOptions, filters::hessian>, nb::arg("image"), nb::arg("sigmas"),
        nb::arg("alpha"), nb::arg("beta"), nb::arg("gamma").none(), nb::arg("black_ridges"), nb::arg("mode"),
        nb::arg("cval"));
}

}  // namespace opsin::python
