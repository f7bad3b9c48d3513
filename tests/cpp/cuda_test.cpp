// SPDX-License-Identifier: Apache-2.0
// The C++ API on a device, for the machine that has one (and for compute-sanitizer there).
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "opsin/data.h"
#include "opsin/device.h"
#include "opsin/filters.h"
#include "opsin/morphology.h"
#include "opsin/segmentation.h"

using namespace opsin;

namespace {

Array wave(const Extents& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.product()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(0.37f * static_cast<float>(i % 101));
  return Array::from(std::span<const float>(values), shape);
}

template <class F>
void compare(const Array& image, float tolerance, const F& f) {
  const Device device{DeviceKind::cuda, 0};
  const Array want = f(image);
  const Array got = f(image.to(device)).to({});
  REQUIRE(got.shape() == want.shape());
  float greatest = 0;
  float error = 0;
  for (std::int64_t i = 0; i < want.size(); ++i) {
    greatest = std::max(greatest, std::abs(want.data_as<float>()[i]));
    error = std::max(error, std::abs(want.data_as<float>()[i] - got.data_as<float>()[i]));
  }
  CHECK(error <= tolerance * greatest);
}

}  // namespace

TEST_CASE("cuda gives what the CPU gives") {
  if (cuda_device_count() == 0) {
    MESSAGE("no CUDA device");
    return;
  }
  for (const Extents& shape : {Extents{67, 140}, Extents{9, 33, 41}}) {
    const Array image = wave(shape);
    compare(image, 1e-5f, [](const Array& a) { return filters::gaussian(a, {.sigma = {1.5}}); });
    compare(image, 1e-5f, [](const Array& a) { return filters::sobel(a); });
    compare(image, 1e-3f, [](const Array& a) { return filters::sato(a, {.sigmas = {2}}); });
    compare(image, 0.0f, [](const Array& a) { return morphology::erosion(a); });
  }
}

TEST_CASE("images that are made on a device are those that the CPU makes") {
  if (cuda_device_count() == 0) {
    MESSAGE("no CUDA device");
    return;
  }
  const auto check = [](const auto& make) {
    const Array want = make(Device{}), got = make(Device{DeviceKind::cuda, 0});
    CHECK(got.device() == Device{DeviceKind::cuda, 0});
    CHECK(std::memcmp(want.data(), got.to({}).data(), want.nbytes()) == 0);
  };
  check([](Device d) { return filters::window({"hann"}, {40, 71}, {.device = d}); });
  check([](Device d) { return filters::window({"hamming"}, {40, 71}, {.order = 3, .device = d}); });
  check([](Device d) { return segmentation::checkerboard_level_set({40, 71}, 5, d); });
  check([](Device d) { return segmentation::disk_level_set({40, 71}, {.device = d}); });
  check([](Device d) {
    random::Generator rng(3);
    return data::binary_blobs(rng, {.length = 64, .device = d});
  });
}
