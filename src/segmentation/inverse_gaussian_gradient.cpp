// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/ndimage.h"
#include "opsin/segmentation.h"

namespace opsin::OPSIN_TARGET::segmentation {
namespace {

template <class C>
struct Inverse {
  C alpha;

  template <class V>
  HD void operator()(const V (&gradient)[1], V (&out)[1]) const {
    const V one = broadcast<V>(C(1));
    out[0] = one / sqrt(one + broadcast<V>(alpha) * gradient[0]);
  }
};

}  // namespace

Array inverse_gaussian_gradient(const Array& image, const opsin::segmentation::InverseGaussianGradientOptions& o) {
  const Array gradient = opsin::ndimage::gaussian_gradient_magnitude(image, o.sigma, {.mode = {Border::nearest}});
  const DType dtype = gradient.dtype() == DType::float32 ? DType::float32 : DType::float64;
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) { engine::pointwise<C, 1, 1>({out}, {gradient}, Inverse<C>{C(o.alpha)}); });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::segmentation

OPSIN_EXPORT(segmentation, inverse_gaussian_gradient, Array, const Array&,
             const opsin::segmentation::InverseGaussianGradientOptions&)
