// SPDX-License-Identifier: Apache-2.0
#include "morphology/footprints.h"

#include <cmath>
#include <limits>

#include "core/target.h"

namespace opsin::OPSIN_TARGET::morphology {
namespace {

/// Border and constant for a dtype. The extremes of 64 bit integers become double, as in SciPy's arguments.
std::pair<Border, double> border_of(Beyond mode, double cval, bool minimum, DType t) {
  switch (mode) {
    case Beyond::reflect: return {Border::reflect, cval};
    case Beyond::constant: return {Border::constant, cval};
    case Beyond::nearest: return {Border::nearest, cval};
    case Beyond::mirror: return {Border::mirror, cval};
    case Beyond::wrap: return {Border::wrap, cval};
    default: break;
  }
  const bool greatest = mode == Beyond::max || (mode == Beyond::ignore && minimum);
  if (t == DType::boolean) return {Border::constant, greatest ? 1 : 0};
  if (is_floating(t)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return {Border::constant, greatest ? infinity : -infinity};
  }
  const int bits = static_cast<int>(8 * itemsize(t)) - (is_signed(t) ? 1 : 0);
  if (greatest) return {Border::constant, std::ldexp(1.0, bits) - (bits < 63 ? 1 : 0)};
  return {Border::constant, is_signed(t) ? -std::ldexp(1.0, bits) : 0};
}

}  // namespace

Footprints normalized(const Footprints& footprint, int ndim, bool pad_end) {
  core::check_plain<TypeError>(ndim > 0 || !footprint.empty(), "a 0-d image has no neighbours");
  Footprints result = footprint;
  if (result.empty()) result = {{opsin::ndimage::generate_binary_structure(ndim, 1), 1}};
  for (auto& part : result) part.footprint = part.footprint.padded(pad_end);
  return result;
}

Footprints mirrored(Footprints footprint) {
  for (auto& part : footprint) part.footprint = part.footprint.mirrored();
  return footprint;
}

void append(std::vector<Step>& steps, const Extents& shape, const Footprints& footprint, bool minimum, Beyond mode,
            double cval, DType of, DType to) {
  const auto [border, value] = border_of(mode, cval, minimum, of);
  for (std::size_t i = 0; i < footprint.size(); ++i) {
    Step step = ndimage::step_of(shape, footprint[i].footprint, minimum, border, value);
    step.to = to;
    // The first part is applied once at least.
    for (int k = 0; k < std::max(footprint[i].repeats, i == 0 ? 1 : 0); ++k) steps.push_back(step);
  }
}

}  // namespace opsin::OPSIN_TARGET::morphology
