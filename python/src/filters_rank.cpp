// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_rank.h"

#include <nanobind/stl/optional.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using namespace opsin::filters::rank;

template <class F>
void def_rank(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle image, nb::handle footprint, nb::handle out, nb::handle mask, int x, int y, int z) {
        Call call;
        const Array a = call.in(image);
        const Footprint inside(call.in_anywhere(footprint));
        const RankOptions options{
            .out = call.out(out), .mask = call.in_optional(mask), .shift_x = x, .shift_y = y, .shift_z = z};
        return call.run([&] { return f(a, inside, options); });
      },
      nb::arg("image"), nb::arg("footprint"), nb::arg("out").none(), nb::arg("mask").none(), nb::arg("shift_x"),
      nb::arg("shift_y"), nb::arg("shift_z"));
}

template <class F>
void def_percentile(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle image, nb::handle footprint, nb::handle out, nb::handle mask, int x, int y, double p0, double p1) {
        Call call;
        const Array a = call.in(image);
        const Footprint inside(call.in_anywhere(footprint));
        const PercentileOptions options{
            .out = call.out(out), .mask = call.in_optional(mask), .shift_x = x, .shift_y = y, .p0 = p0, .p1 = p1};
        return call.run([&] { return f(a, inside, options); });
      },
      nb::arg("image"), nb::arg("footprint"), nb::arg("out").none(), nb::arg("mask").none(), nb::arg("shift_x"),
      nb::arg("shift_y"), nb::arg("p0"), nb::arg("p1"));
}

template <class F>
void def_bilateral(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle image, nb::handle footprint, nb::handle out, nb::handle mask, int x, int y, std::int64_t s0,
          std::int64_t s1) {
        Call call;
        const Array a = call.in(image);
        const Footprint inside(call.in_anywhere(footprint));
        const BilateralOptions options{
            .out = call.out(out), .mask = call.in_optional(mask), .shift_x = x, .shift_y = y, .s0 = s0, .s1 = s1};
        return call.run([&] { return f(a, inside, options); });
      },
      nb::arg("image"), nb::arg("footprint"), nb::arg("out").none(), nb::arg("mask").none(), nb::arg("shift_x"),
      nb::arg("shift_y"), nb::arg("s0"), nb::arg("s1"));
}

}  // namespace

void bind_filters_rank(nb::module_& filters) {
  filters.def("rank_order", [](nb::handle image) {
    Call call;
    const Array a = call.in(image);
    return call.run_list([&] { return filters::rank_order(a); });
  });
  nb::module_ m = filters.def_submodule("rank");
  def_rank(m, "autolevel", autolevel);
  def_rank(m, "enhance_contrast", enhance_contrast);
  def_rank(m, "entropy", entropy);
  def_rank(m, "equalize", equalize);
  def_rank(m, "geometric_mean", geometric_mean);
  def_rank(m, "gradient", gradient);
  def_rank(m, "majority", majority);
  def_rank(m, "maximum", maximum);
  def_rank(m, "mean", mean);
  def_rank(m, "median", [](const Array& image, const Footprint& footprint, const RankOptions& o) {
    return median(image, footprint, o);
  });
  def_rank(m, "minimum", minimum);
  def_rank(m, "modal", modal);
  def_rank(m, "noise_filter", noise_filter);
  def_rank(m, "otsu", otsu);
  def_rank(m, "pop", pop);
  def_rank(m, "subtract_mean", subtract_mean);
  def_rank(m, "sum", sum);
  def_rank(m, "threshold", threshold);
  def_percentile(m, "autolevel_percentile", autolevel_percentile);
  def_percentile(m, "enhance_contrast_percentile", enhance_contrast_percentile);
  def_percentile(m, "gradient_percentile", gradient_percentile);
  def_percentile(m, "mean_percentile", mean_percentile);
  def_percentile(m, "percentile", percentile);
  def_percentile(m, "pop_percentile", pop_percentile);
  def_percentile(m, "subtract_mean_percentile", subtract_mean_percentile);
  def_percentile(m, "sum_percentile", sum_percentile);
  def_percentile(m, "threshold_percentile", threshold_percentile);
  def_bilateral(m, "mean_bilateral", mean_bilateral);
  def_bilateral(m, "pop_bilateral", pop_bilateral);
  def_bilateral(m, "sum_bilateral", sum_bilateral);
  m.def(
      "windowed_histogram",
      [](nb::handle image, nb::handle footprint, nb::handle out, nb::handle mask, int x, int y,
         std::optional<std::int64_t> n_bins) {
        Call call;
        const Array a = call.in(image);
        const Footprint inside(call.in_anywhere(footprint));
        const WindowedHistogramOptions options{
            .out = call.out(out), .mask = call.in_optional(mask), .shift_x = x, .shift_y = y, .n_bins = n_bins};
        return call.run([&] { return windowed_histogram(a, inside, options); });
      },
      nb::arg("image"), nb::arg("footprint"), nb::arg("out").none(), nb::arg("mask").none(), nb::arg("shift_x"),
      nb::arg("shift_y"), nb::arg("n_bins").none());
}

}  // namespace opsin::python
