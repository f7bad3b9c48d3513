// SPDX-License-Identifier: Apache-2.0
// Curves of intensity: a function of the value alone, of images that hold no negative values.
//
// A curve is  template <class V> HD V operator()(V x, const Rounded& r) const  with x the value over the dtype's
// largest one. It rounds with r after each operation: that is nothing but for float16 images, for which NumPy computes
// in binary16.
#pragma once

#include <array>

#include "core/half.h"
#include "core/memory.h"
#include "engine/lookup.h"
#include "engine/on_device.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::exposure {

struct Rounded {
  bool half = false;
  template <class V>
  HD V operator()(V x) const {
    if constexpr (std::is_same_v<Element<V>, float>) {
      if (half) return round_to_half(x);
    }
    return x;
  }
};

/// Reports 1 for negative values.
template <class Curve, class C>
struct AlongCurve {
  Curve curve;
  C scale;
  Rounded rounded;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1], V& report) const {
    report = pick(in[0] < broadcast<V>(C(0)), broadcast<V>(C(1)), report);
    // Images that are computed in float32 are of real dtypes, whose scale is 1.
    out[0] = curve(std::is_same_v<C, float> ? in[0] : in[0] / broadcast<V>(scale), rounded);
  }
};

/// The same where nothing can be negative.
template <class Curve, class C>
struct AlongCurveUnsigned {
  AlongCurve<Curve, C> f;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    V report = broadcast<V>(C(0));
    f(in, out, report);
  }
};

struct InTable {
  const std::uint8_t* table;
  HD std::uint8_t operator()(std::uint8_t x) const { return table[x]; }
};

inline void check_not_negative(bool negative) {
  core::check_plain(!negative,
                    "Image Correction methods work correctly only on images with non-negative values. Use "
                    "skimage.exposure.rescale_intensity.");
}

/// An 8-bit image in a table of its 256 values.
inline Array in_table(const Array& image, const std::array<std::uint8_t, 256>& values) {
  const Array out = core::empty_result(image.shape(), image.dtype(), image.device());
  const auto bytes = [](const Array& a) {
    return Array::view_of(a.mutable_data(), a.shape(), a.strides(), DType::uint8, a.device(), a.buffer());
  };
  const Array table = engine::on_device(std::vector<std::uint8_t>(values.begin(), values.end()), image.device());
  engine::lookup<std::uint8_t>(bytes(out), bytes(image), InTable{table.data_as<std::uint8_t>()});
  return out;
}

/// The largest value of a dtype, from 0 on.
inline double scale_of(DType t) { return static_cast<double>(util::dtype_limits(t, true).high); }

/// A curve of an image, in its dtype. Integers are computed in float64 and truncated. Images with negative values are
/// refused: for that, CUDA is waited for.
template <class Curve>
Array along_curve(const Array& image, const Curve& curve) {
  const DType t = image.dtype();
  core::check_plain(!is_complex(t), "complex images are not supported");
  const double scale = scale_of(t);
  if (t == DType::uint8) {
    std::array<std::uint8_t, 256> values;
    for (std::size_t i = 0; i < 256; ++i)
      values[i] = store_as<std::uint8_t>(curve(static_cast<double>(i) / scale, Rounded{}));
    return in_table(image, values);
  }
  const Array out = core::empty_result(image.shape(), t, image.device());
  const bool single = t == DType::float32 || t == DType::float16;
  with_real(single ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    const AlongCurve<Curve, C> f{curve, static_cast<C>(scale), {t == DType::float16}};
    if (is_unsigned(t) || t == DType::boolean) {
      engine::pointwise<C, 1, 1>({out}, {image}, AlongCurveUnsigned<Curve, C>{f});
    } else {
      check_not_negative(engine::pointwise<C, 1, 1>({out}, {image}, f) > 0);
    }
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure
