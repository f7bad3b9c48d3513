// SPDX-License-Identifier: Apache-2.0
// Level sets to start a segmentation from.
#include <algorithm>

#include "core/check.h"
#include "core/memory.h"
#include "opsin/segmentation.h"
#include "segmentation/drawn_level_sets.h"

namespace opsin::segmentation {

Array checkerboard_level_set(const Extents& image_shape, std::int64_t square_size, Device device) {
  core::check(!image_shape.empty(), "segmentation.checkerboard_level_set", "an image has at least one axis");
  const Array out = core::empty_result(image_shape, DType::int8, device);
  if (out.size() > 0) draw_checkerboard(out, square_size);
  return out;
}

Array disk_level_set(const Extents& image_shape, const DiskLevelSetOptions& o) {
  core::check(!image_shape.empty(), "segmentation.disk_level_set", "an image has at least one axis");
  const auto ndim = static_cast<std::size_t>(image_shape.size());
  core::check(!o.center || o.center->size() == ndim, "segmentation.disk_level_set", "center must have ", ndim,
              " coordinates");
  std::vector<double> center;
  for (const std::int64_t n : image_shape) center.push_back(static_cast<double>(n / 2));
  const double shortest = static_cast<double>(*std::min_element(image_shape.begin(), image_shape.end()));
  const Array out = core::empty_result(image_shape, DType::int8, o.device);
  if (out.size() > 0) draw_ball(out, o.center.value_or(center), o.radius.value_or(shortest * 3.0 / 8.0));
  return out;
}

}  // namespace opsin::segmentation
