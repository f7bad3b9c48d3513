// SPDX-License-Identifier: Apache-2.0
#include "color/channels.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "exposure/clahe.h"
#include "opsin/exposure.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

std::vector<std::int64_t> kernel_of(const Array& image, const std::vector<std::int64_t>& given) {
  const auto ndim = static_cast<std::size_t>(image.ndim());
  std::vector<std::int64_t> kernel = given;
  if (given.empty()) {
    for (const std::int64_t n : image.shape()) kernel.push_back(std::max<std::int64_t>(n / 8, 1));
  } else if (given.size() == 1) {
    kernel.resize(ndim, given[0]);
  }
  core::check_plain(kernel.size() == ndim, "Incorrect value of `kernel_size`: ", kernel.size(),
                    " sizes for an image of ", ndim, " axes");
  for (const std::int64_t k : kernel) core::check_plain(k >= 1, "Incorrect value of `kernel_size`: ", k);
  return kernel;
}

/// The value of hue, saturation and value.
struct Value {
  template <class V>
  HD void operator()(const V (&rgb)[3], V (&out)[1]) const {
    out[0] = max(max(rgb[0], rgb[1]), rgb[2]);
  }
};

/// A pixel with another value: hue and saturation stay where all channels get the same factor. Black becomes grey.
struct WithValue {
  template <class V>
  HD void operator()(const V (&in)[4], V (&rgb)[3]) const {
    const V zero = broadcast<V>(Element<V>(0));
    const V value = max(max(in[0], in[1]), in[2]);
    const V factor = in[3] / pick(value == zero, broadcast<V>(Element<V>(1)), value);
    for (int c = 0; c < 3; ++c) rgb[c] = pick(value == zero, in[3], in[c] * factor);
  }
};

Array equalize(const Array& image, DType dtype, const opsin::exposure::EqualizeAdapthistOptions& o) {
  const std::vector<std::int64_t> kernel = kernel_of(image, o.kernel_size);
  const Array grey = opsin::util::img_as_uint(image).contiguous();
  const Array levels = clahe(grey, kernel, o.clip_limit, o.nbins);
  const opsin::exposure::Range unit = std::array<double, 2>{0, 1};
  return opsin::exposure::rescale_intensity(levels, {.in_range = {}, .out_range = unit, .dtype = dtype});
}

Array equalize_value(const Array& image, DType dtype, const opsin::exposure::EqualizeAdapthistOptions& o) {
  const auto channel = [&](const Array& a, int c) { return opsin::color::channel(a, 2, c); };
  const Array red = channel(image, 0), green = channel(image, 1), blue = channel(image, 2);
  const Scaling scaling = scaling_to_unit(image.dtype());
  const Array value = Array::empty(red.shape(), dtype, image.device());
  const Array out = core::empty_result({image.shape(0), image.shape(1), 3}, dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 3, 1>({value}, {red, green, blue}, Value{}, {scaling, scaling, scaling});
    engine::pointwise<C, 4, 3>({channel(out, 0), channel(out, 1), channel(out, 2)},
                               {red, green, blue, equalize(value, dtype, o)}, WithValue{},
                               {scaling, scaling, scaling, Scaling{}});
  });
  return out;
}

}  // namespace

Array equalize_adapthist(const Array& image, const opsin::exposure::EqualizeAdapthistOptions& o) {
  const DType dtype = float_result(image.dtype());
  core::check_plain(image.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  core::check_plain<TypeError>(image.ndim() > 0, "the image has no axes");
  core::check_plain(o.nbins >= 1, "`nbins` must be positive, got ", o.nbins);
  const bool colour = image.ndim() == 3 && (image.shape(2) == 3 || image.shape(2) == 4);
  return colour ? equalize_value(image, dtype, o) : equalize(image, dtype, o);
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, equalize_adapthist, Array, const Array&, const opsin::exposure::EqualizeAdapthistOptions&)
