// SPDX-License-Identifier: Apache-2.0
// Three images at most besides the result: what is smoothed, what it is divided by, and the state of the edges.
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/pointwise.h"
#include "engine/quantiles.h"
#include "engine/smooth.h"
#include "engine/thin_edges.h"
#include "opsin/feature.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using opsin::feature::CannyOptions;

struct Masked {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    const V zero = broadcast<V>(Element<V>(0));
    out[0] = pick(in[1] == zero, zero, in[0]);
  }
};

template <class C>
struct Fill {
  C* data;
  C value;
  HD void operator()(std::int64_t i) const { data[i] = value; }
};

/// A threshold relative to the image's maximum, or a quantile.
double threshold(const std::optional<double>& given, double otherwise, const CannyOptions& o, DType dtype) {
  if (!given) return otherwise;
  core::check_plain(!o.use_quantiles || (*given >= 0 && *given <= 1), "Quantile thresholds must be between 0 and 1.");
  return o.use_quantiles ? *given : *given / static_cast<double>(opsin::util::dtype_limits(dtype).high);
}

template <class C>
class Smoothing {
 public:
  Smoothing(const Array& image, const CannyOptions& o) : image_(image), o_(o) {
    std::vector<double> sigma = o.sigma;
    if (sigma.size() == 1) sigma.assign(2, sigma[0]);
    for (const double s : sigma) core::check_plain(!(s < 0), "Sigma values less than zero are not valid");
    core::check_plain<RuntimeError>(sigma.size() == 2, "sequence argument must have length equal to input rank");
    for (int i = 0; i < 2; ++i) {
      const double s = sigma[static_cast<std::size_t>(i)];
      if (s > 1e-15) axes_.push_back({i, opsin::engine::gaussian_taps(s, 0, 4), o.mode});
    }
  }

  engine::ThinEdges edges() const {
    engine::ThinEdges e;
    if (o_.mask) {
      const Array mask = o_.mask->astype(DType::boolean);
      const Array masked = scratch(image_.shape());
      engine::pointwise<C, 2, 1>({masked}, {image_, mask}, Masked{}, {scaling_to_unit(image_.dtype()), {}});
      e.smoothed = smoothed(masked, {});
      e.divisor = {engine::EdgeDivisor::Kind::image, smoothed(mask, {})};
      e.mask = mask;
    } else {
      e.smoothed = smoothed(image_.contiguous(), scaling_to_unit(image_.dtype()));
      if (o_.mode == Border::constant) e.divisor = {engine::EdgeDivisor::Kind::table, smoothed(ones(), {})};
    }
    return e;
  }

 private:
  Array scratch(const Extents& shape) const { return Array::empty(shape, dtype_of<C>, image_.device()); }

  Array smoothed(const Array& image, const Scaling& scaling) const {
    const Array out = scratch(image.shape());
    engine::separable<C>(out, image, scaling, axes_, o_.cval);
    return out;
  }

  /// As small as an image can be for its sums near the edges, and one in the middle, to be those of any larger one.
  Array ones() const {
    Extents shape{1, 1};
    for (const engine::AxisFilter& f : axes_)
      shape[f.axis] = std::min<std::int64_t>(f.taps.size(), image_.shape(f.axis));
    const Array out = scratch(shape);
    engine::each(out.size(), 1 << 14, Fill<C>{out.mutable_data_as<C>(), C(1)});
    return out;
  }

  const Array& image_;
  const CannyOptions& o_;
  std::vector<engine::AxisFilter> axes_;
};

}  // namespace

Array canny(const Array& image, const CannyOptions& o) {
  const DType dtype = image.dtype();
  core::check_plain(dtype != DType::int64 && dtype != DType::uint64, "64-bit integer images are not supported");
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
  const DType computed = float_result(dtype);
  const double low = threshold(o.low_threshold, 0.1, o, dtype);
  const double high = threshold(o.high_threshold, 0.2, o, dtype);
  core::check_plain(!(high < low), "low_threshold should be lower then high_threshold");
  core::check_plain<IndexError>(!o.mask || o.mask->shape() == image.shape(), "mask of shape ",
                                o.mask ? o.mask->shape() : Extents{}, " for an image of shape ", image.shape());
  core::check(!o.mask || o.mask->device() == image.device(), "feature.canny", "the mask must lie on ", image.device());
  const engine::EdgeState state(image.shape(), image.device());
  with_real(computed, [&]<class C>(Tag<C>) {
    engine::ThinEdges edges = Smoothing<C>(image, o).edges();
    edges.thresholds[0] = low;
    edges.thresholds[1] = high;
    if (o.use_quantiles) {
      const Array magnitude = Array::empty(image.shape(), computed, image.device());
      engine::gradient_magnitude<C>(magnitude, edges);
      edges.on_device = engine::quantiles<C>(magnitude, edges.thresholds);
    }
    engine::thin_edges<C>(state, edges);
  });
  const Array out = core::empty_result(image.shape(), DType::boolean, image.device());
  engine::link_edges(out, state);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, canny, Array, const Array&, const opsin::feature::CannyOptions&)
