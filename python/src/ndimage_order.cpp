// SPDX-License-Identifier: Apache-2.0
#include "opsin/ndimage_order.h"

#include "array_caster.h"
#include "modules.h"
#include "ndimage_output.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

using namespace opsin::ndimage;

template <class>
nb::arg value_argument() {
  return nb::arg("value");
}

/// `Value...` stands between the input and the neighbourhood.
template <class... Value, class F>
void def_rank(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, Value... value, nb::handle size, nb::handle footprint, nb::handle dtype, nb::handle out,
          nb::handle mode, double cval, nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Neighbourhood n = neighbourhood(call, size, footprint);
        const RankFilterOptions options{.output = output(call, dtype, out),
                                        .mode = borders(mode),
                                        .cval = cval,
                                        .origin = integers(origin),
                                        .axes = integers(axes)};
        return call.run([&] { return f(a, value..., n, options); });
      },
      nb::arg("input"), value_argument<Value>()..., nb::arg("size").none(), nb::arg("footprint").none(),
      nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"), nb::arg("origin"),
      nb::arg("axes"));
}

}  // namespace

void bind_ndimage_order(nb::module_& m) {
  def_rank<std::int64_t>(m, "rank_filter", rank_filter);
  def_rank<>(m, "median_filter", median_filter);
  def_rank<double>(m, "percentile_filter", percentile_filter);
}

}  // namespace opsin::python
