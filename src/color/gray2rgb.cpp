// SPDX-License-Identifier: Apache-2.0
#include "color/channels.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::channel;

struct ThreeTimes {
  template <class V>
  HD void operator()(const V (&gray)[1], V (&rgb)[3]) const {
    rgb[0] = rgb[1] = rgb[2] = gray[0];
  }
};

void fill(const Array& rgb, const Array& gray, int axis) {
  if (gray.dtype() == DType::complex128) return fill(rgb.view_real(), gray.view_real(), axis);
  with_bits(itemsize(gray.dtype()), [&]<class U>(Tag<U>) {
    const auto bits = [](const Array& a) {
      return Array::view_of(a.mutable_data(), a.shape(), a.strides(), dtype_of<U>, a.device(), a.buffer());
    };
    engine::pointwise<U, 1, 3>({bits(channel(rgb, axis, 0)), bits(channel(rgb, axis, 1)), bits(channel(rgb, axis, 2))},
                               {bits(gray)}, ThreeTimes{});
  });
}

}  // namespace

Array gray2rgb(const Array& image, const opsin::color::Gray2RgbOptions& options) {
  const int axis = core::normalize_axis("color.gray2rgb", options.channel_axis, image.ndim() + 1);
  Extents shape = image.shape();
  shape.insert(axis, 3);
  const Array rgb = core::empty_result(shape, image.dtype(), image.device());
  fill(rgb, image, axis);
  return rgb;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, gray2rgb, Array, const Array&, const opsin::color::Gray2RgbOptions&)
