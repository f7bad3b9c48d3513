// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "filters/local_moments.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

template <class C>
struct Niblack {
  C k;
  template <class V>
  HD V operator()(V mean, V mean_square) const {
    return mean - broadcast<V>(k) * deviation(mean, mean_square);
  }
};

}  // namespace

Array threshold_niblack(const Array& image, const opsin::filters::NiblackOptions& o) {
  const std::vector<std::int64_t> sizes = sizes_of(image, o.window_size);
  const Array out = core::empty_result(image.shape(), float_result(image.dtype()), image.device());
  with_real(out.dtype(), [&]<class C>(Tag<C>) {
    threshold_windows<C>(out, image.contiguous(), sizes, Niblack<C>{static_cast<C>(o.k)});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_niblack, Array, const Array&, const opsin::filters::NiblackOptions&)
