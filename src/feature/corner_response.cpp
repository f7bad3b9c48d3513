// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "feature/corner_measure.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

std::array<Array, 3> response(const Array& image, const std::vector<double>& sigma, Measure measure, double k) {
  const TensorPlan plan = tensor_plan(image, {.sigma = sigma});
  core::check_plain(plan.image.ndim() == 2, "too many values to unpack (expected 3)");
  const auto result = [&] { return core::empty_result(plan.image.shape(), plan.dtype, image.device()); };
  std::array<Array, 3> out{result(), {}, {}};
  if (measure == Measure::foerstner) out[1] = result();
  with_real(plan.dtype, [&]<class C>(Tag<C>) { corner_measure<C>(out, plan, measure, k); });
  return out;
}

}  // namespace

Array corner_harris(const Array& image, const opsin::feature::CornerHarrisOptions& o) {
  const bool by_k = o.method == opsin::feature::HarrisMethod::k;
  return response(image, o.sigma, by_k ? Measure::harris : Measure::harris_without_k, by_k ? o.k : o.eps)[0];
}

Array corner_shi_tomasi(const Array& image, const opsin::feature::CornerOptions& o) {
  return response(image, o.sigma, Measure::shi_tomasi, 0)[0];
}

std::vector<Array> corner_foerstner(const Array& image, const opsin::feature::CornerOptions& o) {
  const auto out = response(image, o.sigma, Measure::foerstner, 0);
  core::check_plain<IndexError>(image.ndim() == 2, "the image must have two axes, not ", image.ndim());
  return {out[0], out[1]};
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_harris, Array, const Array&, const opsin::feature::CornerHarrisOptions&)
OPSIN_EXPORT(feature, corner_shi_tomasi, Array, const Array&, const opsin::feature::CornerOptions&)
OPSIN_EXPORT(feature, corner_foerstner, std::vector<Array>, const Array&, const opsin::feature::CornerOptions&)
