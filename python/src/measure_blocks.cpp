// SPDX-License-Identifier: Apache-2.0
#include "opsin/measure_blocks.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>

#include "array_caster.h"
#include "modules.h"
#include "opsin/error.h"
#include "opsin/measure_blur.h"
#include "opsin/measure_profile.h"

namespace opsin::python {
namespace {

measure::Reduction reduction(const std::string& name) {
  constexpr std::array<const char*, 8> names{"sum", "prod", "mean", "var", "std", "min", "max", "median"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) return static_cast<measure::Reduction>(i);
  }
  throw ValueError("no reduction is called " + name);
}

}  // namespace

void bind_measure_blocks(nb::module_& m) {
  m.def(
      "block_reduce",
      [](nb::handle image, const std::vector<std::int64_t>& block_size, const std::string& func, double cval) {
        Call call;
        const Array a = call.in(image);
        const measure::BlockReduceOptions options{.block_size = block_size, .func = reduction(func), .cval = cval};
        return scalar_if_0d(call.run([&] { return measure::block_reduce(a, options); }));
      },
      nb::arg("image"), nb::arg("block_size"), nb::arg("func"), nb::arg("cval"));

  m.def(
      "blur_effect",
      [](nb::handle image, std::int64_t h_size, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image);
        const measure::BlurEffectOptions options{.h_size = h_size, .channel_axis = optional_axis(channel_axis)};
        return call.run([&] { return measure::blur_effect(a, options); });
      },
      nb::arg("image"), nb::arg("h_size"), nb::arg("channel_axis").none());

  m.def(
      "profile_line",
      [](nb::handle image, nb::handle src, nb::handle dst, std::int64_t linewidth, std::optional<int> order,
         nb::handle mode, double cval, const std::optional<std::string>& func) {
        Call call;
        const Array a = call.in(image);
        const std::vector<double> from = numbers(src), to = numbers(dst);
        if (from.size() != 2 || to.size() != 2) throw ValueError("src and dst must be (row, column)");
        measure::ProfileLineOptions options{
            .linewidth = linewidth, .order = order, .mode = border(mode), .cval = cval, .reduce_func = std::nullopt};
        if (func) options.reduce_func = reduction(*func);
        return call.run([&] { return measure::profile_line(a, {from[0], from[1]}, {to[0], to[1]}, options); });
      },
      nb::arg("image"), nb::arg("src"), nb::arg("dst"), nb::arg("linewidth"), nb::arg("order").none(), nb::arg("mode"),
      nb::arg("cval"), nb::arg("func").none());

  m.def(
      "blocks",
      [](nb::handle image, const std::vector<std::int64_t>& block_size, double cval) {
        Call call;
        const Array a = call.in(image);
        return call.run([&] { return measure::blocks(a, block_size, cval); });
      },
      nb::arg("image"), nb::arg("block_size"), nb::arg("cval"));
}

}  // namespace opsin::python
