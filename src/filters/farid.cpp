// SPDX-License-Identifier: Apache-2.0
// Farid and Simoncelli, "Differentiation of discrete multidimensional signals", IEEE Transactions on Image Processing
// 13(4), 2004: the five-tap pair of derivative and interpolator, with the digits that scikit-image uses.
#include "core/target.h"
#include "filters/edge_filter.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

EdgeKernel farid_kernel() {
  constexpr double e1 = 0.276690988455557, e2 = 0.109603762960254;
  constexpr double s0 = 0.426374573253687, s1 = 0.249153396177344, s2 = 0.0376593171958126;
  return {{e2, e1, 0, -e1, -e2}, {s2, s1, s0, s1, s2}};
}

Array farid_along(const Array& image, const opsin::filters::EdgeMaskOptions& o, int axis) {
  check_plane(image);
  return edge_filter<2>(image, farid_kernel(), {.mask = o.mask, .axis = std::vector<int>{axis}});
}

}  // namespace

Array farid(const Array& image, const opsin::filters::EdgeOptions& o) {
  return edge_filter<2>(image, farid_kernel(), o);
}
Array farid_h(const Array& image, const opsin::filters::EdgeMaskOptions& o) { return farid_along(image, o, 0); }
Array farid_v(const Array& image, const opsin::filters::EdgeMaskOptions& o) { return farid_along(image, o, 1); }

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, farid, Array, const Array&, const opsin::filters::EdgeOptions&)
OPSIN_EXPORT(filters, farid_h, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, farid_v, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
