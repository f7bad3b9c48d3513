// SPDX-License-Identifier: Apache-2.0
// The Fourier transform through the operations that show it: a butterworth whose gain is 1 leaves the image, and a
// shift of a spectrum is known.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "engine/fft_plan.h"
#include "opsin/device.h"
#include "opsin/filters_frequency.h"
#include "opsin/filters_lpi.h"

using namespace opsin;

namespace {

Array noise(const Extents& shape) {
  std::vector<double> v(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<double>((i + 13) * 7919 % 101) / 101;
  return Array::from(std::span<const double>(v), shape);
}

double greatest_difference(const Array& a, const Array& b) {
  REQUIRE(a.shape() == b.shape());
  double found = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    found = std::max(found, std::abs(a.data_as<double>()[i] - b.data_as<double>()[i]));
  }
  return found;
}

const std::vector<std::int64_t> lengths{1,  2,  3,  4,  5,  6,  7,  8,   9,   11,  13,
                                        16, 30, 49, 61, 64, 67, 97, 121, 128, 134, 521};

}  // namespace

TEST_CASE("passes of a plan multiply to its length, whatever its factors") {
  for (std::int64_t n = 1; n < 700; ++n) {
    const opsin::engine::FftMethod method = opsin::engine::plan_fft(n);
    std::int64_t product = 1;
    for (const opsin::engine::FftPass& p : method.plan.passes) product *= p.radix;
    CHECK(product == method.plan.length);
    CHECK((method.chirp.empty() ? method.plan.length == n : method.plan.length >= 2 * n - 1));
  }
}

TEST_CASE("roots of unity are exact where they can be") {
  const opsin::engine::FftMethod method = opsin::engine::plan_fft(4);
  CHECK(method.plan.roots == std::vector<std::complex<double>>{1, 1, 1});
  const opsin::engine::FftMethod eight = opsin::engine::plan_fft(8);
  CHECK(eight.plan.roots[4] == std::complex<double>(0, -1));
}

TEST_CASE("what all frequencies pass is the image again, at any length along any axis") {
  for (const std::int64_t n : lengths) {
    for (const Extents& shape : {Extents{n}, Extents{n, 3}, Extents{5, n}, Extents{n, 17}, Extents{3, n, 2}}) {
      const Array image = noise(shape);
      // An order that makes the gain 1 / 2 at every frequency but 0.
      const Array half = filters::butterworth(image, {.cutoff_frequency_ratio = 0.1, .order = 0});
      for (std::int64_t i = 0; i < image.size(); ++i) {
        CHECK(half.data_as<double>()[i] == doctest::Approx(image.data_as<double>()[i] / 2).epsilon(1e-12));
      }
      const Array alike =
          filters::butterworth(image.astype(DType::complex128), {.cutoff_frequency_ratio = 0.1, .order = 0});
      for (std::int64_t i = 0; i < image.size(); ++i) {
        CHECK(alike.data_as<double>()[2 * i] == doctest::Approx(image.data_as<double>()[i] / 2).epsilon(1e-12));
        CHECK(std::abs(alike.data_as<double>()[2 * i + 1]) < 1e-13);
      }
    }
  }
}

TEST_CASE("an impulse response of one element moves the image") {
  for (const Extents& shape : {Extents{20, 31}, Extents{7, 9}, Extents{64, 134}}) {
    const Array image = noise(shape);
    const Extents size{shape[0] | 1, shape[1] | 1};
    std::vector<double> values(static_cast<std::size_t>(size.product()), 0.0);
    values[static_cast<std::size_t>((size[0] - 1) / 2 * size[1] + (size[1] - 1) / 2)] = 1;
    const filters::LPIFilter2D filter([&](const Array& rows, const Array&) {
      CHECK(rows.shape() == Extents{size.product()});
      return Array::from(std::span<const double>(values), {size.product()});
    });
    const Array moved = filter(image);
    CHECK(moved.shape() == image.shape());
    // An even axis has its centre one element on.
    const std::int64_t dy = 1 - shape[0] % 2, dx = 1 - shape[1] % 2;
    for (std::int64_t y = 0; y + 1 < shape[0]; ++y) {
      for (std::int64_t x = 0; x + 1 < shape[1]; ++x) {
        const double want = y < dy || x < dx ? 0 : image.data_as<double>()[(y - dy) * shape[1] + x - dx];
        CHECK(std::abs(moved.data_as<double>()[y * shape[1] + x] - want) < 1e-13);
      }
    }
  }
}

TEST_CASE("cuda: filters in the Fourier domain equal the CPU's") {
  if (cuda_device_count() == 0) {
    MESSAGE("no CUDA device");
    return;
  }
  const Device device{DeviceKind::cuda, 0};
  for (const Extents& shape : {Extents{64, 134}, Extents{7, 9, 11}, Extents{97}, Extents{3, 4, 5, 6}}) {
    const Array image = noise(shape);
    const auto run = [&](const Array& a) {
      return filters::butterworth(a, {.cutoff_frequency_ratio = 0.1, .npad = 2});
    };
    CHECK(greatest_difference(run(image), run(image.to(device)).to({})) < 1e-12);
    if (image.ndim() < 2) continue;
    const auto channels = [&](const Array& a) {
      return filters::butterworth(a, {.cutoff_frequency_ratio = 0.1, .channel_axis = a.ndim() - 2});
    };
    CHECK(greatest_difference(channels(image), channels(image.to(device)).to({})) < 1e-12);
  }
}
