// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> pointwise_ops() {
  return {
      {"img_as", 1, 4,
       [](const Array& a, Border) -> Results {
         Results r;
         for (const DType t :
              {DType::float32, DType::float64, DType::uint8, DType::uint16, DType::int16, DType::boolean})
           r.push_back(util::img_as(a, t, {.force_copy = true}));
         return r;
       }},
      {"map_array", 1, 4,
       [](const Array& a, Border) -> Results {
         // The values of a strided image are taken from its copy; they have one axis.
         const Array labels = is_floating(a.dtype()) ? a.astype(DType::int32) : a;
         const Array from = labels.contiguous().reshape({a.size()});
         return {util::map_array(labels, from, from.astype(DType::float64))};
       }},
      {"unique_rows", 2, 2, [](const Array& a, Border) -> Results { return {util::unique_rows(a)}; }, true},
      {"rank_order", 1, 4, [](const Array& a, Border) -> Results { return {filters::rank_order(a)[0]}; }},
      {"invert", 1, 4, [](const Array& a, Border) -> Results { return {util::invert(a)}; }},
      {"compare_images", 1, 4,
       [](const Array& a, Border) -> Results {
         const Array other = another(a);
         return {util::compare_images(a, other),
                 util::compare_images(a, other, {.method = util::CompareImagesOptions::Method::blend})};
       }},
  };
}

}  // namespace

TEST_CASE("pointwise operations on images of every kind") { run_all(pointwise_ops()); }

}  // namespace opsin::every_op
