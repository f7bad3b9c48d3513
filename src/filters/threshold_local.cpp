// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/filters.h"
#include "opsin/ndimage.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::ThresholdLocalOptions;
using Method = ThresholdLocalOptions::Method;

template <class C>
struct Less {
  C offset;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] - broadcast<V>(offset);
  }
};

std::vector<std::int64_t> sizes_of(const Array& image, const std::vector<std::int64_t>& given) {
  std::vector<std::int64_t> sizes = given;
  const auto ndim = static_cast<std::size_t>(image.ndim());
  if (sizes.size() == 1) sizes.resize(ndim, given[0]);
  core::check_plain(sizes.size() == ndim, "len(block_size) must equal image.ndim.");
  std::string text;
  for (const std::int64_t s : sizes) text += (text.empty() ? "" : ", ") + std::to_string(s);
  for (const std::int64_t s : sizes) {
    core::check_plain(s % 2 != 0, "block_size must be odd! Given block_size (", text, ") contains even values.");
  }
  return sizes;
}

Array smoothed(const Array& image, const std::vector<std::int64_t>& sizes, const ThresholdLocalOptions& o) {
  if (o.method == Method::mean) {
    return opsin::ndimage::uniform_filter(image, sizes, {.mode = {o.mode}, .cval = o.cval});
  }
  std::vector<double> sigma = o.sigma;
  if (sigma.empty()) {
    for (const std::int64_t s : sizes) sigma.push_back(static_cast<double>(s - 1) / 6.0);
  }
  return opsin::filters::gaussian(image, {.sigma = sigma, .mode = o.mode, .cval = o.cval, .preserve_range = true});
}

}  // namespace

Array less_by(const Array& image, double offset) {
  const DType dtype = float_result(image.dtype());
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype,
            [&]<class C>(Tag<C>) { engine::pointwise<C, 1, 1>({out}, {image}, Less<C>{static_cast<C>(offset)}); });
  return out;
}

Array threshold_local(const Array& image, const ThresholdLocalOptions& o) {
  const std::vector<std::int64_t> sizes = sizes_of(image, o.block_size);
  const DType dtype = float_result(image.dtype());
  const Array means = smoothed(image.dtype() == dtype ? image : image.astype(dtype), sizes, o);
  return o.offset == 0 ? means : less_by(means, o.offset);
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, less_by, Array, const Array&, double)
OPSIN_EXPORT(filters, threshold_local, Array, const Array&, const opsin::filters::ThresholdLocalOptions&)
