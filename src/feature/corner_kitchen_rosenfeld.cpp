// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "feature/plane_sobel.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

template <class C>
struct Gradients {
  PlaneSobel<C> image;
  C* down;
  C* across;

  HD void operator()(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    image.along_row(y, begin, end, [&](std::int64_t x, const auto& at) {
      down[y * image.columns + x] = at.down();
      across[y * image.columns + x] = at.across();
    });
  }
};

template <class C>
struct Curvature {
  PlaneSobel<C> down;    // of the derivative along the row index
  PlaneSobel<C> across;  // of the one along the column index
  C* out;

  HD void operator()(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    down.along_row(y, begin, end, [&](std::int64_t x, const auto& at) {
      const auto beside = at.in(across);
      const C imy = at.value(), imx = beside.value();
      const C yy = at.down(), xx = beside.across(), xy = beside.down();
      const C numerator = xx * (imy * imy) + yy * (imx * imx) - C(2) * xy * imx * imy;
      const C denominator = imx * imx + imy * imy;
      out[y * down.columns + x] = pick(denominator == C(0), C(0), numerator / denominator);
    });
  }
};

}  // namespace

Array corner_kitchen_rosenfeld(const Array& given, const opsin::feature::CornerKitchenRosenfeldOptions& o) {
  const DType dtype = float_result(given.dtype());
  core::check_plain(given.ndim() == 2, "not enough or too many values to unpack (expected 2)");
  const Array image = given.dtype() == dtype ? given.contiguous() : given.astype(dtype);
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (image.size() == 0) return out;
  with_real(dtype, [&]<class C>(Tag<C>) {
    const auto scratch = [&] { return Array::empty(image.shape(), dtype, image.device()); };
    const Array down = scratch(), across = scratch();
    const auto sobel = [&](const Array& a) {
      return PlaneSobel<C>{a.data_as<C>(), a.shape(0), a.shape(1), o.mode, static_cast<C>(o.cval)};
    };
    engine::each_span(image.shape(0), image.shape(1),
                      Gradients<C>{sobel(image), down.mutable_data_as<C>(), across.mutable_data_as<C>()});
    engine::each_span(image.shape(0), image.shape(1),
                      Curvature<C>{sobel(down), sobel(across), out.mutable_data_as<C>()});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_kitchen_rosenfeld, Array, const Array&,
             const opsin::feature::CornerKitchenRosenfeldOptions&)
