// SPDX-License-Identifier: Apache-2.0
// One separable filter over any axes of an image.
#pragma once

#include <span>

#include "engine/separable.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// What to do along one axis of an image.
struct AxisFilter {
  int axis;
  Taps taps;
  Border border;
};

/// A C-contiguous array as a plane.
inline Plane plane_of(const Array& a, const Scaling& scaling = {}) { return {a.mutable_data(), a.dtype(), scaling}; }

/// The image as (axes before, axis, next axis, axes after); with `one`, the next axis counts as one of those after.
inline Geometry geometry_at(const Extents& shape, int axis, bool one = false) {
  Geometry g;
  for (int i = 0; i < shape.size(); ++i) {
    (i < axis ? g.outer : i == axis ? g.height : i == axis + 1 && !one ? g.width : g.inner) *= shape[i];
  }
  if (one) std::swap(g.width, g.inner);
  return g;
}

/// Filters `image` along the given axes, in their order, into `out`. Both are C-contiguous, of one shape, and do not
/// overlap; C is the type of all sums and of what lies between two axes. With `times`, an image like the first one of
/// type C, their product is filtered.
template <class C>
void separable(const Array& out, const Array& image, const Scaling& scaling, std::span<const AxisFilter> filters,
               double cval, const void* times = nullptr) {
  Plane from = plane_of(image, scaling);
  from.times = times;
  const Extents& shape = image.shape();
  std::vector<Array> between;
  std::size_t i = 0;
  do {
    // The last two axes go in one pass when they lie next to each other.
    Filter filter;
    Borders borders{Border::reflect, Border::reflect, cval};
    Geometry g = geometry_at(shape, shape.size() > 1 ? shape.size() - 2 : 0);
    if (i < filters.size()) {
      const AxisFilter& f = filters[i];
      const bool pair = i + 2 == filters.size() && filters[i + 1].axis == f.axis + 1;
      if (pair) {
        g = geometry_at(shape, f.axis);
        filter = {0, f.taps, filters[i + 1].taps};
        borders = {f.border, filters[i + 1].border, cval};
        ++i;
      } else if (f.axis == shape.size() - 1) {
        g = {1, shape.product() / std::max<std::int64_t>(1, shape[f.axis]), shape[f.axis], 1};
        filter.x = f.taps;
        borders.x = f.border;
      } else {
        g = geometry_at(shape, f.axis, true);
        filter.y = f.taps;
        borders.y = f.border;
      }
      ++i;
    }
    Plane to = plane_of(out);
    if (i < filters.size()) {
      between.push_back(Array::empty(shape, dtype_of<C>, image.device()));
      to = plane_of(between.back());
      if (between.size() > 2) between.erase(between.begin());
    }
    run_bank<C, 1, 1>(Bank<1, 1>{g, {from}, {filter}, borders, {to}}, Identity{});
    from = to;
    from.scaling = {};
  } while (i < filters.size());
}

}  // namespace opsin::OPSIN_TARGET::engine
