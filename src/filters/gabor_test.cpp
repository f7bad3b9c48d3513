// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <complex>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"

using opsin::Array;
using opsin::DType;
namespace filters = opsin::filters;

TEST_CASE("gabor of an impulse is its kernel, whichever way it is computed") {
  std::vector<double> v(61 * 63, 0.0);
  v[30 * 63 + 31] = 1;
  const Array image = Array::from(std::span<const double>(v), {61, 63});
  const auto check = [&](double theta, std::optional<double> sigma_y) {
    const Array kernel =
        filters::gabor_kernel(0.2, {.theta = theta, .sigma_x = 2.0, .sigma_y = sigma_y, .offset = 0.3});
    const auto responses =
        filters::gabor(image, 0.2, {.theta = theta, .sigma_x = 2.0, .sigma_y = sigma_y, .offset = 0.3});
    REQUIRE(responses.size() == 2);
    const std::int64_t y0 = kernel.shape(0) / 2;
    const std::int64_t x0 = kernel.shape(1) / 2;
    for (std::int64_t y = 0; y < 61; ++y) {
      for (std::int64_t x = 0; x < 63; ++x) {
        const std::int64_t ky = y - 30 + y0;
        const std::int64_t kx = x - 31 + x0;
        const bool inside = ky >= 0 && kx >= 0 && ky < kernel.shape(0) && kx < kernel.shape(1);
        const auto g = inside ? kernel.data_as<std::complex<double>>()[ky * kernel.shape(1) + kx] : 0.0;
        CHECK(responses[0].data_as<double>()[y * 63 + x] == doctest::Approx(g.real()).epsilon(1e-12));
        CHECK(responses[1].data_as<double>()[y * 63 + x] == doctest::Approx(g.imag()).epsilon(1e-12));
      }
    }
  };
  check(0.4, 2.0);                 // round
  check(0, 3.0);                   // upright
  check(1.5707963267948966, 3.0);  // turned by a quarter
  check(0.4, 3.0);                 // not separable
}

TEST_CASE("gabor keeps integers and truncates") {
  const Array image = Array::zeros({8, 8}, DType::uint8);
  const auto responses = filters::gabor(image, 0.2);
  CHECK(responses[0].dtype() == DType::uint8);
  CHECK(filters::gabor(image.astype(DType::float16), 0.2)[1].dtype() == DType::float32);
}

TEST_CASE("gabor refuses what it cannot do") {
  CHECK_THROWS_AS(filters::gabor(Array::zeros({8}, DType::float32), 0.2), opsin::ValueError);
  CHECK_THROWS_AS(filters::gabor(Array::zeros({8, 8}, DType::float32), 0), opsin::ValueError);
  CHECK_THROWS_AS(filters::gabor_kernel(0.2, {.dtype = DType::float32}), opsin::ValueError);
}
