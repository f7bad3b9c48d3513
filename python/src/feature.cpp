// SPDX-License-Identifier: Apache-2.0
#include "opsin/feature.h"

#include <nanobind/stl/string.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

feature::AxisOrder axis_order(const std::string& order) {
  return order == "xy" ? feature::AxisOrder::xy : feature::AxisOrder::rc;
}

/// The elements of a list, or of an array along its first axis.
std::vector<Array> elements_of(Call& call, nb::handle list) {
  std::vector<Array> all;
  for (nb::handle item : list) all.push_back(call.in(item));
  return all;
}

}  // namespace

void bind_feature(nb::module_& m) {
  m.def(
      "hessian_matrix",
      [](nb::handle image, nb::handle sigma, nb::handle mode, double cval, const std::string& order,
         bool use_gaussian_derivatives) {
        Call call;
        const Array a = call.in(image);
        const feature::HessianMatrixOptions options{.sigma = numbers(sigma),
                                                    .mode = border(mode),
                                                    .cval = cval,
                                                    .order = axis_order(order),
                                                    .use_gaussian_derivatives = use_gaussian_derivatives};
        return call.run_list([&] { return feature::hessian_matrix(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("mode"), nb::arg("cval"), nb::arg("order"),
      nb::arg("use_gaussian_derivatives"));

  m.def(
      "hessian_matrix_eigvals",
      [](nb::handle elements) {
        Call call;
        const std::vector<Array> all = elements_of(call, elements);
        return call.run([&] { return feature::hessian_matrix_eigvals(all); });
      },
      nb::arg("H_elems"));

  m.def(
      "hessian_matrix_det",
      [](nb::handle image, nb::handle sigma, bool approximate) {
        Call call;
        const Array a = call.in(image);
        const feature::HessianMatrixDetOptions options{.sigma = numbers(sigma), .approximate = approximate};
        return call.run([&] { return feature::hessian_matrix_det(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("approximate"));

  m.def(
      "structure_tensor",
      [](nb::handle image, nb::handle sigma, nb::handle mode, double cval, const std::string& order) {
        Call call;
        const Array a = call.in(image);
        const feature::StructureTensorOptions options{
            .sigma = numbers(sigma), .mode = border(mode), .cval = cval, .order = axis_order(order)};
        return call.run_list([&] { return feature::structure_tensor(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("mode"), nb::arg("cval"), nb::arg("order"));

  m.def(
      "structure_tensor_eigenvalues",
      [](nb::handle elements) {
        Call call;
        const std::vector<Array> all = elements_of(call, elements);
        return call.run([&] { return feature::structure_tensor_eigenvalues(all); });
      },
      nb::arg("A_elems"));

  m.def(
      "shape_index",
      [](nb::handle image, nb::handle sigma, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const feature::ShapeIndexOptions options{.sigma = numbers(sigma), .mode = border(mode), .cval = cval};
        return call.run([&] { return feature::shape_index(a, options); });
      },
      nb::arg("image"), nb::arg("sigma"), nb::arg("mode"), nb::arg("cval"));
}

}  // namespace opsin::python
