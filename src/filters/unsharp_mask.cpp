// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/any_negative.h"
#include "engine/smooth.h"
#include "opsin/filters_sharpen.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// From the blurred value and the value itself.
struct Sharpen {
  static constexpr bool gaussians_alone = true;
  double amount;
  const int* negative;  // null: no clipping

  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    using C = Element<V>;
    const V x = in[1] + (in[1] - in[0]) * broadcast<V>(static_cast<C>(amount));
    out[0] = x;
    if (negative) {
      // NaN fails both comparisons and stays.
      const V low = broadcast<V>(*negative ? C(-1) : C(0));
      const V high = broadcast<V>(C(1));
      const V raised = pick(x < low, low, x);
      out[0] = pick(raised > high, high, raised);
    }
  }
};

}  // namespace

Array unsharp_mask(const Array& image, const opsin::filters::UnsharpMaskOptions& o) {
  const DType dtype = float_result(image.dtype());
  std::optional<int> channel;
  if (o.channel_axis) channel = core::normalize_axis("filters.unsharp_mask", *o.channel_axis, image.ndim());
  const int spatial = image.ndim() - (channel ? 1 : 0);
  std::vector<double> radius = o.radius;
  if (radius.size() == 1) radius.assign(static_cast<std::size_t>(spatial), radius[0]);
  for (const double r : o.radius) core::check_plain(!(r < 0), "Sigma values less than zero are not valid");
  core::check_plain<RuntimeError>(radius.size() == static_cast<std::size_t>(spatial),
                                  "sequence argument must have length equal to input rank");
  core::check<TypeError>(spatial > 0 || o.preserve_range || (channel && image.size() == 0), "filters.unsharp_mask",
                         "a 0-d image cannot be clipped");
  const Array in = image.contiguous();
  const Scaling scaling = o.preserve_range ? Scaling{} : scaling_to_unit(image.dtype());
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  std::array<std::vector<engine::AxisFilter>, 2> chains;
  std::size_t i = 0;
  for (int axis = 0; axis < image.ndim(); ++axis) {
    if (channel && axis == *channel) continue;
    const double r = radius[i++];
    if (!(r > 1e-15)) continue;
    chains[0].push_back({axis, opsin::engine::gaussian_taps(r, 0, 4.0), Border::reflect});
    chains[1].push_back({axis, {}, Border::reflect});
  }
  std::optional<Array> negative;
  if (!o.preserve_range) negative = engine::any_negative(in);
  const Sharpen sharpen{o.amount, negative ? negative->data_as<int>() : nullptr};
  with_real(dtype, [&]<class C>(Tag<C>) { engine::separable_bank<C, 2>(out, in, scaling, chains, 0, sharpen); });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, unsharp_mask, Array, const Array&, const opsin::filters::UnsharpMaskOptions&)
