// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "filters/local_moments.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

template <class C>
struct Sauvola {
  C k, r;
  template <class V>
  HD V operator()(V mean, V mean_square) const {
    const V one = broadcast<V>(C(1));
    return mean * (one + broadcast<V>(k) * (deviation(mean, mean_square) / broadcast<V>(r) - one));
  }
};

}  // namespace

Array threshold_sauvola(const Array& image, const opsin::filters::SauvolaOptions& o) {
  const DType dtype = float_result(image.dtype());
  const auto limits = util::dtype_limits(image.dtype());
  const double half = 0.5 * (static_cast<double>(limits.high) - static_cast<double>(limits.low));
  const std::vector<std::int64_t> sizes = sizes_of(image, o.window_size);
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    threshold_windows<C>(out, image.contiguous(), sizes,
                         Sauvola<C>{static_cast<C>(o.k), static_cast<C>(o.r.value_or(half))});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_sauvola, Array, const Array&, const opsin::filters::SauvolaOptions&)
