// SPDX-License-Identifier: Apache-2.0
// Sums of derivatives. On two neighbouring axes all derivatives come from one pass of the separable engine.
#include "core/accumulate.h"
#include "core/target.h"
#include "ndimage/line_pair.h"
#include "ndimage/line_passes.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::LinePass;
using Chains = std::vector<std::vector<LinePass>>;

/// True when both chains filter the same two neighbouring axes, first the first one, or leave one of them out.
bool fits_bank(const Array& out, const Array& image, const Chains& chains, int& axis) {
  if (!is_floating(out.dtype()) || chains.size() != 2) return false;
  if (out.dtype() == DType::float32 && image.dtype() != DType::float32) return false;
  int low = max_ndim;
  int high = -1;
  for (const auto& chain : chains) {
    int last = -1;
    for (const LinePass& p : chain) {
      if (p.axis <= last || p.border != chains[0][0].border) return false;
      last = p.axis;
      low = std::min(low, p.axis);
      high = std::max(high, p.axis);
    }
  }
  axis = low;
  return high == low + 1;
}

/// Both chains and their combination in one pass, where that gives the same numbers.
bool run_fused(const Array& out, const Array& image, const Chains& chains, double cval, bool magnitude) {
  int axis = 0;
  if (!fits_bank(out, image, chains, axis)) return false;
  const Border border = chains[0][0].border;
  opsin::ndimage::LinePair pair{.axis = axis, .border = border, .cval = cval, .magnitude = magnitude};
  for (std::size_t k = 0; k < 2; ++k) {
    for (const LinePass& p : chains[k]) (p.axis == axis ? pair.y[k] : pair.x[k]) = p.taps;
  }
  if (out.dtype() == DType::float32) {
    opsin::ndimage::line_pair_single(out, image, pair);
  } else {
    opsin::ndimage::line_pair_double(out, image, pair);
  }
  return true;
}

}  // namespace

void line_sum(const Array& out, const Array& image, const Chains& chains, double cval) {
  if (run_fused(out, image, chains, cval, false)) return;
  opsin::ndimage::line_passes(out, image, chains[0], cval);
  if (chains.size() == 1) return;
  const Array next = Array::empty(out.shape(), out.dtype(), out.device());
  for (std::size_t i = 1; i < chains.size(); ++i) {
    opsin::ndimage::line_passes(next, image, chains[i], cval);
    opsin::ndimage::add_into(out, next);
  }
}

void line_magnitude(const Array& out, const Array& image, const Chains& chains, double cval) {
  if (run_fused(out, image, chains, cval, true)) return;
  opsin::ndimage::line_passes(out, image, chains[0], cval);
  opsin::ndimage::square_in_place(out);
  const Array next = Array::empty(out.shape(), out.dtype(), out.device());
  for (std::size_t i = 1; i < chains.size(); ++i) {
    opsin::ndimage::line_passes(next, image, chains[i], cval);
    opsin::ndimage::square_in_place(next);
    opsin::ndimage::add_into(out, next);
  }
  opsin::ndimage::root_in_place(out);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, line_sum, void, const Array&, const Array&,
             const std::vector<std::vector<opsin::ndimage::LinePass>>&, double)
OPSIN_EXPORT(ndimage, line_magnitude, void, const Array&, const Array&,
             const std::vector<std::vector<opsin::ndimage::LinePass>>&, double)
