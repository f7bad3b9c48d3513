// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_threshold.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <numeric>

#include "array_caster.h"
#include "interop.h"
#include "modules.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

/// A number as it is, or an array of the image's device. NumPy compares a float image with a plain Python number in the
/// image's own type: `as` is that type.
filters::Level level(Call& call, nb::handle value, std::optional<DType> as) {
  const ObjectClass c = class_of(value);
  if (c != ObjectClass::numpy && c != ObjectClass::other) return call.in_anywhere(value);
  const Array a = call.in_anywhere(value);
  if (a.size() != 1) throw ValueError("thresholds must be single numbers");
  if (is_integer(a.dtype()) && a.dtype() != DType::uint64 && !(as && is_floating(*as))) {
    return *a.astype(DType::int64).data_as<std::int64_t>();
  }
  const bool plain = PyFloat_CheckExact(value.ptr()) || PyLong_CheckExact(value.ptr());
  return (plain && as ? a.astype(*as) : a).item();
}

/// Bin centres; by default the bins' numbers.
Array centers_of(Call& call, nb::handle given, const Array& counts) {
  if (!given.is_none()) return call.in(given);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(counts.size()));
  std::iota(numbers.begin(), numbers.end(), 0);
  return Array::from(std::span<const std::int64_t>(numbers), {counts.size()}).to(counts.device());
}

filters::HistogramMethod method_from(const std::string& name) {
  using Method = filters::HistogramMethod;
  if (name == "otsu") return Method::otsu;
  if (name == "yen") return Method::yen;
  if (name == "isodata") return Method::isodata;
  if (name == "minimum") return Method::minimum;
  return Method::triangle;
}

}  // namespace

void bind_filters_threshold(nb::module_& m) {
  m.def("threshold_from_image",
        [](nb::handle image, const std::string& method, std::int64_t nbins, std::int64_t max_num_iter) {
          Call call;
          const Array a = call.in(image);
          const filters::HistogramRule rule{method_from(method), max_num_iter};
          return scalar_if_0d(call.run([&] { return filters::threshold_from_image(a, rule, {nbins}); }));
        });
  m.def(
      "threshold_from_histogram",
      [](nb::handle counts, nb::handle centers, const std::string& method, std::int64_t max_num_iter) {
        Call call;
        const Array a = call.in(counts), b = centers_of(call, centers, a);
        const filters::HistogramRule rule{method_from(method), max_num_iter};
        return scalar_if_0d(call.run([&] { return filters::threshold_from_histogram(a, b, rule); }));
      },
      nb::arg("counts"), nb::arg("centers").none(), nb::arg("method"), nb::arg("max_num_iter"));
  m.def("threshold_isodata_all", [](nb::handle image, std::int64_t nbins) {
    Call call;
    const Array a = call.in(image);
    return call.run([&] { return filters::threshold_isodata_all(a, {nbins}); });
  });
  m.def(
      "threshold_isodata_all_from_histogram",
      [](nb::handle counts, nb::handle centers) {
        Call call;
        const Array a = call.in(counts), b = centers_of(call, centers, a);
        return call.run([&] { return filters::threshold_isodata_all_from_histogram(a, b); });
      },
      nb::arg("counts"), nb::arg("centers").none());
  m.def("threshold_multiotsu", [](nb::handle image, std::int64_t classes, std::int64_t nbins) {
    Call call;
    const Array a = call.in(image);
    return call.run([&] { return filters::threshold_multiotsu(a, {classes, nbins}); });
  });
  m.def(
      "threshold_multiotsu_from_histogram",
      [](nb::handle counts, nb::handle centers, std::int64_t classes) {
        Call call;
        const Array a = call.in(counts), b = centers_of(call, centers, a);
        return call.run([&] { return filters::threshold_multiotsu_from_histogram(a, b, classes); });
      },
      nb::arg("counts"), nb::arg("centers").none(), nb::arg("classes"));
  m.def("threshold_mean", [](nb::handle image) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return filters::threshold_mean(a); }));
  });
  m.def(
      "threshold_li",
      [](nb::handle image, double tolerance, std::optional<double> guess) {
        Call call;
        const Array a = call.in(image);
        return scalar_if_0d(call.run([&] { return filters::threshold_li(a, {tolerance, guess}); }));
      },
      nb::arg("image"), nb::arg("tolerance"), nb::arg("initial_guess").none());
  // The threshold and a list of those before it.
  m.def(
      "threshold_li_steps",
      [](nb::handle image, double tolerance, std::optional<double> guess) {
        Call call;
        const Array a = call.in(image);
        std::vector<double> steps;
        nb::object threshold = call.run([&] {
          const std::vector<Array> found = filters::threshold_li_steps(a, {tolerance, guess});
          const Array host = found[1].astype(DType::float64).to({});
          steps.assign(host.data_as<double>(), host.data_as<double>() + host.size());
          return found[0];
        });
        return nb::make_tuple(scalar_if_0d(std::move(threshold)), steps);
      },
      nb::arg("image"), nb::arg("tolerance"), nb::arg("initial_guess").none());
  m.def("apply_hysteresis_threshold", [](nb::handle image, nb::handle low, nb::handle high) {
    Call call;
    const Array a = call.in(image);
    // numpy.clip makes a float64 of the low one, the high one stays what it is.
    const filters::Level weak = level(call, low, std::nullopt);
    const filters::Level strong = level(call, high, is_floating(a.dtype()) ? std::optional(a.dtype()) : std::nullopt);
    return scalar_if_0d(call.run([&] { return filters::apply_hysteresis_threshold(a, weak, strong); }));
  });
}

}  // namespace opsin::python
