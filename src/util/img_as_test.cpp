// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "opsin/error.h"
#include "opsin/util.h"

using opsin::Array;
using opsin::DType;
namespace util = opsin::util;

namespace {

Array floats(std::initializer_list<float> v) {
  return Array::from(std::span<const float>(v.begin(), v.size()), {static_cast<std::int64_t>(v.size())});
}

Array integers(std::initializer_list<std::int64_t> v, DType dtype) {
  return Array::from(std::span<const std::int64_t>(v.begin(), v.size()), {static_cast<std::int64_t>(v.size())})
      .astype(dtype);
}

std::vector<double> values(const Array& a) {
  const Array wide = a.astype(DType::float64);
  return {wide.data_as<double>(), wide.data_as<double>() + wide.size()};
}

}  // namespace

TEST_CASE("img_as scales integers by their largest value and cuts the negative end off") {
  CHECK(values(util::img_as_float64(integers({0, 51, 255}, DType::uint8))) ==
        std::vector<double>{0, 51 * (1.0 / 255), 1});
  CHECK(values(util::img_as_float64(integers({-32768, -32767, 32767}, DType::int16))) ==
        std::vector<double>{-1, -1, 1});
  CHECK(util::img_as_float(integers({1}, DType::uint8)).dtype() == DType::float64);
  CHECK(util::img_as_float(floats({5})).dtype() == DType::float32);
}

TEST_CASE("img_as rounds floats to the nearest even integer and clips") {
  const Array image = floats({-1, -0.25f, 0, 0.5f, 1});
  CHECK(values(util::img_as_ubyte(image)) == std::vector<double>{0, 0, 0, 128, 255});
  CHECK(values(util::img_as_uint(image)) == std::vector<double>{0, 0, 0, 32768, 65535});
  CHECK(values(util::img_as_int(image)) == std::vector<double>{-32768, -8192, 0, 16383, 32767});
}

TEST_CASE("img_as repeats and drops bits between integers") {
  CHECK(values(util::img_as_uint(integers({0, 1, 255}, DType::uint8))) == std::vector<double>{0, 257, 65535});
  CHECK(values(util::img_as_int(integers({0, 255}, DType::uint8))) == std::vector<double>{0, 32767});
  CHECK(values(util::img_as_int(integers({-128, 0, 127}, DType::int8))) == std::vector<double>{-32768, 128, 32767});
  CHECK(values(util::img_as_ubyte(integers({-5, 255, 256, 65535}, DType::int32))) == std::vector<double>{0, 0, 0, 0});
  CHECK(values(util::img_as_ubyte(integers({255, 256, 65535}, DType::uint16))) == std::vector<double>{0, 1, 255});
  CHECK(opsin::take_warnings().empty());
}

TEST_CASE("img_as keeps integers that all fit, and says so") {
  CHECK(values(util::img_as_ubyte(integers({0, 255}, DType::uint16))) == std::vector<double>{0, 255});
  const auto warnings = opsin::take_warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text == "Downcasting uint16 to uint8 without scaling because max value 255 fits in uint8");
}

TEST_CASE("img_as to bool asks for the upper half") {
  CHECK(values(util::img_as_bool(integers({127, 128}, DType::uint8))) == std::vector<double>{0, 1});
  CHECK(values(util::img_as_bool(integers({-128, 63, 64}, DType::int8))) == std::vector<double>{0, 0, 1});
  CHECK(values(util::img_as_bool(integers({INT32_MAX, std::int64_t{INT32_MAX} + 1}, DType::uint32))) ==
        std::vector<double>{0, 1});
  CHECK(values(util::img_as_bool(floats({-1, 0.5f, 0.75f}))) == std::vector<double>{0, 0, 1});
}

TEST_CASE("img_as finds one bad value wherever it is, and NaN excuses it") {
  std::vector<float> image(1 << 20, 0.5f);
  for (const std::size_t at : {std::size_t{0}, std::size_t{70000}, image.size() - 1}) {
    image[at] = 1.0001f;
    const auto make = [&] {
      return Array::from(std::span<const float>(image), {static_cast<std::int64_t>(image.size())});
    };
    CHECK_THROWS_AS(util::img_as_ubyte(make()), opsin::ValueError);
    image[12345] = NAN;
    const Array bytes = util::img_as_ubyte(make());
    CHECK(bytes.data_as<std::uint8_t>()[at] == 255);
    CHECK(bytes.data_as<std::uint8_t>()[12345] == 0);
    image[at] = image[12345] = 0.5f;
  }
}

TEST_CASE("img_as refuses what it cannot convert and returns what needs no conversion") {
  CHECK_THROWS_AS(util::img_as_float(Array::zeros({2}, DType::complex64)), opsin::ValueError);
  CHECK_THROWS_AS(util::img_as(floats({1}), DType::uint32), opsin::ValueError);
  CHECK_THROWS_AS(util::img_as_ubyte(Array::zeros({0, 3}, DType::float32)), opsin::ValueError);
  CHECK_THROWS_AS(util::img_as_ubyte(Array::zeros({}, DType::float32)), opsin::TypeError);
  const Array image = floats({1, 2});
  CHECK(util::img_as_float32(image).data() == image.data());
  CHECK(util::img_as_float32(image, {.force_copy = true}).data() != image.data());
}
