// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/eigen.h"
#include "engine/pointwise.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

struct ShapeIndex {
  template <class V>
  HD void operator()(const V (&h)[3], V (&out)[1]) const {
    V e[2];
    engine::symmetric_eigenvalues(h, e);
    out[0] = broadcast<V>(Element<V>(2 / M_PI)) * atan((e[1] + e[0]) / (e[1] - e[0]));
  }
};

}  // namespace

Array shape_index(const Array& image, const opsin::feature::ShapeIndexOptions& o) {
  core::check_plain<IndexError>(image.ndim() > 0, "list index out of range");
  const std::vector<Array> h =
      opsin::feature::hessian_matrix(image, {.sigma = o.sigma, .mode = o.mode, .cval = o.cval});
  core::check_plain(image.ndim() == 2, "too many values to unpack (expected 2)");
  const Array out = core::empty_result(image.shape(), h[0].dtype(), image.device());
  with_real(out.dtype(), [&]<class C>(Tag<C>) { engine::pointwise<C, 3, 1>({out}, {h[0], h[1], h[2]}, ShapeIndex{}); });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, shape_index, Array, const Array&, const opsin::feature::ShapeIndexOptions&)
