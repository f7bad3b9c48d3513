// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "engine/sums.h"
#include "measure/small_arrays.h"
#include "opsin/color.h"
#include "opsin/filters.h"
#include "opsin/measure.h"
#include "opsin/ndimage.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

/// In: edges of the image and of its blurred self. Terms: the edges, and what of them the blur takes away.
struct Variation {
  template <class V>
  HD void operator()(const V (&in)[2], V (&term)[2]) const {
    const V epsilon = broadcast<V>(2.220446049250313e-16);
    const V sharp = max(epsilon, abs(in[0])), blurred = max(epsilon, abs(in[1]));
    term[0] = sharp;
    term[1] = max(broadcast<V>(0), sharp - blurred);
  }
};

struct Blur {
  double* out;
  const double* sums;
  HD void operator()() const { *out = abs(sums[0] - sums[1]) / sums[0]; }
};

/// Without the elements whose neighbourhood leaves the image: two at the beginning of each axis, one at the end.
Array inner(Array a) {
  for (int i = 0; i < a.ndim(); ++i) {
    const std::int64_t n = std::max<std::int64_t>(0, a.shape(i) - 3);
    a = a.slice(i, n > 0 ? 2 : 0, n);
  }
  return a;
}

}  // namespace

Array blur_effect(const Array& given, const opsin::measure::BlurEffectOptions& o) {
  Array image = given;
  if (o.channel_axis) {
    const int axis = core::normalize_axis("measure.blur_effect", *o.channel_axis, image.ndim());
    image = opsin::color::rgb2gray(image, {.channel_axis = axis});
  }
  image = opsin::util::img_as_float(image);
  const Array out = core::empty_result({image.ndim()}, DType::float64, image.device());
  for (int axis = 0; axis < image.ndim(); ++axis) {
    const auto edges = [&](const Array& a) {
      return inner(opsin::filters::sobel(a, {.axis = std::vector<int>{axis}}));
    };
    // The blurred image is gone before the image's own edges are made: three images at a time.
    const Array blurred = edges(opsin::ndimage::uniform_filter1d(image, o.h_size, {.axis = axis}));
    const Array sums = engine::sums<double, 2, 2>({edges(image), blurred}, Variation{});
    once(Blur{out.mutable_data_as<double>() + axis, sums.data_as<double>()});
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, blur_effect, Array, const Array&, const opsin::measure::BlurEffectOptions&)
