// SPDX-License-Identifier: Apache-2.0
#include "opsin/dtype.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "opsin/device.h"
#include "opsin/error.h"

using namespace opsin;

TEST_CASE("names, sizes and kinds agree") {
  const std::pair<DType, const char*> all[] = {
      {DType::boolean, "bool"},        {DType::uint8, "uint8"},          {DType::uint16, "uint16"},
      {DType::uint32, "uint32"},       {DType::uint64, "uint64"},        {DType::int8, "int8"},
      {DType::int16, "int16"},         {DType::int32, "int32"},          {DType::int64, "int64"},
      {DType::float16, "float16"},     {DType::float32, "float32"},      {DType::float64, "float64"},
      {DType::complex64, "complex64"}, {DType::complex128, "complex128"}};
  for (const auto& [dtype, text] : all) {
    CHECK(name(dtype) == text);
    const std::size_t digits = std::string_view(text).find_first_of("123456789");
    if (dtype != DType::boolean) CHECK(std::to_string(itemsize(dtype) * 8) == text + digits);
    CHECK(is_integer(dtype) + is_floating(dtype) + is_complex(dtype) + (dtype == DType::boolean) == 1);
    CHECK(real_of(complex_of(dtype)) ==
          (dtype == DType::float64 || dtype == DType::complex128 ? DType::float64 : DType::float32));
  }
}

TEST_CASE("float_result is scikit-image's rule") {
  CHECK(float_result(DType::float16) == DType::float32);
  CHECK(float_result(DType::float32) == DType::float32);
  CHECK(float_result(DType::float64) == DType::float64);
  for (const DType t : {DType::boolean, DType::uint8, DType::int64}) CHECK(float_result(t) == DType::float64);
  CHECK_THROWS_AS(float_result(DType::complex64), ValueError);
  CHECK(float_result(DType::complex64, true) == DType::complex64);
}

TEST_CASE("the float policy belongs to its thread") {
  CHECK(set_float_policy(FloatPolicy::single) == FloatPolicy::skimage);
  CHECK(float_result(DType::uint8) == DType::float32);
  CHECK(float_result(DType::float64) == DType::float64);
  std::thread([] { CHECK(float_result(DType::uint8) == DType::float64); }).join();
  CHECK(set_float_policy(FloatPolicy::skimage) == FloatPolicy::single);
}

TEST_CASE("devices and streams") {
  CHECK(Device::parse("cpu") == Device{});
  CHECK(Device::parse("cuda") == Device{DeviceKind::cuda, 0});
  CHECK(Device::parse("cuda:12").str() == "cuda:12");
  for (const char* bad : {"", "cud", "cuda:", "cuda:x", "cuda:-1", "cuda1", "cuda:1 ", "CPU"}) {
    CHECK_THROWS_AS(Device::parse(bad), ValueError);
  }
  int here = 0;
  CHECK(current_stream() == nullptr);
  {
    const StreamGuard guard(&here);
    CHECK(current_stream() == &here);
    std::thread([] { CHECK(current_stream() == nullptr); }).join();
  }
  CHECK(current_stream() == nullptr);
}
