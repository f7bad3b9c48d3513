// SPDX-License-Identifier: Apache-2.0
#include "opsin/util.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "interop.h"
#include "modules.h"

namespace opsin::python {
namespace {

/// `dtype` None means any float type, and float64 for what is none.
nb::object img_as(nb::handle image, nb::handle dtype, bool force_copy) {
  // What is asked for most is there already: one look at its dtype then, and no view of its memory.
  if (!force_copy && is_plain_numpy(image)) {
    const nb::object own = attribute<"dtype">(image);
    if (own.is(dtype)) return nb::borrow(image);
    const auto native = dtype.is_none() ? native_dtype(own) : std::nullopt;
    if (native && is_floating(*native)) return nb::borrow(image);
  }
  Call call;
  const Array a = call.in(image);
  const bool any_float = dtype.is_none();
  const DType to = !any_float ? dtype_from(dtype) : is_floating(a.dtype()) ? a.dtype() : DType::float64;
  if (to == a.dtype() && !force_copy) {
    const ObjectClass c = class_of(image);
    const bool array = c != ObjectClass::numpy && c != ObjectClass::other;
    return array ? nb::borrow(image) : numpy().attr("asarray")(image);
  }
  nb::object result = call.run([&] { return util::img_as(a, to, {.force_copy = force_copy}); });
  return to == DType::boolean && a.dtype() != to ? scalar_if_0d(std::move(result)) : result;
}

/// The Python numbers that scikit-image gives: bools for bool.
nb::tuple limits_of(DType dtype, bool clip_negative) {
  if (is_complex(dtype)) throw nb::key_error(("no limits are known for " + std::string(name(dtype))).c_str());
  const util::DTypeLimits limits = util::dtype_limits(dtype, clip_negative);
  if (dtype != DType::boolean) return nb::make_tuple(limits.low, limits.high);
  return nb::make_tuple(clip_negative ? nb::object(nb::int_(0)) : nb::object(nb::bool_(false)), true);
}

util::CompareImagesOptions::Method method_from(const std::string& name) {
  using Method = util::CompareImagesOptions::Method;
  if (name == "diff") return Method::diff;
  if (name == "blend") return Method::blend;
  if (name == "checkerboard") return Method::checkerboard;
  throw ValueError("Wrong value for `method`. Must be either \"diff\", \"blend\" or \"checkerboard\".");
}

util::MemoryOrder order_from(const std::string& name) {
  if (name == "C") return util::MemoryOrder::c;
  if (name == "F") return util::MemoryOrder::f;
  if (name == "A") return util::MemoryOrder::any;
  if (name == "K") return util::MemoryOrder::keep;
  throw ValueError("order must be one of 'C', 'F', 'A', or 'K' (got '" + name + "')");
}

}  // namespace

void bind_util(nb::module_& m) {
  m.def("img_as", &img_as, nb::arg("image"), nb::arg("dtype").none(), nb::arg("force_copy"));
  m.def("dtype_limits", [](nb::handle image, bool clip_negative) {
    Call call;
    return limits_of(call.in(image).dtype(), clip_negative);
  });
  m.def("invert", [](nb::handle image, bool signed_float) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return util::invert(a, {.signed_float = signed_float}); }));
  });
  m.def("crop_copy",
        [](nb::handle image, const std::vector<std::array<std::int64_t, 2>>& widths, const std::string& order) {
          Call call;
          const Array a = call.in(image);
          const util::CropOptions options{.copy = true, .order = order_from(order)};
          return call.run([&] { return util::crop(a, widths, options); });
        });
  m.def(
      "map_array",
      [](nb::handle input_arr, nb::handle input_vals, nb::handle output_vals, nb::handle out) {
        Call call;
        const Array input = call.in(input_arr), from = call.in(input_vals), to = call.in(output_vals);
        const util::MapArrayOptions options{.out = call.out(out)};
        return call.run([&] { return util::map_array(input, from, to, options); });
      },
      nb::arg("input_arr"), nb::arg("input_vals"), nb::arg("output_vals"), nb::arg("out").none());
  m.def("unique_rows", [](nb::handle ar) {
    Call call;
    const Array a = call.in(ar);
    return call.run([&] { return util::unique_rows(a); });
  });
  m.def("compare_images", [](nb::handle image0, nb::handle image1, const std::string& method,
                             const std::array<std::int64_t, 2>& n_tiles) {
    Call call;
    const Array a = call.in(image0);
    const Array b = call.in(image1);
    const util::CompareImagesOptions options{.method = method_from(method), .n_tiles = n_tiles};
    nb::object result = call.run([&] { return util::compare_images(a, b, options); });
    return scalar_if_0d(std::move(result));
  });
}

}  // namespace opsin::python
