// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> order_ops() {
  using namespace ndimage;
  return {
      {"median_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         const RankFilterOptions options{.mode = {b}};
         return {median_filter(a, {.size = {3}}, options), median_filter(a, {.size = {5}}, options),
                 median_filter(a, {.size = {7}}, options), median_filter(a, {.size = {13}}, options)};
       }},
      {"rank_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {rank_filter(a, 1, {.footprint = spots(a.ndim())}, {.mode = {b}}),
                 rank_filter(a, -2, {.size = {6}}, {.mode = {b}})};
       }},
      {"percentile_filter", 1, 4,
       [](const Array& a, Border b) -> Results { return {percentile_filter(a, 30, {.size = {4}}, {.mode = {b}})}; }},
      {"generic_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {generic_filter(a, Reduction::var, {.size = {3}}, {.mode = b}),
                 generic_filter(a, Reduction::median, {.footprint = spots(a.ndim())}, {.mode = b})};
       }},
      {"filters.median", 1, 4, [](const Array& a, Border b) -> Results { return {filters::median(a, {.mode = b})}; }},
  };
}

}  // namespace

TEST_CASE("order statistics on images of every kind") { run_all(order_ops()); }

}  // namespace opsin::every_op
