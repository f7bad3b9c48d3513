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

/// A C-contiguous array as a plane. One that is not defined has no memory.
inline Plane plane_of(const Array& a, const Scaling& scaling = {}) {
  return {a.defined() ? a.mutable_data() : nullptr, a.dtype(), scaling};
}

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
    bool x_first = false;
    Geometry g = geometry_at(shape, shape.size() > 1 ? shape.size() - 2 : 0);
    if (i < filters.size()) {
      const AxisFilter& f = filters[i];
      const AxisFilter& last = filters[std::min(i + 1, filters.size() - 1)];
      x_first = folds_x_first && i + 2 == filters.size() && last.axis == f.axis - 1;
      const bool pair = i + 2 == filters.size() && last.axis == f.axis + 1;
      if (pair || x_first) {
        const AxisFilter& y = x_first ? last : f;
        const AxisFilter& x = x_first ? f : last;
        g = geometry_at(shape, y.axis);
        filter = {0, y.taps, x.taps};
        borders = {y.border, x.border, cval};
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
    Bank<1, 1> bank{g, {from}, {filter}, borders, {to}};
    bank.x_first = x_first;
    run_bank<C, 1, 1>(bank, Identity{});
    from = to;
    from.scaling = {};
  } while (i < filters.size());
}

// Compiled once, in separable_axes_per_real.cpp.
extern template void separable<float>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                                      const void*);
extern template void separable<double>(const Array&, const Array&, const Scaling&, std::span<const AxisFilter>, double,
                                       const void*);

/// K separable filters of one image and an epilogue that makes `out` from them. Each chain has a filter for the same
/// axes, in ascending order (identity taps where it does nothing). The last axes of all chains share one pass; what
/// comes before them takes an image of memory per chain.
template <class C, int K, class E>
void separable_bank(const Array& out, const Array& image, const Scaling& scaling,
                    const std::array<std::vector<AxisFilter>, K>& chains, double cval, const E& epilogue) {
  const Extents& shape = image.shape();
  const std::size_t n = chains[0].size();
  const bool pair = n >= 2 && chains[0][n - 1].axis == chains[0][n - 2].axis + 1;
  const std::size_t shared = std::min<std::size_t>(n, pair ? 2 : 1);
  Bank<K, 1> bank;
  bank.borders.cval = cval;
  bank.outputs[0] = plane_of(out);
  bank.inputs.push_back(plane_of(image, scaling));
  std::vector<Array> images;
  for (std::size_t k = 0; k < K; ++k) {
    std::vector<AxisFilter> before;
    for (std::size_t i = 0; i + shared < n; ++i) {
      if (!chains[k][i].taps.identity()) before.push_back(chains[k][i]);
    }
    if (before.empty()) continue;
    images.push_back(Array::empty(shape, dtype_of<C>, image.device()));
    separable<C>(images.back(), image, scaling, before, cval);
    bank.filters[k].input = static_cast<int>(bank.inputs.size());
    bank.inputs.push_back(plane_of(images.back()));
  }
  if (shared == 0) {
    bank.geometry = {1, 1, image.size(), 1};
  } else {
    const int axis = chains[0][n - shared].axis;
    const bool last = axis == shape.size() - 1;
    if (pair) {
      bank.geometry = geometry_at(shape, axis);
    } else if (last) {
      bank.geometry = {1, image.size() / std::max<std::int64_t>(1, shape[axis]), shape[axis], 1};
    } else {
      bank.geometry = geometry_at(shape, axis, true);
    }
    for (std::size_t k = 0; k < K; ++k) {
      (pair || !last ? bank.filters[k].y : bank.filters[k].x) = chains[k][n - shared].taps;
      if (pair) bank.filters[k].x = chains[k][n - 1].taps;
    }
    bank.borders.y = bank.borders.x = chains[0][n - 1].border;
  }
  run_bank<C, K, 1>(bank, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::engine
