// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/stencil.h"
#include "filters/edge_parts.h"
#include "opsin/filters_edges.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

enum class Diagonal { positive, negative, both };

template <Diagonal which>
struct Roberts {
  static constexpr engine::Reach reach{0, 1, 1};
  template <class V, class At>
  HD void operator()(const At& at, V (&out)[1]) const {
    // The element's own square of four is below it and to its right: SciPy convolves with an even kernel.
    const V positive = at(0, 1, 1) - at(0, 0, 0);
    const V negative = at(0, 1, 0) - at(0, 0, 1);
    if constexpr (which == Diagonal::both) {
      out[0] =
          sqrt(positive * positive + negative * negative) / broadcast<V>(static_cast<Element<V>>(1.4142135623730951));
    } else {
      out[0] = which == Diagonal::positive ? positive : negative;
    }
  }
};

template <Diagonal which>
Array run(const Array& image, const opsin::filters::EdgeMaskOptions& o) {
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
  const DType dtype = float_result(image.dtype());
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::stencil<C, 1>({out}, image.contiguous(), scaling_to_unit(image.dtype()), Border::reflect, 0,
                          Roberts<which>{});
  });
  mask_result(out, o.mask);
  return out;
}

}  // namespace

Array roberts(const Array& image, const opsin::filters::EdgeMaskOptions& o) { return run<Diagonal::both>(image, o); }
Array roberts_pos_diag(const Array& image, const opsin::filters::EdgeMaskOptions& o) {
  return run<Diagonal::positive>(image, o);
}
Array roberts_neg_diag(const Array& image, const opsin::filters::EdgeMaskOptions& o) {
  return run<Diagonal::negative>(image, o);
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, roberts, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, roberts_pos_diag, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
OPSIN_EXPORT(filters, roberts_neg_diag, Array, const Array&, const opsin::filters::EdgeMaskOptions&)
