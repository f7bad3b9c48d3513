// SPDX-License-Identifier: Apache-2.0
#include "opsin/morphology.h"

#include <nanobind/stl/string.h>

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

using namespace opsin::morphology;

Footprints footprints(Call& call, nb::list arrays, nb::handle counts) {
  Footprints result;
  const std::vector<int> repeats = integers(counts);
  std::size_t i = 0;
  for (nb::handle array : arrays) result.push_back({ndimage::Footprint(call.in_anywhere(array)), repeats.at(i++)});
  return result;
}

template <class F>
void def_grey(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle image, nb::list arrays, nb::handle counts, nb::handle out, const std::string& mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const Footprints parts = footprints(call, arrays, counts);
        const GreyOptions options{.out = call.out(out), .mode = beyond_from_name(mode), .cval = cval};
        return call.run([&] { return f(a, parts, options); });
      },
      nb::arg("image"), nb::arg("arrays"), nb::arg("counts"), nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"));
}

template <class F>
void def_binary(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle image, nb::list arrays, nb::handle counts, nb::handle out, const std::string& mode) {
        Call call;
        const Array a = call.in(image);
        const Footprints parts = footprints(call, arrays, counts);
        const BinaryOptions options{.out = call.out(out), .mode = beyond_from_name(mode)};
        return call.run([&] { return f(a, parts, options); });
      },
      nb::arg("image"), nb::arg("arrays"), nb::arg("counts"), nb::arg("out").none(), nb::arg("mode"));
}

}  // namespace

void bind_morphology(nb::module_& m) {
  def_grey(m, "erosion", erosion);
  def_grey(m, "dilation", dilation);
  def_grey(m, "opening", opening);
  def_grey(m, "closing", closing);
  def_grey(m, "white_tophat", white_tophat);
  def_grey(m, "black_tophat", black_tophat);
  def_binary(m, "binary_erosion", binary_erosion);
  def_binary(m, "binary_dilation", binary_dilation);
  def_binary(m, "binary_opening", binary_opening);
  def_binary(m, "binary_closing", binary_closing);
}

}  // namespace opsin::python
