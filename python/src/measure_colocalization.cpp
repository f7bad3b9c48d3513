// SPDX-License-Identifier: Apache-2.0
#include "opsin/measure_colocalization.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Coefficient = Array (*)(const Array&, const Array&, const measure::Mask&);

void def_coefficient(nb::module_& m, const char* name, Coefficient f, const char* first, const char* second) {
  m.def(
      name,
      [f](nb::handle image0, nb::handle image1, nb::handle mask) {
        Call call;
        const Array a = call.in(image0);
        const Array b = call.in(image1);
        const measure::Mask where = call.in_optional(mask);
        return scalar_if_0d(call.run([&] { return f(a, b, where); }));
      },
      nb::arg(first), nb::arg(second), nb::arg("mask").none());
}

}  // namespace

void bind_measure_colocalization(nb::module_& m) {
  m.def(
      "pearson_corr_coeff",
      [](nb::handle image0, nb::handle image1, nb::handle mask) {
        Call call;
        const Array a = call.in(image0);
        const Array b = call.in(image1);
        const measure::Mask where = call.in_optional(mask);
        return call.run_list([&] { return measure::pearson_corr_coeff(a, b, where); });
      },
      nb::arg("image0"), nb::arg("image1"), nb::arg("mask").none());
  def_coefficient(m, "manders_coloc_coeff", measure::manders_coloc_coeff, "image0", "image1_mask");
  def_coefficient(m, "manders_overlap_coeff", measure::manders_overlap_coeff, "image0", "image1");
  def_coefficient(m, "intersection_coeff", measure::intersection_coeff, "image0_mask", "image1_mask");
}

}  // namespace opsin::python
