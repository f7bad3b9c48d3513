// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> edge_ops() {
  std::vector<EveryOp> ops;
  const auto nd = [&](std::string name, Array (*f)(const Array&, const filters::EdgeOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [f](const Array& a, Border b) -> Results { return {f(a, {.mode = b, .cval = 0.25})}; }});
  };
  nd("sobel", filters::sobel);
  nd("scharr", filters::scharr);
  nd("prewitt", filters::prewitt);
  nd("farid", filters::farid);
  const auto plane = [&](std::string name, Array (*f)(const Array&, const filters::EdgeMaskOptions&)) {
    ops.push_back({std::move(name), 2, 2, [f](const Array& a, Border) -> Results {
                     const Array mask = Array::zeros(a.shape(), DType::boolean);
                     return {f(a, {}), f(a, {.mask = mask})};
                   }});
  };
  plane("sobel_h", filters::sobel_h);
  plane("sobel_v", filters::sobel_v);
  plane("farid_h", filters::farid_h);
  plane("farid_v", filters::farid_v);
  plane("roberts", filters::roberts);
  plane("roberts_pos_diag", filters::roberts_pos_diag);
  plane("roberts_neg_diag", filters::roberts_neg_diag);
  ops.push_back({"laplace", 1, 4, [](const Array& a, Border) -> Results { return {filters::laplace(a)}; }});
  return ops;
}

std::vector<EveryOp> filter_ops() {
  return {
      {"gaussian", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {filters::gaussian(a, {.sigma = {1.3}, .mode = b, .cval = 0.5}),
                 filters::gaussian(a, {.sigma = {9}, .mode = b})};
       }},
      {"difference_of_gaussians", 1, 4,
       [](const Array& a, Border b) -> Results { return {filters::difference_of_gaussians(a, {1}, {.mode = b})}; }},
      {"unsharp_mask", 1, 4, [](const Array& a, Border) -> Results { return {filters::unsharp_mask(a)}; }},
      {"butterworth", 1, 4,
       [](const Array& a, Border) -> Results {
         return {filters::butterworth(a, {.cutoff_frequency_ratio = 0.1}),
                 filters::butterworth(a, {.cutoff_frequency_ratio = 0.2, .order = 1.3, .npad = 2})};
       }},
      {"gabor", 2, 2,
       [](const Array& a, Border b) -> Results {
         Results r = filters::gabor(a, 0.3, {.mode = b});
         for (const Array& turned : filters::gabor(a, 0.3, {.theta = 0.7, .mode = b})) r.push_back(turned);
         return r;
       }},
      {"correlate_sparse", 2, 2,
       [](const Array& a, Border b) -> Results { return {filters::correlate_sparse(a, odd_box(), {.mode = b})}; }},
      {"meijering", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::meijering(a, {.sigmas = {1, 2}, .mode = b})}; }},
      {"sato", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::sato(a, {.sigmas = {1, 2}, .mode = b})}; }},
      {"frangi", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::frangi(a, {.sigmas = {1.5, 2}, .mode = b})}; }},
      {"hessian", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::hessian(a, {.sigmas = {1.5}, .mode = b})}; }},
  };
}

}  // namespace

TEST_CASE("edge filters on images of every kind") { run_all(edge_ops()); }
TEST_CASE("smoothing, ridge and Gabor filters on images of every kind") { run_all(filter_ops()); }

}  // namespace opsin::every_op
