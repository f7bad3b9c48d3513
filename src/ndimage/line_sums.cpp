// SPDX-License-Identifier: Apache-2.0
// Sums of derivatives. On two neighbouring axes all derivatives come from one pass of the separable engine.
#include "core/target.h"
#include "engine/smooth.h"
#include "ndimage/accumulate.h"
#include "ndimage/line_passes.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::LinePass;
using Chains = std::vector<std::vector<LinePass>>;

struct Sum {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] + in[1];
  }
};

struct Magnitude {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = sqrt(in[0] * in[0] + in[1] * in[1]);
  }
};

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

template <class E>
bool run_fused(const Array& out, const Array& image, const Chains& chains, double cval) {
  int axis = 0;
  if (!fits_bank(out, image, chains, axis)) return false;
  const Border border = chains[0][0].border;
  std::array<engine::Filter, 2> filters;
  for (std::size_t k = 0; k < 2; ++k) {
    for (const LinePass& p : chains[k]) (p.axis == axis ? filters[k].y : filters[k].x) = p.taps;
  }
  with_real(out.dtype(), [&]<class C>(Tag<C>) {
    engine::run_bank<C, 2, 1>(engine::Bank<2, 1>{engine::geometry_at(image.shape(), axis),
                                                 {engine::plane_of(image)},
                                                 filters,
                                                 {border, border, cval},
                                                 {engine::plane_of(out)}},
                              E{});
  });
  return true;
}

}  // namespace

void line_sum(const Array& out, const Array& image, const Chains& chains, double cval) {
  if (run_fused<Sum>(out, image, chains, cval)) return;
  opsin::ndimage::line_passes(out, image, chains[0], cval);
  if (chains.size() == 1) return;
  const Array next = Array::empty(out.shape(), out.dtype(), out.device());
  for (std::size_t i = 1; i < chains.size(); ++i) {
    opsin::ndimage::line_passes(next, image, chains[i], cval);
    opsin::ndimage::add_into(out, next);
  }
}

void line_magnitude(const Array& out, const Array& image, const Chains& chains, double cval) {
  if (run_fused<Magnitude>(out, image, chains, cval)) return;
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

OPSIN_EXPORT(ndimage, line_sum, void, const Array&, const Array&, const std::vector<std::vector<opsin::ndimage::LinePass>>&, double)
OPSIN_EXPORT(ndimage, line_magnitude, void, const Array&, const Array&, const std::vector<std::vector<opsin::ndimage::LinePass>>&, double)
