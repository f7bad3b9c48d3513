// SPDX-License-Identifier: Apache-2.0
#include "opsin/measure_moments.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

std::vector<double> spacing_from(nb::handle spacing) {
  return spacing.is_none() ? std::vector<double>{} : numbers(spacing);
}

/// None, numbers, or an array that lies on the image's GPU and stays there.
measure::Centre centre_from(Call& call, nb::handle centre) {
  if (centre.is_none()) return {};
  if (!nb::hasattr(centre, "__cuda_array_interface__") && !nb::hasattr(centre, "__dlpack__")) return numbers(centre);
  const Array a = call.in_anywhere(centre);
  if (a.device().kind == DeviceKind::cuda) return a;
  return numbers(centre);
}

}  // namespace

void bind_measure_moments(nb::module_& m) {
  m.def(
      "moments",
      [](nb::handle image, int order, nb::handle spacing) {
        Call call;
        const Array a = call.in(image);
        const measure::MomentsOptions options{.order = order, .spacing = spacing_from(spacing)};
        return call.run([&] { return measure::moments(a, options); });
      },
      nb::arg("image"), nb::arg("order"), nb::arg("spacing").none());

  m.def(
      "moments_central",
      [](nb::handle image, nb::handle center, int order, nb::handle spacing) {
        Call call;
        const Array a = call.in(image);
        const measure::MomentsCentralOptions options{
            .center = centre_from(call, center), .order = order, .spacing = spacing_from(spacing)};
        return call.run([&] { return measure::moments_central(a, options); });
      },
      nb::arg("image"), nb::arg("center").none(), nb::arg("order"), nb::arg("spacing").none());

  m.def(
      "moments_coords_central",
      [](nb::handle coords, nb::handle center, int order, bool wide) {
        Call call;
        const Array a = call.in(coords);
        const measure::MomentsCoordsOptions options{.center = centre_from(call, center), .order = order, .wide = wide};
        return call.run([&] { return measure::moments_coords_central(a, options); });
      },
      nb::arg("coords"), nb::arg("center").none(), nb::arg("order"), nb::arg("wide"));

  m.def(
      "moments_normalized",
      [](nb::handle mu, int order, nb::handle spacing) {
        Call call;
        const Array a = call.in(mu);
        const measure::MomentsNormalizedOptions options{.order = order, .spacing = spacing_from(spacing)};
        return call.run([&] { return measure::moments_normalized(a, options); });
      },
      nb::arg("mu"), nb::arg("order"), nb::arg("spacing").none());

  m.def(
      "moments_hu",
      [](nb::handle nu) {
        Call call;
        const Array a = call.in(nu);
        return call.run([&] { return measure::moments_hu(a); });
      },
      nb::arg("nu"));

  m.def(
      "centroid",
      [](nb::handle image, nb::handle spacing) {
        Call call;
        const Array a = call.in(image);
        const measure::CentroidOptions options{.spacing = spacing_from(spacing)};
        return call.run([&] { return measure::centroid(a, options); });
      },
      nb::arg("image"), nb::arg("spacing").none());

  m.def(
      "inertia_tensor",
      [](nb::handle mu, int ndim) {
        Call call;
        const Array a = call.in(mu);
        return call.run([&] { return measure::inertia_tensor(a, ndim); });
      },
      nb::arg("mu"), nb::arg("ndim"));

  m.def(
      "inertia_tensor_eigvals",
      [](nb::handle tensor) {
        Call call;
        const Array a = call.in(tensor);
        return call.run([&] { return measure::inertia_tensor_eigvals(a); });
      },
      nb::arg("tensor"));
}

}  // namespace opsin::python
