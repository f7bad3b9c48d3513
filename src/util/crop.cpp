// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

using opsin::util::MemoryOrder;

bool fortran(const Array& a) {
  auto step = static_cast<std::int64_t>(itemsize(a.dtype()));
  for (int i = 0; i < a.ndim(); ++i) {
    if (a.shape(i) != 1 && a.strides()[i] != step) return false;
    step *= a.shape(i);
  }
  return true;
}

/// A copy whose axes lie in memory in the given order.
Array copy_in_order(const Array& a, MemoryOrder order) {
  if (order == MemoryOrder::any) order = fortran(a) && !a.is_contiguous() ? MemoryOrder::f : MemoryOrder::c;
  std::vector<int> axes(static_cast<std::size_t>(a.ndim()));  // from the slowest to the fastest
  std::iota(axes.begin(), axes.end(), 0);
  if (order == MemoryOrder::f) std::reverse(axes.begin(), axes.end());
  if (order == MemoryOrder::keep) {
    std::stable_sort(axes.begin(), axes.end(),
                     [&](int i, int k) { return std::abs(a.strides()[i]) > std::abs(a.strides()[k]); });
  }
  Extents shape;
  for (const int axis : axes) shape.push_back(a.shape(axis));
  const Array memory = core::empty_result(shape, a.dtype(), a.device());
  Extents strides = a.strides();
  for (int i = 0; i < a.ndim(); ++i) strides[axes[static_cast<std::size_t>(i)]] = memory.strides()[i];
  const Array out = Array::view_of(memory.mutable_data(), a.shape(), strides, a.dtype(), a.device(), memory.buffer());
  opsin::memory::assign(out, a);
  return out;
}

}  // namespace

Array crop(const Array& image, std::span<const std::array<std::int64_t, 2>> widths,
           const opsin::util::CropOptions& options) {
  const int ndim = image.ndim();
  core::check_plain(widths.size() == 1 || widths.size() == static_cast<std::size_t>(ndim),
                    "crop_width has an invalid length: ", widths.size(),
                    "\ncrop_width should be a sequence of N pairs, a single pair, or a single integer");
  Array view = image;
  for (int axis = 0; axis < ndim; ++axis) {
    const auto [before, after] = widths[widths.size() == 1 ? 0 : static_cast<std::size_t>(axis)];
    const std::int64_t n = image.shape(axis);
    const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n); };
    const std::int64_t start = place(before);
    view = view.slice(axis, start, std::max<std::int64_t>(0, place(n - after) - start));
  }
  return options.copy ? copy_in_order(view, options.order) : view;
}

}  // namespace opsin::OPSIN_TARGET::util

using CropWidths = std::span<const std::array<std::int64_t, 2>>;
OPSIN_EXPORT(util, crop, Array, const Array&, CropWidths, const opsin::util::CropOptions&)
