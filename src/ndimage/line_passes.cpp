// SPDX-License-Identifier: Apache-2.0
#include "ndimage/line_passes.h"

#include <algorithm>
#include <cmath>

#include "core/assign.h"
#include "core/target.h"
#include "engine/smooth.h"
#include "ndimage/exact.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::LinePass;

/// True when all sums are integers that float32 holds. Then the wrap of integer types commutes with every addition, so
/// one cast at the end gives what SciPy gets by casting after every axis. uint64 is out: SciPy reads its wrapped values
/// back as rounded doubles.
bool all_exact(DType out, DType image, const std::vector<LinePass>& passes, double cval) {
  double weight = 1;
  bool constant = false;
  for (const LinePass& p : passes) {
    double sum = 0;
    for (const double w : p.taps.weight) {
      if (w != std::rint(w)) return false;
      sum += std::fabs(w);
    }
    weight *= std::max(sum, 1.0);
    constant = constant || p.border == Border::constant;
  }
  return out != DType::uint64 && exact_in_float(image, weight, constant ? cval : 0);
}

/// The order of axes does not matter for the numbers unless a constant beyond the edge meets a second axis.
bool commute(const std::vector<LinePass>& passes, double cval) {
  return cval == 0 ||
         std::none_of(passes.begin(), passes.end(), [](const LinePass& p) { return p.border == Border::constant; });
}

std::vector<engine::AxisFilter> filters_of(const std::vector<LinePass>& passes, bool any_order) {
  std::vector<engine::AxisFilter> filters;
  for (const LinePass& p : passes) filters.push_back({p.axis, p.taps, p.border});
  if (any_order) {
    std::stable_sort(filters.begin(), filters.end(), [](const auto& a, const auto& b) { return a.axis < b.axis; });
  }
  return filters;
}

}  // namespace

void line_passes(const Array& out, const Array& image, const std::vector<LinePass>& passes, double cval) {
  if (passes.empty()) {
    opsin::memory::assign(out, image);
    return;
  }
  const DType to = out.dtype();
  if (to == DType::boolean) {
    const Array bytes = Array::empty(out.shape(), DType::uint8, out.device());
    opsin::ndimage::line_passes(bytes, image, passes, cval);
    opsin::memory::assign(out, bytes);
    return;
  }
  const bool narrow = largest(image.dtype()) > 0;
  if (is_floating(to)) {
    if (to == DType::float32 && (narrow || image.dtype() == DType::float32)) {
      engine::separable<float>(out, image, {}, filters_of(passes, commute(passes, cval)), cval);
    } else {
      engine::separable<double>(out, image, {}, filters_of(passes, false), cval);
    }
    return;
  }
  if (all_exact(to, image.dtype(), passes, cval)) {
    engine::separable<float>(out, image, {}, filters_of(passes, commute(passes, cval)), cval);
    return;
  }
  // SciPy keeps what lies between two axes in the result's dtype.
  Array from = image;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const Array next = i + 1 == passes.size() ? out : Array::empty(out.shape(), to, out.device());
    engine::separable<double>(next, from, {}, filters_of({passes[i]}, false), cval);
    from = next;
  }
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, line_passes, void, const Array&, const Array&, const std::vector<opsin::ndimage::LinePass>&,
             double)
