// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> feature_ops() {
  return {
      {"hessian_matrix", 2, 4,
       [](const Array& a, Border b) {
         return feature::hessian_matrix(a, {.mode = b, .use_gaussian_derivatives = true});
       }},
      {"hessian_matrix_eigvals", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::hessian_matrix_eigvals(feature::hessian_matrix(a, {.mode = b}))};
       }},
      {"hessian_matrix_det", 2, 2,
       [](const Array& a, Border) -> Results {
         if (is_thin(a)) return {};
         return {feature::hessian_matrix_det(a), feature::hessian_matrix_det(a, {.approximate = false})};
       }},
      {"structure_tensor", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return feature::structure_tensor(a, {.mode = b});
       }},
      {"structure_tensor_eigenvalues", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::structure_tensor_eigenvalues(feature::structure_tensor(a, {.mode = b}))};
       }},
      {"shape_index", 2, 2,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::shape_index(a, {.mode = b})};
       }},
      {"corners", 2, 2,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         Results r = feature::corner_foerstner(a);
         r.push_back(feature::corner_harris(a, {.method = feature::HarrisMethod::eps}));
         r.push_back(feature::corner_shi_tomasi(a, {.sigma = {2}}));
         r.push_back(feature::corner_kitchen_rosenfeld(a, {.mode = b, .cval = 0.25}));
         r.push_back(feature::corner_fast(a, {.n = 9, .threshold = 0.05}));
         for (const int size : {1, 2}) r.push_back(feature::corner_moravec(a, {.window_size = size}));
         return r;
       }},
      {"canny", 2, 2,
       [](const Array& a, Border b) -> Results {
         return {feature::canny(a, {.low_threshold = 0.01, .high_threshold = 0.02, .mode = b, .cval = 0.25}),
                 feature::canny(a, {.low_threshold = 0.5, .high_threshold = 0.8, .use_quantiles = true})};
       }},
      {"multiscale_basic_features", 2, 3,
       [](const Array& a, Border) -> Results {
         if (is_thin(a)) return {};
         return {feature::multiscale_basic_features(a, {.sigma_max = 2})};
       }},
  };
}

}  // namespace

TEST_CASE("features on images of every kind") { run_all(feature_ops()); }

}  // namespace opsin::every_op
