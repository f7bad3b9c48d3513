// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"
#include "opsin/ndimage.h"

using opsin::Array;
using opsin::Border;
using opsin::DType;
namespace nd = opsin::ndimage;

namespace {

Array row(const std::vector<double>& values, DType dtype = DType::float64) {
  return Array::from(std::span<const double>(values), {static_cast<std::int64_t>(values.size())}).astype(dtype);
}

std::vector<double> values(const Array& a) {
  const Array d = a.astype(DType::float64);
  return {d.data_as<double>(), d.data_as<double>() + d.size()};
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("correlate1d and convolve1d see each border as SciPy draws it") {
  const Array x = row({1, 2, 3, 4});
  const nd::Weights shift = {1, 0, 0};  // out[i] = in[i - 1]
  CHECK(values(nd::correlate1d(x, shift)) == Values{1, 1, 2, 3});
  CHECK(values(nd::correlate1d(x, shift, {.mode = Border::constant, .cval = 9})) == Values{9, 1, 2, 3});
  CHECK(values(nd::correlate1d(x, shift, {.mode = Border::mirror})) == Values{2, 1, 2, 3});
  CHECK(values(nd::correlate1d(x, shift, {.mode = Border::wrap})) == Values{4, 1, 2, 3});
  CHECK(values(nd::convolve1d(x, shift, {.mode = Border::nearest})) == Values{2, 3, 4, 4});
  CHECK(values(nd::correlate1d(row({2, 8, 0, 4, 1, 9, 9, 0}), {1, 3})) == Values{8, 26, 8, 12, 7, 28, 36, 9});
  CHECK(values(nd::convolve1d(row({2, 8, 0, 4, 1, 9, 9, 0}), {1, 3})) == Values{14, 24, 4, 13, 12, 36, 27, 0});
}

TEST_CASE("integer results are truncated and wrapped after every axis") {
  const Array x = row({250, 10, 3}, DType::uint8);
  CHECK(values(nd::correlate1d(x, {0, 1, 1}, {.mode = Border::constant})) == Values{4, 13, 3});
  CHECK(values(nd::correlate1d(x, {-1, 0, 1}, {.mode = Border::constant})) == Values{10, 9, 246});
  CHECK(values(nd::correlate1d(x, {-0.5}, {.output = DType::int16})) == Values{-125, -5, -1});
  // Halves of odd numbers lose their fraction between the axes: 3 / 2 = 1, 1 / 2 = 0.
  const Array three = row({3}, DType::uint8).reshape({1, 1});
  const Array half = nd::correlate1d(three, {0.5}, {.axis = 0});
  CHECK(values(nd::correlate1d(half, {0.5})) == Values{0});
  // 2, 1 -> 3 / 2 = 1 along the rows first, then along the columns.
  const std::vector<std::uint8_t> square = {2, 1, 1, 1};
  const Array y = Array::from(std::span<const std::uint8_t>(square), {2, 2});
  CHECK(values(nd::uniform_filter(y, {2}, {.mode = {Border::nearest}})) == Values{2, 1, 1, 1});
}

TEST_CASE("a bool result is the truncated byte of the sum") {
  const Array x = row({1, 0, 1, 1}, DType::boolean);
  CHECK(values(nd::correlate1d(x, {0.5})) == Values{0, 0, 0, 0});
  CHECK(values(nd::correlate1d(x, {256})) == Values{0, 0, 0, 0});
  CHECK(values(nd::correlate1d(x, {1, 1}, {.mode = Border::constant})) == Values{1, 1, 1, 1});
}

TEST_CASE("numbers that no integer holds become what x86-64 makes of them") {
  const Array x = row({1e10, -1e10, std::numeric_limits<double>::quiet_NaN(), 3e9, 1e30});
  CHECK(values(nd::correlate1d(x, {1}, {.output = DType::int32})) == Values(5, -2147483648.0));
  CHECK(values(nd::correlate1d(x, {1}, {.output = DType::uint8})) == Values(5, 0));
  CHECK(values(nd::correlate1d(x, {1}, {.output = DType::uint32})) == Values{1410065408, 2884901888, 0, 3000000000, 0});
}

TEST_CASE("correlate skips zero weights, keeps NaN inside and moves with the origin") {
  std::vector<double> image(7 * 7, 1.0);
  image[3 * 7 + 3] = std::numeric_limits<double>::quiet_NaN();
  const Array x = Array::from(std::span<const double>(image), {7, 7});
  nd::Weights plus{Array::from(std::span<const double>(std::vector<double>{0, 1, 0, 1, 1, 1, 0, 1, 0}), {3, 3})};
  const Values sums = values(nd::correlate(x, plus));
  for (int i = 0; i < 49; ++i) {
    const int distance = std::abs(i / 7 - 3) + std::abs(i % 7 - 3);
    if (distance <= 1) {
      CHECK(std::isnan(sums[static_cast<std::size_t>(i)]));
    } else {
      CHECK(sums[static_cast<std::size_t>(i)] == 5);
    }
  }
  const Array line = row({1, 2, 3, 4, 5});
  nd::Weights three{0, 0, 1};
  CHECK(values(nd::correlate(line, three)) == Values{2, 3, 4, 5, 5});
  CHECK(values(nd::correlate(line, three, {.origin = {1}})) == Values{1, 2, 3, 4, 5});
  CHECK(values(nd::convolve(line, three, {.origin = {1}})) == Values{1, 2, 3, 4, 5});
}

TEST_CASE("correlate in three axes and with weights larger than the image") {
  std::vector<double> image(3 * 3 * 3, 0.0);
  image[13] = 1;
  const Array x = Array::from(std::span<const double>(image), {3, 3, 3});
  std::vector<double> w(27);
  for (std::size_t i = 0; i < 27; ++i) w[i] = static_cast<double>(i + 1);
  const nd::Weights weights{Array::from(std::span<const double>(w), {3, 3, 3})};
  const Values out = values(nd::correlate(x, weights, {.mode = Border::constant}));
  for (std::size_t i = 0; i < 27; ++i) CHECK(out[i] == w[26 - i]);
  CHECK(values(nd::correlate(row({1, 2}), {1, 1, 1, 1, 1, 1, 1}, {.mode = Border::reflect})) == Values{11, 10});
}

TEST_CASE("uniform filters of any size equal the sum of their window") {
  std::vector<double> image(40 * 23);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<double>(i * 7919 % 251);
  const Array x = Array::from(std::span<const double>(image), {40, 23});
  for (const std::int64_t size : {1, 2, 5, 7, 16, 21, 64, 100}) {
    for (const int axis : {0, 1}) {
      const Values means = values(nd::uniform_filter1d(x, size, {.axis = axis, .mode = Border::wrap}));
      const nd::Weights ones{std::vector<double>(static_cast<std::size_t>(size), 1.0)};
      const Values sums = values(nd::correlate1d(x, ones, {.axis = axis, .mode = Border::wrap}));
      for (std::size_t i = 0; i < sums.size(); ++i) CHECK(means[i] == sums[i] / static_cast<double>(size));
    }
  }
}

TEST_CASE("sobel, laplace and the Gaussian derivatives of a ramp") {
  std::vector<double> ramp(20 * 20);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = 3.0 * static_cast<double>(i % 20);
  const Array x = Array::from(std::span<const double>(ramp), {20, 20});
  const std::size_t middle = 10 * 20 + 10;
  CHECK(values(nd::sobel(x))[middle] == 24);
  CHECK(values(nd::prewitt(x))[middle] == 18);
  CHECK(values(nd::sobel(x, {.axis = 0}))[middle] == 0);
  CHECK(values(nd::laplace(x))[middle] == 0);
  CHECK(values(nd::gaussian_gradient_magnitude(x, {1.0}))[middle] == doctest::Approx(3.0).epsilon(1e-3));
  // The cut second derivative's weights do not quite sum to 0.
  CHECK(std::abs(values(nd::gaussian_laplace(x, {1.0}))[middle]) < 0.01);
  const auto slope = [](const Array& a, int axis, DType dtype, Border mode, nd::Complex cval) {
    return nd::correlate1d(a, {-1, 1}, {.axis = axis, .output = dtype, .mode = mode, .cval = cval});
  };
  CHECK(values(nd::generic_gradient_magnitude(x, slope))[middle] == 3);
}

TEST_CASE("complex images and weights multiply as complex numbers") {
  const Array re = row({1, 2});
  const Array z = re.astype(DType::complex128);
  nd::Weights i;
  i.shape = {1};
  i.real = {0};
  i.imag = {1};
  const Array conjugated = nd::correlate1d(z, i);
  REQUIRE(conjugated.dtype() == DType::complex128);
  CHECK(values(conjugated.view_real()) == Values{0, -1, 0, -2});
  CHECK(values(nd::convolve1d(re, i).view_real()) == Values{0, 1, 0, 2});
  CHECK_THROWS_AS(nd::correlate1d(re, i, {.output = DType::float64}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::correlate1d(re, {1}, {.cval = {0, 1}}), opsin::TypeError);
}

TEST_CASE("an output may be the input, another dtype, or strided") {
  const Array x = row({1, 2, 3, 4});
  const Array wide = row({0, 0, 0, 0, 0, 0, 0, 0}, DType::float32);
  const Array every = wide.slice(0, 0, 4, 2);
  nd::correlate1d(x, {1, 1, 1}, {.output = every});
  CHECK(values(wide) == Values{4, 0, 6, 0, 9, 0, 11, 0});
  nd::correlate1d(x, {1, 1, 1}, {.output = x});
  CHECK(values(x) == Values{4, 6, 9, 11});
}

TEST_CASE("ndimage refuses what SciPy refuses") {
  const Array x = Array::zeros({4, 4}, DType::float64);
  CHECK_THROWS_AS(nd::correlate1d(x, nd::Weights{}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::correlate1d(x, {1, 2, 3}, {.axis = 2}), opsin::IndexError);
  CHECK_THROWS_AS(nd::correlate1d(x, {1, 2, 3}, {.origin = 2}), opsin::ValueError);
  CHECK_THROWS_AS(nd::correlate(x, {1, 2, 3}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::uniform_filter1d(x, 0), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::gaussian_filter(x, {1, 2, 3}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::gaussian_filter(x, {1}, {.order = {-1}}), opsin::ValueError);
  CHECK_THROWS_AS(nd::gaussian_filter(x, {1}, {.axes = std::vector<int>{0, 0}}), opsin::ValueError);
  CHECK_THROWS_AS(nd::sobel(Array::zeros({4}, DType::float16)), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::sobel(Array::zeros({}, DType::float64)), opsin::IndexError);
  CHECK_THROWS_AS(nd::laplace(x, {.output = Array::zeros({4, 5}, DType::float64)}), opsin::RuntimeError);
  CHECK(nd::sobel(Array::zeros({0, 3}, DType::float64)).size() == 0);
}

TEST_CASE("correlate_sparse extends the image or keeps the inside") {
  const Array x = row({1, 2, 3, 4});
  CHECK(values(opsin::filters::correlate_sparse(x, {1, 0, 1})) == Values{3, 4, 6, 7});
  CHECK(values(opsin::filters::correlate_sparse(x, {1, 0, 1}, {.mode = std::nullopt})) == Values{4, 6});
  CHECK(values(opsin::filters::correlate_sparse(x, {1, 1}, {.mode = std::nullopt})) == Values{3, 5, 7});
  CHECK_THROWS_AS(opsin::filters::correlate_sparse(x, {1, 1}), opsin::ValueError);
}
