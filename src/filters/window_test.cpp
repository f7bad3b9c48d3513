// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "opsin/error.h"
#include "opsin/filters_window.h"

using namespace opsin;

TEST_CASE("a window of one axis has the function's values") {
  for (const char* name : {"hann", "boxcar", "blackman", "tukey", "parzen", "lanczos", "bohman"}) {
    for (const std::int64_t n : {1, 2, 9, 40}) {
      const std::vector<double> want = filters::window_function({name}, n);
      const Array got = filters::window({name}, {n});
      for (std::int64_t i = 0; i < n; ++i) {
        CHECK(got.data_as<double>()[i] == doctest::Approx(want[static_cast<std::size_t>(i)]).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("windows are symmetric, periodic ones but for the value that is left out") {
  const std::vector<filters::WindowType> types{{"hann"},          {"kaiser", {5}}, {"dpss", {0.9}},  {"chebwin", {60}},
                                               {"gaussian", {4}}, {"taylor"},      {"tukey", {0.3}}, {"flattop"}};
  for (const filters::WindowType& type : types) {
    for (const std::int64_t n : {2, 3, 16, 31}) {
      const std::vector<double> w = filters::window_function(type, n);
      for (std::size_t i = 0; i < w.size(); ++i) {
        CHECK(std::abs(w[i] - w[w.size() - 1 - i]) < 1e-12);
        CHECK(w[i] < 1 + 1e-8);
      }
      filters::WindowType periodic = type;
      periodic.name += "_periodic";
      const std::vector<double> whole = filters::window_function(type, n + 1);
      const std::vector<double> cut = filters::window_function(periodic, n);
      for (std::size_t i = 0; i < cut.size(); ++i) CHECK(cut[i] == whole[i]);
    }
  }
}

TEST_CASE("the window of a plane falls with the distance from its centre") {
  const Array w = filters::window({"hann"}, {21, 41});
  const auto at = [&](std::int64_t y, std::int64_t x) { return w.data_as<double>()[y * 41 + x]; };
  CHECK(at(0, 0) == 0);
  CHECK(at(10, 20) > 0.98);
  CHECK(at(10, 10) > at(10, 5));
  CHECK(at(5, 20) > at(2, 20));
}

TEST_CASE("windows that do not exist are refused") {
  CHECK_THROWS_AS(filters::window({"nonsense"}, {9}), ValueError);
  CHECK_THROWS_AS(filters::window({"hann", {3}}, {9}), ValueError);
  CHECK_THROWS_AS(filters::window({"gaussian"}, {9}), ValueError);
  CHECK_THROWS_AS(filters::window({"hann"}, {}), ValueError);
  CHECK_THROWS_AS(filters::window({"hann"}, {3, -1}), ValueError);
  CHECK_THROWS_AS(filters::window({"hann"}, {3}, {.order = 6}), ValueError);
  CHECK_THROWS_AS(filters::window_function({"general_gaussian", {1}}, 9), TypeError);
}
