// SPDX-License-Identifier: Apache-2.0
#include "every_op.h"

namespace opsin::every_op {
namespace {

std::vector<EveryOp> ndimage_ops() {
  using namespace ndimage;
  return {
      {"correlate", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {ndimage::correlate(a, box(a.ndim()), {.mode = b, .cval = 0.5}),
                 ndimage::correlate(a, box(a.ndim()), {.output = DType::int16, .mode = b})};
       }},
      {"convolve", 1, 4, [](const Array& a, Border b) -> Results { return {convolve(a, box(a.ndim()), {.mode = b})}; }},
      {"correlate1d", 1, 4,
       [](const Array& a, Border b) -> Results {
         Results r;
         for (int axis = 0; axis < a.ndim(); ++axis) {
           for (const Weights& w :
                {Weights{1, 2, 1}, Weights{-1, 5, 1}, Weights{1, -2}, Weights{-1, -2, -3, 0.5, 7, -0.5, 3, 2, 1}})
             r.push_back(correlate1d(a, w, {.axis = axis, .mode = b}));
         }
         return r;
       }},
      {"convolve1d", 1, 4, [](const Array& a, Border b) -> Results { return {convolve1d(a, {1, 2, 4}, {.mode = b})}; }},
      {"gaussian_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {gaussian_filter(a, {1.5}, {.mode = {b}}), gaussian_filter(a, {2}, {.order = {1}, .mode = {b}})};
       }},
      {"gaussian_filter1d", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_filter1d(a, 2, {.axis = 0, .mode = b})}; }},
      {"fourier_gaussian", 1, 4, [](const Array& a, Border) -> Results { return {fourier_gaussian(a, {2})}; }},
      {"fourier_uniform", 1, 4, [](const Array& a, Border) -> Results { return {fourier_uniform(a, {3})}; }},
      {"fourier_ellipsoid", 1, 3, [](const Array& a, Border) -> Results { return {fourier_ellipsoid(a, {3})}; }},
      {"fourier_shift", 1, 4, [](const Array& a, Border) -> Results { return {fourier_shift(a, {1.5})}; }},
      {"uniform_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {uniform_filter(a, {3}, {.mode = {b}}), uniform_filter(a, {8}, {.mode = {b}}),
                 uniform_filter(a, {41}, {.mode = {b}})};
       }},
      {"uniform_filter1d", 1, 4,
       [](const Array& a, Border b) -> Results { return {uniform_filter1d(a, 9, {.axis = 0, .mode = b})}; }},
      {"sobel of ndimage", 1, 4, [](const Array& a, Border b) -> Results { return {sobel(a, {.mode = {b}})}; }},
      {"prewitt of ndimage", 1, 4, [](const Array& a, Border b) -> Results { return {prewitt(a, {.mode = {b}})}; }},
      {"laplace of ndimage", 1, 4,
       [](const Array& a, Border b) -> Results { return {ndimage::laplace(a, {.mode = {b}})}; }},
      {"gaussian_laplace", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_laplace(a, {1}, {.mode = {b}})}; }},
      {"gaussian_gradient_magnitude", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_gradient_magnitude(a, {1}, {.mode = {b}})}; }},
  };
}

}  // namespace

TEST_CASE("ndimage on images of every kind") { run_all(ndimage_ops()); }

}  // namespace opsin::every_op
