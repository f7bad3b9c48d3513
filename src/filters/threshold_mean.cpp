// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/memory.h"
#include "core/target.h"
#include "engine/split.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// One pass that takes everything as above. What is missing is NaN.
struct Mean {
  std::int64_t n;
  void* out;
  DType type;

  HD bool over() const { return false; }
  HD double origin() const { return 0; }
  HD double level() const { return -HUGE_VAL; }
  HD void next(const engine::SplitSums& sums) const {
    const bool whole = n > 0 && sums.count_above + sums.count_below == n;
    const double mean = whole ? (sums.above + sums.below) / static_cast<double>(n) : NAN;
    with_storage<double>(type,
                         [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) { *static_cast<T*>(out) = store_as<T>(mean); });
  }
};

}  // namespace

Array threshold_mean(const Array& image) {
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t), "complex images are not supported");
  const Array out = core::empty_result({}, is_floating(t) ? t : DType::float64, image.device());
  engine::iterate_split<double>(image.contiguous(), 1, false, Mean{image.size(), out.mutable_data(), out.dtype()});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_mean, Array, const Array&)
