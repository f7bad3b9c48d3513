// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> morphology_ops() {
  std::vector<EveryOp> ops;
  const auto grey = [&](std::string name,
                        Array (*f)(const Array&, const morphology::Footprints&, const morphology::GreyOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border b) -> Results {
                     const auto mode = b == Border::constant ? morphology::Beyond::ignore : morphology::Beyond::wrap;
                     Extents box;
                     for (int i = 0; i < a.ndim(); ++i) box.push_back(5 + 2 * i);
                     return {f(a, {}, {.mode = mode}), f(a, {{spots(a.ndim())}}, {.mode = mode}),
                             f(a, {{whole(box), 2}}, {.mode = mode})};
                   }});
  };
  grey("erosion", morphology::erosion);
  grey("dilation", morphology::dilation);
  grey("opening", morphology::opening);
  grey("closing", morphology::closing);
  grey("white_tophat", morphology::white_tophat);
  grey("black_tophat", morphology::black_tophat);
  const auto binary = [&](std::string name,
                          Array (*f)(const Array&, const morphology::Footprints&, const morphology::BinaryOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border) -> Results {
                     return {f(a, {}, {}), f(a, {{spots(a.ndim())}}, {.mode = morphology::Beyond::max})};
                   }});
  };
  binary("binary_erosion", morphology::binary_erosion);
  binary("binary_dilation", morphology::binary_dilation);
  binary("binary_opening", morphology::binary_opening);
  binary("binary_closing", morphology::binary_closing);
  const auto extreme = [&](std::string name, Array (*f)(const Array&, const ndimage::Neighbourhood&,
                                                        const ndimage::ExtremeFilterOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border b) -> Results {
                     const ndimage::ExtremeFilterOptions options{.mode = {b}};
                     return {f(a, {.size = {4}}, options), f(a, {.size = {35}}, options),
                             f(a, {.footprint = spots(a.ndim())}, options)};
                   }});
  };
  extreme("minimum_filter", ndimage::minimum_filter);
  extreme("maximum_filter", ndimage::maximum_filter);
  extreme("grey_erosion", ndimage::grey_erosion);
  extreme("grey_dilation", ndimage::grey_dilation);
  extreme("grey_opening", ndimage::grey_opening);
  extreme("grey_closing", ndimage::grey_closing);
  extreme("morphological_gradient", ndimage::morphological_gradient);
  extreme("morphological_laplace", ndimage::morphological_laplace);
  ops.push_back({"minimum_filter1d", 1, 4,
                 [](const Array& a, Border b) -> Results { return {ndimage::minimum_filter1d(a, 6, {.mode = b})}; }});
  ops.push_back({"maximum_filter1d", 1, 4,
                 [](const Array& a, Border b) -> Results { return {ndimage::maximum_filter1d(a, 51, {.mode = b})}; }});
  ops.push_back(
      {"binary_hit_or_miss", 1, 4, [](const Array& a, Border) -> Results { return {ndimage::binary_hit_or_miss(a)}; }});
  ops.push_back(
      {"binary_fill_holes", 1, 4, [](const Array& a, Border) -> Results { return {ndimage::binary_fill_holes(a)}; }});
  return ops;
}

}  // namespace

TEST_CASE("morphology on images of every kind") { run_all(morphology_ops()); }

}  // namespace opsin::every_op
