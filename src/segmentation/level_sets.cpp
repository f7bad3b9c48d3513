// SPDX-License-Identifier: Apache-2.0
// Level sets to start a segmentation from.
#include <algorithm>

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "opsin/segmentation.h"

namespace opsin::OPSIN_TARGET::segmentation {
namespace {

/// A line of the image: calls f(axis, coordinate) for all axes but the last.
struct Shape {
  int ndim;
  std::int64_t size[max_ndim];

  template <class F>
  HD void coordinates(std::int64_t line, const F& f) const {
    for (int d = ndim - 2; d >= 0; --d) {
      f(d, line % size[d]);
      line /= size[d];
    }
  }
  HD std::int64_t length() const { return size[ndim - 1]; }
};

HD std::int64_t tile_of(std::int64_t coordinate, std::int64_t square) {
  if (square == 0) return 0;  // NumPy's integer division by zero
  const std::int64_t quotient = coordinate / square;
  return quotient - (coordinate % square != 0 && square < 0);
}

struct Checkerboard {
  Shape shape;
  std::int64_t square;
  std::int8_t* out;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    std::int64_t parity = 0;
    shape.coordinates(line, [&](int, std::int64_t at) { parity ^= tile_of(at, square); });
    std::int8_t* to = out + line * shape.length();
    for (std::int64_t x = begin; x < end; ++x) to[x] = static_cast<std::int8_t>((parity ^ tile_of(x, square)) & 1);
  }
};

struct Disk {
  Shape shape;
  double center[max_ndim];
  double radius;
  std::int8_t* out;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    double before[max_ndim];
    shape.coordinates(line, [&](int d, std::int64_t at) {
      before[d] = (static_cast<double>(at) - center[d]) * (static_cast<double>(at) - center[d]);
    });
    double sum = 0;  // in the order of the axes, as NumPy adds
    for (int d = 0; d < shape.ndim - 1; ++d) sum += before[d];
    std::int8_t* to = out + line * shape.length();
    for (std::int64_t x = begin; x < end; ++x) {
      const double along = static_cast<double>(x) - center[shape.ndim - 1];
      to[x] = radius - sqrt(sum + along * along) > 0;
    }
  }
};

Shape shape_of(const Extents& image_shape) {
  Shape shape{image_shape.size(), {}};
  for (int i = 0; i < shape.ndim; ++i) shape.size[i] = image_shape[i];
  return shape;
}

}  // namespace

Array checkerboard_level_set(const Extents& image_shape, std::int64_t square_size) {
  core::check(!image_shape.empty(), "segmentation.checkerboard_level_set", "an image has at least one axis");
  const Array out = core::empty_result(image_shape, DType::int8, Device{});
  const std::int64_t length = image_shape[image_shape.size() - 1];
  const Checkerboard board{shape_of(image_shape), square_size, static_cast<std::int8_t*>(out.mutable_data())};
  if (out.size() > 0) engine::each_span(out.size() / length, length, board);
  return out;
}

Array disk_level_set(const Extents& image_shape, const opsin::segmentation::DiskLevelSetOptions& o) {
  core::check(!image_shape.empty(), "segmentation.disk_level_set", "an image has at least one axis");
  const int ndim = image_shape.size();
  Disk disk{shape_of(image_shape), {}, 0, nullptr};
  core::check(!o.center || o.center->size() == static_cast<std::size_t>(ndim), "segmentation.disk_level_set",
              "center must have ", ndim, " coordinates");
  for (int i = 0; i < ndim; ++i) {
    disk.center[i] = o.center ? (*o.center)[static_cast<std::size_t>(i)] : static_cast<double>(image_shape[i] / 2);
  }
  const double shortest = static_cast<double>(*std::min_element(image_shape.begin(), image_shape.end()));
  disk.radius = o.radius.value_or(shortest * 3.0 / 8.0);
  const Array out = core::empty_result(image_shape, DType::int8, Device{});
  disk.out = static_cast<std::int8_t*>(out.mutable_data());
  const std::int64_t length = image_shape[ndim - 1];
  if (out.size() > 0) engine::each_span(out.size() / length, length, disk);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::segmentation

OPSIN_EXPORT(segmentation, checkerboard_level_set, Array, const Extents&, std::int64_t)
OPSIN_EXPORT(segmentation, disk_level_set, Array, const Extents&, const opsin::segmentation::DiskLevelSetOptions&)
