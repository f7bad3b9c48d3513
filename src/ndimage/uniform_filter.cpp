// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/target.h"
#include "engine/box.h"
#include "ndimage/result.h"
#include "ndimage/window_size.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using engine::BoxPass;

/// SciPy's sums are double. Sums of few small integers are exact in float32 too, and so is the quotient's integer part.
void filter(const Array& out, const Array& image, const std::vector<BoxPass>& passes, double cval) {
  if (out.dtype() == DType::boolean) {
    const Array bytes = Array::empty(out.shape(), DType::uint8, out.device());
    filter(bytes, image, passes, cval);
    opsin::memory::assign(out, bytes);
    return;
  }
  const bool small = itemsize(image.dtype()) <= 2;
  if (out.dtype() == DType::float32 && (small || image.dtype() == DType::float32)) {
    engine::boxes<float>(out, image, passes, DType::float32, cval);
    return;
  }
  bool exact = small && is_integer(out.dtype()) && itemsize(out.dtype()) <= 2;
  for (const BoxPass& p : passes) {
    exact = exact && p.size <= 256 &&
            (p.border != Border::constant || (cval == std::rint(cval) && std::fabs(cval) <= 65535));
  }
  if (exact) {
    engine::boxes<float>(out, image, passes, out.dtype(), cval);
  } else {
    engine::boxes<double>(out, image, passes, out.dtype() == DType::float32 ? DType::float64 : out.dtype(), cval);
  }
}

BoxPass pass_of(int axis, std::int64_t size, Border mode, int origin) {
  core::check_plain<RuntimeError>(size >= 1, "incorrect filter size");
  check_window(size, origin);
  return {axis, size, -(size / 2) - origin, mode};
}

}  // namespace

Array uniform_filter1d(const Array& input, std::int64_t size, const opsin::ndimage::UniformFilter1dOptions& o) {
  const int axis = core::normalize_axis("ndimage.uniform_filter1d", o.axis, input.ndim());
  const bool complex_input = is_complex(input.dtype());
  const BoxPass pass = pass_of(axis, size, o.mode, o.origin);
  check_cval(complex_input, o.cval);
  return Result(o.output, input, complex_input).fill(input, [&](const Array& to, const Array& from, int part) {
    filter(to, from, {pass}, part_of(o.cval, part));
  });
}

Array uniform_filter(const Array& input, const std::vector<std::int64_t>& size,
                     const opsin::ndimage::UniformFilterOptions& o) {
  const bool complex_input = is_complex(input.dtype());
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const std::vector<std::int64_t> sizes = per_axis(size, axes.size());
  const std::vector<int> origins = per_axis(o.origin, axes.size());
  const std::vector<Border> modes = per_axis(o.mode, axes.size());
  std::vector<BoxPass> passes;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i] > 1) passes.push_back(pass_of(axes[i], sizes[i], modes[i], origins[i]));
  }
  const Result result(o.output, input, complex_input);
  if (passes.empty()) return result.copy_of(input);
  check_cval(complex_input, o.cval);
  return result.fill(
      input, [&](const Array& to, const Array& from, int part) { filter(to, from, passes, part_of(o.cval, part)); });
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, uniform_filter1d, Array, const Array&, std::int64_t,
             const opsin::ndimage::UniformFilter1dOptions&)
OPSIN_EXPORT(ndimage, uniform_filter, Array, const Array&, const std::vector<std::int64_t>&,
             const opsin::ndimage::UniformFilterOptions&)
