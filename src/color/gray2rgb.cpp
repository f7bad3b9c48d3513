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

struct ThreeTimesAndAlpha {
  template <class V>
  HD void operator()(const V (&in)[2], V (&rgba)[4]) const {
    rgba[0] = rgba[1] = rgba[2] = in[0];
    rgba[3] = in[1];
  }
};

template <class U>
Array as_bits(const Array& a) {
  return Array::view_of(a.mutable_data(), a.shape(), a.strides(), dtype_of<U>, a.device(), a.buffer());
}

void fill(const Array& rgb, const Array& gray, int axis) {
  if (gray.dtype() == DType::complex128) return fill(rgb.view_real(), gray.view_real(), axis);
  with_bits(itemsize(gray.dtype()), [&]<class U>(Tag<U>) {
    const auto bits = [](const Array& a) { return as_bits<U>(a); };
    engine::pointwise<U, 1, 3>({bits(channel(rgb, axis, 0)), bits(channel(rgb, axis, 1)), bits(channel(rgb, axis, 2))},
                               {bits(gray)}, ThreeTimes{});
  });
}

void fill_with_alpha(const Array& rgba, const Array& gray, const Array& alpha, int axis) {
  if (gray.dtype() == DType::complex128) {
    return fill_with_alpha(rgba.view_real(), gray.view_real(), alpha.view_real(), axis);
  }
  with_bits(itemsize(gray.dtype()), [&]<class U>(Tag<U>) {
    const auto at = [&](std::int64_t k) { return as_bits<U>(channel(rgba, axis, k)); };
    engine::pointwise<U, 2, 4>({at(0), at(1), at(2), at(3)}, {as_bits<U>(gray), as_bits<U>(alpha)},
                               ThreeTimesAndAlpha{});
  });
}

/// Reports where a value is not what became of it.
struct Differs {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1], V& report) const {
    const V zero = broadcast<V>(0), one = broadcast<V>(1);
    out[0] = pick(in[0] == in[1], zero, one);
    report = max(report, out[0]);
  }
};

/// Alpha in the image's dtype; a warning where that changes it.
Array alpha_as(const Array& alpha, DType dtype) {
  if (alpha.dtype() == dtype) return alpha;
  const Array cast = alpha.astype(dtype);
  if (is_complex(dtype) || is_complex(alpha.dtype())) return cast;
  const Array scratch = Array::empty(alpha.shape(), DType::boolean, alpha.device());
  if (engine::pointwise<double, 2, 1>({scratch}, {cast, alpha}, Differs{}) > 0) {
    core::warn(Warning::Category::user, core::text("alpha cannot be safely cast to image dtype ", dtype));
  }
  return cast;
}

/// Alpha as a view of the image's shape.
Array spread(const Array& alpha, const Extents& shape) {
  Extents strides;
  for (int i = 0; i < shape.size(); ++i) {
    const int own = i - (shape.size() - alpha.ndim());
    const bool repeats = own < 0 || alpha.shape(own) == 1;
    core::check_plain(repeats || alpha.shape(own) == shape[i], "alpha.shape must match image.shape");
    strides.push_back(repeats ? 0 : alpha.strides()[own]);
  }
  return Array::view_of(alpha.mutable_data(), shape, strides, alpha.dtype(), alpha.device(), alpha.buffer());
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

Array gray2rgba(const Array& image, const Array& alpha, const opsin::color::Gray2RgbOptions& options) {
  const Array cast = alpha_as(alpha, image.dtype());
  core::check_plain(alpha.ndim() <= image.ndim(), "alpha.shape must match image.shape");
  const Array everywhere = spread(cast, image.shape());
  const int axis = core::normalize_axis("color.gray2rgba", options.channel_axis, image.ndim() + 1);
  Extents shape = image.shape();
  shape.insert(axis, 4);
  const Array rgba = core::empty_result(shape, image.dtype(), image.device());
  fill_with_alpha(rgba, image, everywhere, axis);
  return rgba;
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, gray2rgb, Array, const Array&, const opsin::color::Gray2RgbOptions&)
OPSIN_EXPORT(color, gray2rgba, Array, const Array&, const Array&, const opsin::color::Gray2RgbOptions&)
