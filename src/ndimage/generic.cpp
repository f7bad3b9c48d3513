// SPDX-License-Identifier: Apache-2.0
// Laplacian and gradient magnitude of a caller's derivatives.
#include "core/accumulate.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

template <class Each, class Finish>
Array generic(const Array& input, const opsin::ndimage::Derivative& derivative, const opsin::ndimage::LaplaceOptions& o,
              const Each& each, const Finish& finish) {
  const std::vector<int> axes = normalized_axes(o.axes, input.ndim());
  const Result result(o.output, input, is_complex(input.dtype()) && !axes.empty());
  if (axes.empty()) return result.copy_of(input);
  const std::vector<Border> modes = per_axis(o.mode, axes.size());
  Array total;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Array next = derivative(input, axes[i], result.dtype(), modes[i], o.cval);
    core::check_plain<RuntimeError>(next.shape() == input.shape(), "output shape not correct");
    each(next);
    if (i == 0) {
      total = next;
    } else {
      opsin::ndimage::add_into(total, next);
    }
  }
  finish(total);
  return result.copy_of(total);
}

}  // namespace

Array generic_laplace(const Array& input, const opsin::ndimage::Derivative& derivative2,
                      const opsin::ndimage::LaplaceOptions& o) {
  return generic(input, derivative2, o, [](const Array&) {}, [](const Array&) {});
}

Array generic_gradient_magnitude(const Array& input, const opsin::ndimage::Derivative& derivative,
                                 const opsin::ndimage::LaplaceOptions& o) {
  return generic(input, derivative, o, opsin::ndimage::square_in_place, opsin::ndimage::root_in_place);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, generic_laplace, Array, const Array&, const opsin::ndimage::Derivative&,
             const opsin::ndimage::LaplaceOptions&)
OPSIN_EXPORT(ndimage, generic_gradient_magnitude, Array, const Array&, const opsin::ndimage::Derivative&,
             const opsin::ndimage::LaplaceOptions&)
