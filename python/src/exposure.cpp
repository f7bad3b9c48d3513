// SPDX-License-Identifier: Apache-2.0
#include "opsin/exposure.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"
#include "opsin/measure_entropy.h"

namespace opsin::python {
namespace {

exposure::SourceRange source_range(const std::string& name) {
  if (name == "image") return exposure::SourceRange::image;
  if (name == "dtype") return exposure::SourceRange::dtype;
  throw ValueError("Incorrect value for `source_range` argument: " + name);
}

template <class F>
nb::tuple run_pair(Call& call, const F& f) {
  return nb::tuple(call.run_list([&] {
    const exposure::Histogram h = f();
    return std::vector<Array>{h.counts, h.bin_centers};
  }));
}

}  // namespace

void bind_exposure(nb::module_& m) {
  m.def(
      "histogram",
      [](nb::handle image, std::int64_t nbins, const std::string& range, bool normalize, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image);
        const exposure::HistogramOptions options{nbins, source_range(range), normalize, optional_axis(channel_axis)};
        return run_pair(call, [&] { return exposure::histogram(a, options); });
      },
      nb::arg("image"), nb::arg("nbins"), nb::arg("source_range"), nb::arg("normalize"),
      nb::arg("channel_axis").none());
  m.def("cumulative_distribution", [](nb::handle image, std::int64_t nbins) {
    Call call;
    const Array a = call.in(image);
    return run_pair(call, [&] { return exposure::cumulative_distribution(a, nbins); });
  });
  m.def(
      "equalize_hist",
      [](nb::handle image, std::int64_t nbins, nb::handle mask) {
        Call call;
        const Array a = call.in(image);
        const exposure::EqualizeHistOptions options{nbins, call.in_optional(mask)};
        return call.run([&] { return exposure::equalize_hist(a, options); });
      },
      nb::arg("image"), nb::arg("nbins"), nb::arg("mask").none());
  m.def(
      "match_histograms",
      [](nb::handle image, nb::handle reference, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image), b = call.in(reference);
        const exposure::MatchHistogramsOptions options{optional_axis(channel_axis)};
        return call.run([&] { return exposure::match_histograms(a, b, options); });
      },
      nb::arg("image"), nb::arg("reference"), nb::arg("channel_axis").none());
  m.def(
      "shannon_entropy",
      [](nb::handle image, std::optional<double> base) {
        Call call;
        const Array a = call.in(image);
        return scalar_if_0d(call.run([&] { return measure::shannon_entropy(a, {base}); }));
      },
      nb::arg("image"), nb::arg("base").none());
  m.def("is_low_contrast", [](nb::handle image, double threshold, double lower, double upper) {
    Call call;
    const Array a = call.in(image);
    return scalar_if_0d(call.run([&] { return exposure::is_low_contrast(a, {threshold, lower, upper}); }));
  });
  m.def("equalize_adapthist",
        [](nb::handle image, const std::vector<std::int64_t>& kernel_size, double clip_limit, std::int64_t nbins) {
          Call call;
          const Array a = call.in(image);
          return call.run([&] { return exposure::equalize_adapthist(a, {kernel_size, clip_limit, nbins}); });
        });
}

}  // namespace opsin::python
