// SPDX-License-Identifier: Apache-2.0
#include "color/channels.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::channel;

template <class C>
struct BlendOver {
  C background[3];

  template <class V>
  HD void operator()(const V (&rgba)[4], V (&rgb)[3]) const {
    const V zero = broadcast<V>(C(0));
    const V one = broadcast<V>(C(1));
    const V alpha = rgba[3];
    const V rest = one - alpha;
#pragma GCC unroll 3
    for (int c = 0; c < 3; ++c) {
      const V y = rest * broadcast<V>(background[c]) + alpha * rgba[c];
      const V low = pick(y < zero, zero, y);  // NaN stays NaN, as with numpy.clip.
      rgb[c] = pick(low > one, one, low);
    }
  }
};

}  // namespace

Array rgba2rgb(const Array& rgba, const opsin::color::Rgba2RgbOptions& o) {
  const int axis = core::normalize_axis("color.rgba2rgb", o.channel_axis, rgba.ndim());
  core::check_plain(rgba.shape(axis) == 4, "the input array must have size 4 along `channel_axis`, got ", rgba.shape());
  const DType dtype = float_result(rgba.dtype());
  for (double b : o.background) {
    if (dtype == DType::float32) b = static_cast<float>(b);
    core::check_plain(!(b < 0) && !(b > 1), "background RGB values must be floats between 0 and 1.");
  }
  Extents shape = rgba.shape();
  shape[axis] = 3;
  const Array rgb = core::empty_result(shape, dtype, rgba.device());
  const Scaling scaling = scaling_to_unit(rgba.dtype());
  with_real(dtype, [&]<class C>(Tag<C>) {
    const BlendOver<C> blend{{C(o.background[0]), C(o.background[1]), C(o.background[2])}};
    engine::pointwise<C, 4, 3>(
        {channel(rgb, axis, 0), channel(rgb, axis, 1), channel(rgb, axis, 2)},
        {channel(rgba, axis, 0), channel(rgba, axis, 1), channel(rgba, axis, 2), channel(rgba, axis, 3)}, blend,
        {scaling, scaling, scaling, scaling});
  });
  return rgb;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, rgba2rgb, Array, const Array&, const opsin::color::Rgba2RgbOptions&)
