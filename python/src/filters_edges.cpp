// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_edges.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

std::optional<std::vector<int>> optional_axes(nb::handle axis) {
  if (axis.is_none()) return std::nullopt;
  return integers(axis);
}

using EdgeFunction = Array (*)(const Array&, const filters::EdgeOptions&);
using PlaneFunction = Array (*)(const Array&, const filters::EdgeMaskOptions&);

void bind_edge(nb::module_& m, const char* name, EdgeFunction f) {
  m.def(
      name,
      [f](nb::handle image, nb::handle mask, nb::handle axis, nb::handle mode, double cval) {
        Call call;
        const Array a = call.in(image);
        const filters::EdgeOptions options{
            .mask = call.in_optional(mask), .axis = optional_axes(axis), .mode = border(mode), .cval = cval};
        return call.run([&] { return f(a, options); });
      },
      nb::arg("image"), nb::arg("mask").none(), nb::arg("axis").none(), nb::arg("mode"), nb::arg("cval"));
}

void bind_plane(nb::module_& m, const char* name, PlaneFunction f) {
  m.def(
      name,
      [f](nb::handle image, nb::handle mask) {
        Call call;
        const Array a = call.in(image);
        const filters::EdgeMaskOptions options{.mask = call.in_optional(mask)};
        return call.run([&] { return f(a, options); });
      },
      nb::arg("image"), nb::arg("mask").none());
}

}  // namespace

void bind_filters_edges(nb::module_& m) {
  bind_edge(m, "sobel", &filters::sobel);
  bind_edge(m, "scharr", &filters::scharr);
  bind_edge(m, "prewitt", &filters::prewitt);
  bind_edge(m, "farid", &filters::farid);
  bind_plane(m, "sobel_h", &filters::sobel_h);
  bind_plane(m, "sobel_v", &filters::sobel_v);
  bind_plane(m, "scharr_h", &filters::scharr_h);
  bind_plane(m, "scharr_v", &filters::scharr_v);
  bind_plane(m, "prewitt_h", &filters::prewitt_h);
  bind_plane(m, "prewitt_v", &filters::prewitt_v);
  bind_plane(m, "farid_h", &filters::farid_h);
  bind_plane(m, "farid_v", &filters::farid_v);
  bind_plane(m, "roberts", &filters::roberts);
  bind_plane(m, "roberts_pos_diag", &filters::roberts_pos_diag);
  bind_plane(m, "roberts_neg_diag", &filters::roberts_neg_diag);
  m.def(
      "laplace",
      [](nb::handle image, int ksize, nb::handle mask) {
        Call call;
        const Array a = call.in(image);
        const filters::LaplaceOptions options{.ksize = ksize, .mask = call.in_optional(mask)};
        return call.run([&] { return filters::laplace(a, options); });
      },
      nb::arg("image"), nb::arg("ksize"), nb::arg("mask").none());
}

}  // namespace opsin::python
