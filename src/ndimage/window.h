// SPDX-License-Identifier: Apache-2.0
// Neighbourhoods as lists of elements, with the checks and errors of scipy.ndimage's rank and generic filters.
#pragma once

#include "ndimage/neighbourhood.h"
#include "ndimage/window_size.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// The elements of the window of an image with these axes, in C order.
inline std::vector<engine::Offset> window_elements(const Array& input, const Neighbourhood& n,
                                                   const std::vector<int>& origin,
                                                   const std::optional<std::vector<int>>& chosen) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  const std::vector<int> axes = normalized_axes(chosen, input.ndim());
  core::check_plain<RuntimeError>(!n.size.empty() || n.footprint || axes.empty(),
                                  "no footprint or filter size provided");
  Footprint footprint;
  if (n.footprint) {
    footprint = *n.footprint;
  } else if (!axes.empty()) {
    for (const std::int64_t size : per_axis(n.size, axes.size())) {
      core::check_plain(size >= 0, "negative dimensions are not allowed");
      core::check_plain<MemoryError>(size <= 1 || footprint.shape.product() < most_window / size,
                                     "no memory for a window of ", size, " elements along an axis");
      footprint.shape.push_back(size);
    }
  }
  if (!n.footprint) footprint.inside.assign(static_cast<std::size_t>(footprint.shape.product()), 1);
  const std::vector<int> origins = expanded(per_axis(origin, axes.size()), axes, input.ndim());
  footprint = expanded(footprint, axes, input.ndim(), "footprint");
  bool fits = footprint.shape.size() == input.ndim();
  for (const std::int64_t size : footprint.shape) fits = fits && size > 0;
  core::check_plain<RuntimeError>(fits, "footprint.ndim (", footprint.shape.size(), ") must match len(axes) (",
                                  axes.size(), ")");
  for (int a = 0; a < input.ndim(); ++a) {
    check_window(footprint.shape[a], origins[static_cast<std::size_t>(a)]);
  }
  return offsets_of(footprint, origins);
}

/// Computed values as they go into an array of dtype `to`: SciPy truncates to bool.
inline Array before_cast(const Array& values, DType to) {
  return to == DType::boolean && is_floating(values.dtype()) ? values.astype(DType::uint8) : values;
}

}  // namespace opsin::OPSIN_TARGET::ndimage
