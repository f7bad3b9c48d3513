// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/total.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// Of no elements NaN, as of elements that are NaN.
struct PutMean {
  double count;
  void* out;
  DType type;

  template <class T>
  HD void operator()(const T& totals) const {
    const double mean = totals.sum[0] / count;
    with_storage<double>(type,
                         [&]<class U>(opsin::OPSIN_TARGET::Tag<U>) { *static_cast<U*>(out) = store_as<U>(mean); });
  }
};

}  // namespace

Array threshold_mean(const Array& image) {
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t), "complex images are not supported");
  const Array out = core::empty_result({}, is_floating(t) ? t : DType::float64, image.device());
  const PutMean put{static_cast<double>(image.size()), out.mutable_data(), out.dtype()};
  // float32 holds these dtypes' elements exactly; they are summed in double.
  const bool narrow = itemsize(t) <= 2 || t == DType::float32;
  // A view is added up in the order of its copy, so that both have one mean.
  const Array values = image.contiguous();
  with_real(narrow ? DType::float32 : DType::float64,
            [&]<class C>(Tag<C>) { engine::total<C, 1>({values}, engine::Itself{}, put); });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_mean, Array, const Array&)
