// SPDX-License-Identifier: Apache-2.0
#include "array_caster.h"
#include "core/assign.h"
#include "core/check.h"
#include "modules.h"
#include "ndimage_output.h"
#include "opsin/error.h"
#include "opsin/ndimage_order.h"

namespace opsin::python {
namespace {

using namespace opsin::ndimage;

GenericFilterOptions options_of(nb::handle mode, double cval, nb::handle origin, nb::handle axes) {
  return {.mode = border(mode), .cval = cval, .origin = integers(origin), .axes = integers(axes)};
}

/// Pieces of float64 values one after the other.
Array joined(const Extents& shape, Device device, const std::vector<Array>& pieces) {
  if (pieces.size() == 1 && pieces[0].dtype() == DType::float64 && pieces[0].device() == device) {
    const Array piece = pieces[0].contiguous();
    if (piece.size() == shape.product()) return piece.reshape(shape);
  }
  const Array values = Array::empty(shape, DType::float64, device);
  const Array flat = values.reshape({values.size()});
  std::int64_t at = 0;
  for (const Array& piece : pieces) {
    core::check_plain<TypeError>(piece.device() == values.device() && piece.size() <= flat.size() - at,
                                 "the function must return one value for each window, where its windows lie");
    memory::assign(flat.slice(0, at, piece.size()), piece.contiguous().reshape({piece.size()}));
    at += piece.size();
  }
  core::check_plain<TypeError>(at == flat.size(), "the function must return one value for each window");
  return values;
}

/// The result of a filter of `input` from the values of its windows; along `axis` from those of its lines.
nb::object collect(nb::handle input, nb::list given, nb::handle dtype, nb::handle out, std::optional<int> axis) {
  Call call;
  const Array a = call.in(input);
  std::vector<Array> pieces;
  for (nb::handle piece : given) pieces.push_back(call.in_anywhere(piece));
  const Output wanted = output(call, dtype, out);
  return call.run([&] {
    Extents shape = a.shape();
    if (axis) {
      shape.erase(*axis);
      shape.push_back(a.shape(*axis));
    }
    Array values = joined(shape, a.device(), pieces);
    if (axis) values = values.moveaxis(shape.size() - 1, *axis);
    const auto* array = std::get_if<Array>(&wanted);
    const auto* t = std::get_if<DType>(&wanted);
    core::check_plain<ValueError>(!array || !array->readonly(), "output array is read-only");
    const Array result = array ? *array : core::empty_result(a.shape(), t ? *t : a.dtype(), a.device());
    // SciPy truncates to bool.
    memory::assign(result, result.dtype() == DType::boolean ? values.astype(DType::uint8) : values);
    return result;
  });
}

}  // namespace

void bind_ndimage_generic(nb::module_& m) {
  m.def(
      "reduce_windows",
      [](nb::handle input, int reduction, nb::handle size, nb::handle footprint, nb::handle dtype, nb::handle out,
         nb::handle mode, double cval, nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Neighbourhood n = neighbourhood(call, size, footprint);
        GenericFilterOptions options = options_of(mode, cval, origin, axes);
        options.output = output(call, dtype, out);
        return call.run([&] { return generic_filter(a, static_cast<Reduction>(reduction), n, options); });
      },
      nb::arg("input"), nb::arg("reduction"), nb::arg("size").none(), nb::arg("footprint").none(),
      nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"), nb::arg("origin"),
      nb::arg("axes"));
  m.def(
      "windows",
      [](nb::handle input, nb::handle size, nb::handle footprint, nb::handle mode, double cval, nb::handle origin,
         nb::handle axes, std::int64_t first, std::int64_t count) {
        Call call;
        const Array a = call.in(input);
        const Neighbourhood n = neighbourhood(call, size, footprint);
        const GenericFilterOptions options = options_of(mode, cval, origin, axes);
        return call.run([&] { return windows(a, n, options, first, count); });
      },
      nb::arg("input"), nb::arg("size").none(), nb::arg("footprint").none(), nb::arg("mode"), nb::arg("cval"),
      nb::arg("origin"), nb::arg("axes"), nb::arg("first"), nb::arg("count"));
  m.def(
      "lines",
      [](nb::handle input, std::int64_t size, int axis, nb::handle mode, double cval, int origin, std::int64_t first,
         std::int64_t count) {
        Call call;
        const Array a = call.in(input);
        const GenericFilter1dOptions options{.axis = axis, .mode = border(mode), .cval = cval, .origin = origin};
        return call.run([&] { return lines(a, size, options, first, count); });
      },
      nb::arg("input"), nb::arg("size"), nb::arg("axis"), nb::arg("mode"), nb::arg("cval"), nb::arg("origin"),
      nb::arg("first"), nb::arg("count"));
  m.def(
      "line",
      [](nb::handle input, std::int64_t size, int axis, nb::handle mode, double cval, int origin, std::int64_t which) {
        Call call;
        const Array a = call.in(input);
        const GenericFilter1dOptions options{.axis = axis, .mode = border(mode), .cval = cval, .origin = origin};
        return call.run([&] {
          const Array line = lines(a, size, options, which, 1);
          return line.reshape({line.size()});
        });
      },
      nb::arg("input"), nb::arg("size"), nb::arg("axis"), nb::arg("mode"), nb::arg("cval"), nb::arg("origin"),
      nb::arg("which"));
  m.def(
      "zero_line",
      [](nb::handle like, std::int64_t size) {
        Call call;
        const Array a = call.in(like);
        return call.run([&] {
          const Array zero = core::empty_result({size}, DType::float64, a.device());
          memory::assign(zero, Array::zeros({size}, DType::float64, a.device()));
          return zero;
        });
      },
      nb::arg("like"), nb::arg("size"));
  m.def(
      "collect",
      [](nb::handle input, nb::list pieces, nb::handle dtype, nb::handle out, nb::handle axis) {
        return collect(input, pieces, dtype, out, axis.is_none() ? std::nullopt : std::optional(nb::cast<int>(axis)));
      },
      nb::arg("input"), nb::arg("pieces"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("axis").none());
}

}  // namespace opsin::python
