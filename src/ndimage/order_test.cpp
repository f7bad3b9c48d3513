// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters.h"
#include "opsin/ndimage_order.h"

using opsin::Array;
using opsin::Border;
using opsin::DType;
namespace nd = opsin::ndimage;

namespace {

using Values = std::vector<double>;

Array row(const Values& values, DType dtype = DType::float64) {
  return Array::from(std::span<const double>(values), {static_cast<std::int64_t>(values.size())}).astype(dtype);
}

Values values(const Array& a) {
  const Array d = a.astype(DType::float64);
  return {d.data_as<double>(), d.data_as<double>() + d.size()};
}

}  // namespace

TEST_CASE("rank filters take sizes, footprints and their options") {
  const Array x = row({3, 1, 4, 1, 5, 9, 2, 6});
  CHECK(values(nd::median_filter(x, {.size = {3}})) == Values{3, 3, 1, 4, 5, 5, 6, 6});
  CHECK(values(nd::rank_filter(x, -2, {.size = {3}})) == values(nd::median_filter(x, {.size = {3}})));
  CHECK(values(nd::percentile_filter(x, 100, {.size = {3}})) == values(nd::maximum_filter(x, {.size = {3}})));
  const nd::Footprint sides({3}, {1, 0, 1});
  CHECK(values(nd::median_filter(x, {.footprint = sides}, {.mode = {Border::constant}, .cval = 9})) ==
        Values{9, 4, 1, 5, 9, 5, 9, 9});
  CHECK(nd::median_filter(x, {.size = {3}}, {.output = DType::uint8}).dtype() == DType::uint8);
  CHECK_THROWS_AS(nd::rank_filter(x, 3, {.size = {3}}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::median_filter(x, {}), opsin::RuntimeError);
  CHECK_THROWS_AS(nd::median_filter(x, {.size = {3}}, {.origin = {2}}), opsin::ValueError);
}

TEST_CASE("a NaN is above infinity") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (const DType t : {DType::float32, DType::float64}) {
    const Array x = row({1, nan, 2, -inf, inf, -nan, nan, 3, 0}, t);
    const Values m = values(nd::rank_filter(x, 1, {.size = {3}}, {.mode = {Border::wrap}}));
    CHECK(Values(m.begin(), m.begin() + 4) == Values{1, 2, 2, 2});
    CHECK(m[4] == inf);
    CHECK(m[5] != m[5]);
    CHECK(m[6] != m[6]);
    CHECK(Values(m.begin() + 7, m.end()) == Values{3, 1});
  }
}

TEST_CASE("the output of a median may be its image") {
  const Array x = row({3, 1, 4, 1, 5, 9, 2, 6}, DType::uint16);
  const Values expected = values(opsin::filters::median(x));
  const Array same = opsin::filters::median(x, {.out = x});
  CHECK(same.data() == x.data());
  CHECK(values(x) == expected);
}

TEST_CASE("generic filters call back with every window and line") {
  const Array x = row({3, 1, 4, 1, 5});
  int calls = 0;
  const auto widest = [](const double* w, std::int64_t n, double* result, void* context) {
    ++*static_cast<int*>(context);
    *result = w[n - 1] - w[0];
    return 1;
  };
  CHECK(values(nd::generic_filter(x, nd::WindowCallback{widest, &calls}, {.size = {3}})) == Values{-2, 1, 0, 1, 4});
  CHECK(calls == 5);
  CHECK(values(nd::generic_filter(x, nd::Reduction::median, {.size = {2}})) == Values{3, 2, 2.5, 2.5, 3});
  const auto fails = [](const double*, std::int64_t, double*, void*) { return 0; };
  CHECK_THROWS_AS(nd::generic_filter(x, nd::WindowCallback{fails}, {.size = {3}}), opsin::RuntimeError);
  const auto shift = [](const double* line, std::int64_t size, double* result, std::int64_t n, void*) {
    for (std::int64_t i = 0; i < n; ++i) result[i] = line[i + size - n];
    return 1;
  };
  CHECK(values(nd::generic_filter1d(x, {shift}, 3)) == Values{1, 4, 1, 5, 5});
}
