// SPDX-License-Identifier: Apache-2.0
#include "opsin/feature_peaks.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Number = std::optional<double>;
using Count = std::optional<std::int64_t>;

feature::PeakLocalMaxOptions options_from(Call& call, std::int64_t min_distance, Number threshold_abs,
                                          Number threshold_rel, const std::vector<std::int64_t>& border,
                                          nb::handle footprint, nb::handle labels, Count per_label, Count num_peaks,
                                          double p_norm) {
  feature::PeakLocalMaxOptions o{.min_distance = min_distance,
                                 .threshold_abs = threshold_abs,
                                 .threshold_rel = threshold_rel,
                                 .exclude_border = border,
                                 .num_peaks = num_peaks,
                                 .num_peaks_per_label = per_label,
                                 .p_norm = p_norm};
  if (!footprint.is_none()) o.footprint = ndimage::Footprint(call.in_anywhere(footprint));
  o.labels = call.in_optional(labels);
  return o;
}

}  // namespace

void bind_feature_peaks(nb::module_& m) {
  m.def(
      "peak_local_max",
      [](nb::handle image, std::int64_t min_distance, Number threshold_abs, Number threshold_rel,
         const std::vector<std::int64_t>& border, nb::handle footprint, nb::handle labels, Count per_label,
         Count num_peaks, double p_norm) {
        Call call;
        const Array a = call.in(image);
        const auto options = options_from(call, min_distance, threshold_abs, threshold_rel, border, footprint, labels,
                                          per_label, num_peaks, p_norm);
        return call.run([&] { return feature::peak_local_max(a, options); });
      },
      nb::arg("image"), nb::arg("min_distance"), nb::arg("threshold_abs").none(), nb::arg("threshold_rel").none(),
      nb::arg("exclude_border"), nb::arg("footprint").none(), nb::arg("labels").none(),
      nb::arg("num_peaks_per_label").none(), nb::arg("num_peaks").none(), nb::arg("p_norm"));

  m.def(
      "corner_peaks",
      [](nb::handle image, std::int64_t min_distance, Number threshold_abs, Number threshold_rel,
         const std::vector<std::int64_t>& border, nb::handle footprint, nb::handle labels, Count per_label,
         Count num_peaks, double p_norm, bool indices) {
        Call call;
        const Array a = call.in(image);
        const feature::CornerPeaksOptions options{
            .peaks = options_from(call, min_distance, threshold_abs, threshold_rel, border, footprint, labels,
                                  per_label, num_peaks, p_norm),
            .indices = indices};
        return call.run([&] { return feature::corner_peaks(a, options); });
      },
      nb::arg("image"), nb::arg("min_distance"), nb::arg("threshold_abs").none(), nb::arg("threshold_rel").none(),
      nb::arg("exclude_border"), nb::arg("footprint").none(), nb::arg("labels").none(),
      nb::arg("num_peaks_per_label").none(), nb::arg("num_peaks").none(), nb::arg("p_norm"), nb::arg("indices"));
}

}  // namespace opsin::python
