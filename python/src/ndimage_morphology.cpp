// SPDX-License-Identifier: Apache-2.0
#include "opsin/ndimage_morphology.h"

#include "array_caster.h"
#include "modules.h"
#include "ndimage_output.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

using namespace opsin::ndimage;

/// As opsin/_ndimage_extremes.py sorted it.
Neighbourhood neighbourhood(Call& call, nb::handle size, nb::handle footprint, nb::handle structure) {
  Neighbourhood n;
  if (!size.is_none()) n.size = sizes(size);
  if (!footprint.is_none()) n.footprint = Footprint(call.in_anywhere(footprint));
  if (!structure.is_none()) n.structure = Weights(call.in_anywhere(structure));
  return n;
}

template <class F>
void def_filter1d(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, std::int64_t size, int axis, nb::handle dtype, nb::handle out, nb::handle mode, double cval,
          int origin) {
        Call call;
        const Array a = call.in(input);
        const ExtremeFilter1dOptions options{
            .axis = axis, .output = output(call, dtype, out), .mode = border(mode), .cval = cval, .origin = origin};
        return call.run([&] { return f(a, size, options); });
      },
      nb::arg("input"), nb::arg("size"), nb::arg("axis"), nb::arg("dtype").none(), nb::arg("out").none(),
      nb::arg("mode"), nb::arg("cval"), nb::arg("origin"));
}

template <class F>
void def_filter(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, nb::handle size, nb::handle footprint, nb::handle structure, nb::handle dtype,
          nb::handle out, nb::handle mode, double cval, nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Neighbourhood n = neighbourhood(call, size, footprint, structure);
        const ExtremeFilterOptions options{.output = output(call, dtype, out),
                                           .mode = borders(mode),
                                           .cval = cval,
                                           .origin = integers(origin),
                                           .axes = integers(axes)};
        return call.run([&] { return f(a, n, options); });
      },
      nb::arg("input"), nb::arg("size").none(), nb::arg("footprint").none(), nb::arg("structure").none(),
      nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"), nb::arg("origin"),
      nb::arg("axes"));
}

template <class F>
void def_binary(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, nb::handle structure, int iterations, nb::handle mask, nb::handle out, bool border_value,
          nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Footprint footprint(call.in_anywhere(structure));
        const BinaryOptions options{.iterations = iterations,
                                    .mask = call.in_optional(mask),
                                    .output = call.out(out),
                                    .border_value = border_value,
                                    .origin = integers(origin),
                                    .axes = integers(axes)};
        return call.run([&] { return f(a, footprint, options); });
      },
      nb::arg("input"), nb::arg("structure"), nb::arg("iterations"), nb::arg("mask").none(), nb::arg("out").none(),
      nb::arg("border_value"), nb::arg("origin"), nb::arg("axes"));
}

}  // namespace

void bind_ndimage_morphology(nb::module_& m) {
  def_filter1d(m, "minimum_filter1d", minimum_filter1d);
  def_filter1d(m, "maximum_filter1d", maximum_filter1d);
  def_filter(m, "minimum_filter", minimum_filter);
  def_filter(m, "maximum_filter", maximum_filter);
  def_filter(m, "grey_erosion", grey_erosion);
  def_filter(m, "grey_dilation", grey_dilation);
  def_filter(m, "grey_opening", grey_opening);
  def_filter(m, "grey_closing", grey_closing);
  def_filter(m, "morphological_gradient", morphological_gradient);
  def_filter(m, "morphological_laplace", morphological_laplace);
  def_filter(m, "white_tophat", white_tophat);
  def_filter(m, "black_tophat", black_tophat);
  m.def(
      "binary_hit_or_miss",
      [](nb::handle input, nb::handle structure1, nb::handle structure2, nb::handle out, nb::handle origin1,
         nb::handle origin2, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Footprint hits(call.in_anywhere(structure1)), misses(call.in_anywhere(structure2));
        const HitOrMissOptions options{.output = call.out(out),
                                       .origin1 = integers(origin1),
                                       .origin2 = integers(origin2),
                                       .axes = integers(axes)};
        return call.run([&] { return binary_hit_or_miss(a, hits, misses, options); });
      },
      nb::arg("input"), nb::arg("structure1"), nb::arg("structure2"), nb::arg("out").none(), nb::arg("origin1"),
      nb::arg("origin2"), nb::arg("axes"));
  m.def(
      "binary_fill_holes",
      [](nb::handle input, nb::handle structure, nb::handle out, nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Footprint footprint(call.in_anywhere(structure));
        const FillHolesOptions options{.output = call.out(out), .origin = integers(origin), .axes = integers(axes)};
        return call.run([&] { return binary_fill_holes(a, footprint, options); });
      },
      nb::arg("input"), nb::arg("structure"), nb::arg("out").none(), nb::arg("origin"), nb::arg("axes"));
  def_binary(m, "binary_erosion", binary_erosion);
  def_binary(m, "binary_dilation", binary_dilation);
}

}  // namespace opsin::python
