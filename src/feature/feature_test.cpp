// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "opsin/error.h"
#include "opsin/feature.h"

using opsin::Array;
using opsin::Border;
using opsin::DType;
namespace feature = opsin::feature;

namespace {

Array scalar(double v) { return Array::from(std::span<const double>(&v, 1), {1, 1, 1}); }

/// f(y, x) = y^2 + 3 y x - 2 x^2.
Array quadric(int n) {
  std::vector<double> v;
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) v.push_back(y * y + 3.0 * y * x - 2.0 * x * x);
  }
  return Array::from(std::span<const double>(v), {n, n});
}

}  // namespace

TEST_CASE("the Hessian of a quadric is its coefficients, far from the edges") {
  const int n = 41;
  for (const bool derivatives : {false, true}) {
    const auto h = feature::hessian_matrix(
        quadric(n), {.sigma = {2}, .mode = Border::nearest, .use_gaussian_derivatives = derivatives});
    REQUIRE(h.size() == 3);
    const double expected[3] = {2, 3, -4};
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(h[k].data_as<double>()[20 * n + 20] == doctest::Approx(expected[k]).epsilon(1e-4));
    const auto xy = feature::hessian_matrix(quadric(n), {.sigma = {2},
                                                         .mode = Border::nearest,
                                                         .order = feature::AxisOrder::xy,
                                                         .use_gaussian_derivatives = derivatives});
    CHECK(xy[0].data_as<double>()[20 * n + 20] == doctest::Approx(-4).epsilon(1e-4));
  }
}

TEST_CASE("eigenvalues come greatest first, exact where an axis stands alone") {
  const Array e = feature::hessian_matrix_eigvals({scalar(2), scalar(0), scalar(0), scalar(0), scalar(0), scalar(-5)});
  CHECK(e.shape() == opsin::Extents{3, 1, 1, 1});
  CHECK(e.data_as<double>()[0] == 2);
  CHECK(e.data_as<double>()[1] == 0);
  CHECK(e.data_as<double>()[2] == -5);
  // All ones: 3, 0, 0. A full matrix with a double eigenvalue: 2 I + ones has 5, 2, 2.
  const Array d = feature::hessian_matrix_eigvals({scalar(3), scalar(1), scalar(1), scalar(3), scalar(1), scalar(3)});
  CHECK(d.data_as<double>()[0] == doctest::Approx(5).epsilon(1e-15));
  CHECK(d.data_as<double>()[1] == doctest::Approx(2).epsilon(1e-15));
  CHECK(d.data_as<double>()[2] == doctest::Approx(2).epsilon(1e-15));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Array none =
      feature::hessian_matrix_eigvals({scalar(3), scalar(nan), scalar(1), scalar(3), scalar(1), scalar(3)});
  for (int k = 0; k < 3; ++k) CHECK(std::isnan(none.data_as<double>()[k]));
}

TEST_CASE("the structure tensor of an impulse without a window is its Sobel responses' products") {
  std::vector<float> v(25, 0.0f);
  v[12] = 1;
  const auto a = feature::structure_tensor(Array::from(std::span<const float>(v), {5, 5}), {.sigma = {0.1}});
  REQUIRE(a.size() == 3);
  const float rows[5] = {0, 1, 4, 1, 0};
  for (int x = 0; x < 5; ++x) CHECK(a[0].data_as<float>()[1 * 5 + x] == rows[x]);
  CHECK(a[1].data_as<float>()[1 * 5 + 1] == 1);
  CHECK(a[1].data_as<float>()[1 * 5 + 3] == -1);
  CHECK(a[2].data_as<float>()[2 * 5 + 1] == 4);
}

TEST_CASE("the shape index of a long bowl and of a saddle") {
  std::vector<double> bowl, saddle;
  for (int y = -20; y <= 20; ++y) {
    for (int x = -20; x <= 20; ++x) {
      bowl.push_back(x * x + 2 * y * y);
      saddle.push_back(x * x - y * y);
    }
  }
  const auto centre = [](const std::vector<double>& v) {
    return feature::shape_index(Array::from(std::span<const double>(v), {41, 41}), {.sigma = {1}})
        .data_as<double>()[20 * 41 + 20];
  };
  // Curvatures 4 and 2. (Equal ones divide by a zero whose sign is rounding's, in scikit-image too.)
  CHECK(centre(bowl) == doctest::Approx(2 / M_PI * std::atan(-3.0)).epsilon(1e-6));
  CHECK(std::abs(centre(saddle)) < 1e-9);
}

TEST_CASE("the approximate determinant of a flat image is zero inside") {
  std::vector<double> v(40 * 40, 1.0);
  const Array d = feature::hessian_matrix_det(Array::from(std::span<const double>(v), {40, 40}), {.sigma = {3}});
  CHECK(d.dtype() == DType::float64);
  CHECK(std::abs(d.data_as<double>()[20 * 40 + 20]) < 1e-12);
}

TEST_CASE("features refuse what they cannot do") {
  CHECK_THROWS_AS(feature::hessian_matrix(Array::zeros({4}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(feature::hessian_matrix(Array::zeros({4, 1}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(feature::hessian_matrix(Array::zeros({4, 4, 4}, DType::float32), {.order = feature::AxisOrder::xy}),
                  opsin::ValueError);
  CHECK_THROWS_AS(feature::hessian_matrix(Array::zeros({4, 4}, DType::complex64)), opsin::ValueError);
  CHECK_THROWS_AS(feature::hessian_matrix_eigvals({}), opsin::IndexError);
  CHECK_THROWS_AS(feature::hessian_matrix_eigvals({scalar(1), scalar(1)}), opsin::IndexError);
  const Array whole = Array::zeros({2, 2}, DType::int32);
  CHECK_THROWS_AS(feature::hessian_matrix_eigvals({whole, whole, whole}), opsin::TypeError);
  CHECK_THROWS_AS(feature::structure_tensor(Array::zeros({7}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(feature::structure_tensor(Array::zeros({7, 7}, DType::float32), {.sigma = {1, 2, 3}}),
                  opsin::ValueError);
  CHECK_THROWS_AS(feature::shape_index(Array::zeros({4, 4, 4}, DType::float32)), opsin::ValueError);
}
