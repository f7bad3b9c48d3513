// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "filters/edge_filter.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::EdgeMaskOptions;
using opsin::filters::EdgeOptions;

enum class Kind { sobel, scharr, prewitt };

EdgeKernel kernel(Kind kind) {
  switch (kind) {
    case Kind::sobel: return {{1, 0, -1}, {1 / 4.0, 2 / 4.0, 1 / 4.0}};
    case Kind::scharr: return {{1, 0, -1}, {3 / 16.0, 10 / 16.0, 3 / 16.0}};
    case Kind::prewitt: break;
  }
  return {{1, 0, -1}, {1 / 3.0, 1 / 3.0, 1 / 3.0}};
}

Array edges(Kind kind, const Array& image, const EdgeOptions& o) { return edge_filter<1>(image, kernel(kind), o); }

Array edges_along(Kind kind, const Array& image, const EdgeMaskOptions& o, int axis) {
  check_plane(image);
  return edges(kind, image, {.mask = o.mask, .axis = std::vector<int>{axis}});
}

}  // namespace

Array sobel(const Array& image, const EdgeOptions& o) { return edges(Kind::sobel, image, o); }
Array scharr(const Array& image, const EdgeOptions& o) { return edges(Kind::scharr, image, o); }
Array prewitt(const Array& image, const EdgeOptions& o) { return edges(Kind::prewitt, image, o); }

Array sobel_h(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::sobel, image, o, 0); }
Array sobel_v(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::sobel, image, o, 1); }
Array scharr_h(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::scharr, image, o, 0); }
Array scharr_v(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::scharr, image, o, 1); }
Array prewitt_h(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::prewitt, image, o, 0); }
Array prewitt_v(const Array& image, const EdgeMaskOptions& o) { return edges_along(Kind::prewitt, image, o, 1); }

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, sobel, Array, const Array&, const opsin::filters::EdgeOptions&)
OPSIN_EXPORT(filters, scharr, Array, const Array&, const opsin::filters::EdgeOptions&)
OPSIN_EXPORT(filters, prewitt, Array, const Array&, const opsin::filters::EdgeOptions&)
OPSIN_EXPORT(filters, sobel_h, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, sobel_v, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, scharr_h, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, scharr_v, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, prewitt_h, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, prewitt_v, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
