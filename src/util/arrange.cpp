// SPDX-License-Identifier: Apache-2.0
// What arranges views and counts places, and looks at no pixel.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/assign.h"
#include "core/check.h"
#include "opsin/util_arrange.h"

namespace opsin::util {
namespace {

using Sizes = std::span<const std::int64_t>;

Array view(const Array& image, const Extents& shape, const Extents& strides) {
  return Array::view_of(image.mutable_data(), shape, strides, image.dtype(), image.device(), image.buffer(),
                        image.readonly());
}

void check_room(const Array& image, const char* op) {
  core::check(2 * image.ndim() <= max_ndim, op, "an image of up to ", max_ndim / 2, " axes expected, got ",
              image.ndim());
}

}  // namespace

Array view_as_blocks(const Array& image, Sizes block_shape) {
  for (const std::int64_t n : block_shape) {
    core::check_plain(n > 0, "'block_shape' elements must be strictly positive");
  }
  core::check_plain(block_shape.size() == static_cast<std::size_t>(image.ndim()),
                    "'block_shape' must have the same length as 'arr_in.shape'");
  check_room(image, "util.view_as_blocks");
  Extents shape, strides;
  for (int i = 0; i < image.ndim(); ++i) {
    const std::int64_t n = block_shape[static_cast<std::size_t>(i)];
    core::check_plain(image.shape(i) % n == 0, "'block_shape' is not compatible with 'arr_in'");
    shape.push_back(image.shape(i) / n);
    strides.push_back(image.strides()[i] * n);
  }
  for (int i = 0; i < image.ndim(); ++i) {
    shape.push_back(block_shape[static_cast<std::size_t>(i)]);
    strides.push_back(image.strides()[i]);
  }
  return view(image, shape, strides);
}

Array view_as_windows(const Array& image, Sizes window_shape, Sizes step) {
  const auto ndim = static_cast<std::size_t>(image.ndim());
  core::check_plain(window_shape.size() == ndim, "`window_shape` is incompatible with `arr_in.shape`");
  core::check_plain(step.size() <= 1 || step.size() == ndim, "`step` is incompatible with `arr_in.shape`");
  check_room(image, "util.view_as_windows");
  Extents shape, strides;
  for (int i = 0; i < image.ndim(); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const std::int64_t by = step.empty() ? 1 : step[step.size() == 1 ? 0 : k];
    core::check_plain(by >= 1, "`step` must be >= 1");
    core::check_plain(window_shape[k] <= image.shape(i), "`window_shape` is too large");
    core::check_plain(window_shape[k] >= 1, "`window_shape` is too small");
    shape.push_back((image.shape(i) - window_shape[k]) / by + 1);
    strides.push_back(image.strides()[i] * by);
  }
  for (int i = 0; i < image.ndim(); ++i) {
    shape.push_back(window_shape[static_cast<std::size_t>(i)]);
    strides.push_back(image.strides()[i]);
  }
  return view(image, shape, strides);
}

Array slice_along_axes(const Array& image, std::span<const std::array<std::int64_t, 2>> slices,
                       const SliceAlongAxesOptions& o) {
  if (slices.empty()) return image;
  std::vector<int> axes(slices.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (o.axes) {
    core::check_plain(o.axes->size() == slices.size(), "`axes` and `slices` must have equal length");
    axes = *o.axes;
  }
  core::check_plain(slices.size() <= static_cast<std::size_t>(image.ndim()), "More `slices` than available axes");
  std::vector<int> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  core::check_plain(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "`axes` must be unique");
  core::check_plain(sorted.front() >= 0 && sorted.back() < image.ndim(), "axes out of range; image has only ",
                    image.ndim(), " dimensions");
  Array part = image;
  for (std::size_t k = 0; k < slices.size(); ++k) {
    const std::int64_t n = image.shape(axes[k]);
    const auto [first, second] = slices[k];
    const auto from_start = [&](std::int64_t at) { return at < 0 && n > 0 ? (at % n + n) % n : at; };
    const std::int64_t a = from_start(first), b = from_start(second);
    core::check_plain(a <= b, "Invalid slice (", a, ", ", b, "): must be ordered `(min_val, max_val)`");
    core::check_plain(a >= 0 && b <= n, "Invalid slice (", a, ", ", b, ") for image with dimensions ", image.shape());
    part = part.slice(axes[k], a, b - a);
  }
  return o.copy ? part.copy() : part;
}

std::vector<GridAxis> regular_grid(Sizes shape, double n_points) {
  core::check(n_points > 0, "util.regular_grid", "n_points must be positive, got ", n_points);
  const std::size_t ndim = shape.size();
  std::vector<GridAxis> grid(ndim);
  const auto product_from = [](const std::vector<std::int64_t>& sizes, std::size_t first) {
    std::int64_t product = 1;
    for (std::size_t i = first; i < sizes.size(); ++i) product *= sizes[i];
    return static_cast<double>(product);
  };
  // The axes from the shortest on: one that has fewer places than steps gets one point, the rest share them anew.
  std::vector<std::size_t> order(ndim);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t k) { return shape[i] < shape[k]; });
  std::vector<std::int64_t> sorted(ndim);
  for (std::size_t i = 0; i < ndim; ++i) sorted[i] = shape[order[i]];
  const double places = product_from(sorted, 0);
  if (places <= n_points) return grid;
  std::vector<double> steps(ndim, std::pow(places / n_points, 1.0 / static_cast<double>(ndim)));
  const auto fit = [&] {
    for (std::size_t i = 0; i < ndim; ++i) {
      if (static_cast<double>(sorted[i]) < steps[i]) return false;
    }
    return true;
  };
  for (std::size_t i = 0; !fit(); ++i) {
    core::check(i + 1 < ndim, "util.regular_grid", "n_points must be at least 1, got ", n_points);
    steps[i] = static_cast<double>(sorted[i]);
    const double step = std::pow(product_from(sorted, i + 1) / n_points, 1.0 / static_cast<double>(ndim - i - 1));
    std::fill(steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), step);
  }
  for (std::size_t i = 0; i < ndim; ++i) {
    grid[order[i]] = {static_cast<std::int64_t>(std::floor(steps[i] / 2)),
                      static_cast<std::int64_t>(std::nearbyint(steps[i]))};
  }
  return grid;
}

Array regular_seeds(const Extents& shape, double n_points, DType dtype) {
  const auto grid = regular_grid({shape.begin(), static_cast<std::size_t>(shape.size())}, n_points);
  const Array seeds = Array::zeros(shape, dtype);
  Array places = seeds;
  for (int i = 0; i < shape.size(); ++i) {
    const auto [start, step] = grid[static_cast<std::size_t>(i)];
    if (step > 0) places = places.slice(i, start, (shape[i] - start + step - 1) / step, step);
  }
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(places.size()));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{1});
  memory::assign(places, Array::from(std::span<const std::int64_t>(numbers), places.shape()));
  return seeds;
}

}  // namespace opsin::util
