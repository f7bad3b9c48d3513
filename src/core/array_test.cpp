// SPDX-License-Identifier: Apache-2.0
#include "opsin/array.h"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "opsin/error.h"

using namespace opsin;

namespace {

Array counted(const Extents& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.product()));
  std::iota(values.begin(), values.end(), 0.0f);
  return Array::from(std::span<const float>(values), shape);
}

std::vector<float> values_of(const Array& a) {
  const Array c = a.contiguous();
  return {c.data_as<float>(), c.data_as<float>() + c.size()};
}

}  // namespace

TEST_CASE("extents") {
  Extents e{2, 3};
  e.insert(1, 7);
  CHECK(e == Extents{2, 7, 3});
  e.erase(0);
  CHECK(e.str() == "(7, 3)");
  CHECK(Extents{5}.str() == "(5,)");
  CHECK(Extents{}.product() == 1);
  CHECK_FALSE(Extents{1, 2} == Extents{1, 2, 3});
  Extents full{1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_THROWS_AS(full.push_back(1), ValueError);
}

TEST_CASE("views share memory and keep it") {
  Array a = counted({3, 4});
  const Array row = a.slice(0, 1, 1);
  const Array backwards = a.slice(1, 3, 4, -1);
  const Array turned = a.moveaxis(0, 1);
  const void* data = a.data();
  a = {};
  CHECK(values_of(row) == std::vector<float>{4, 5, 6, 7});
  CHECK(values_of(backwards) == std::vector<float>{3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8});
  CHECK(values_of(turned) == std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
  CHECK(turned.data() == data);
  CHECK_FALSE(turned.is_contiguous());
  CHECK_THROWS_AS(turned.reshape({12}), ValueError);
  CHECK(values_of(turned.contiguous().reshape({2, 6}).slice(0, 1, 1)) == std::vector<float>{2, 6, 10, 3, 7, 11});
}

TEST_CASE("contiguity ignores axes of length 1 and empty arrays") {
  CHECK(counted({3, 1, 4}).moveaxis(1, 0).is_contiguous());
  CHECK(counted({0, 4}).moveaxis(0, 1).is_contiguous());
  CHECK(counted({}).is_contiguous());
  CHECK_FALSE(counted({4, 4}).slice(1, 0, 2).is_contiguous());
}

TEST_CASE("memory of somebody else is released with the last view") {
  int released = 0;
  float memory[6] = {0, 1, 2, 3, 4, 5};
  {
    std::shared_ptr<void> owner(memory, [&](void*) { ++released; });
    Array a = Array::view_of(memory, {2, 3}, {12, 4}, DType::float32, {}, std::move(owner), true);
    const Array view = a.slice(1, 1, 2);
    a = {};
    CHECK(released == 0);
    CHECK(view.readonly());
    CHECK(values_of(view) == std::vector<float>{1, 2, 4, 5});
    CHECK_FALSE(view.copy().readonly());
  }
  CHECK(released == 1);
}

TEST_CASE("conversions") {
  const Array a = counted({2, 2});
  CHECK(a.astype(DType::uint8).data_as<std::uint8_t>()[3] == 3);
  CHECK(a.astype(DType::boolean).data_as<std::uint8_t>()[0] == 0);
  CHECK(a.slice(0, 1, 1).slice(1, 1, 1).item() == 3);
  CHECK_THROWS_AS(a.item(), ValueError);
  const Array c = Array::zeros({3}, DType::complex64);
  CHECK(c.view_real().shape() == Extents{3, 2});
  CHECK(c.view_real().view_complex().shape() == Extents{3});
  CHECK_THROWS_AS(a.astype(DType::float32).slice(1, 0, 1).view_complex(), ValueError);
}

TEST_CASE("sizes that cannot be") {
  CHECK_THROWS_AS(Array::empty({2, -1}, DType::uint8), ValueError);
  CHECK_THROWS_AS(Array::empty({std::int64_t{1} << 40, std::int64_t{1} << 40}, DType::uint8), MemoryError);
  CHECK(Array::empty({std::int64_t{1} << 40, 0}, DType::uint8).nbytes() == 0);
}

TEST_CASE("overlap") {
  const Array a = counted({4, 4});
  CHECK(may_overlap(a, a.slice(0, 1, 1)));
  CHECK_FALSE(may_overlap(a.slice(0, 0, 2), a.slice(0, 2, 2)));
  CHECK(may_overlap(a.slice(0, 3, 4, -1), a.slice(0, 0, 1)));
  CHECK_FALSE(may_overlap(a, counted({4, 4})));
  CHECK_FALSE(may_overlap(a, a.slice(0, 0, 0)));
}
