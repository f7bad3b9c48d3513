// SPDX-License-Identifier: Apache-2.0
// What compile_time.py compiles to learn how fast this machine compiles: standard headers and templates alone, so that
// no change to opsin changes its cost. REFERENCE_S there belongs to this very text: whoever edits one measures the
// other.
#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <ranges>
#include <string>
#include <variant>
#include <vector>

namespace {

template <int N>
struct Polynomial {
  double coefficients[N];
  double operator()(double x) const { return std::accumulate(coefficients, coefficients + N, x, std::multiplies<>()); }
};

template <int... N>
double sum(std::integer_sequence<int, N...>, double x) {
  std::vector<std::variant<Polynomial<N + 1>...>> all{Polynomial<N + 1>{}...};
  double total = 0;
  for (const auto& one : all) total += std::visit([&](const auto& p) { return p(x); }, one);
  return total;
}

}  // namespace

double yardstick(const std::vector<std::string>& names) {
  std::map<std::string, std::function<double(double)>> table;
  for (const std::string& name : names) {
    table[name] = [factor = static_cast<double>(name.size())](double x) { return factor * x; };
  }
  std::vector<double> values;
  for (const auto& [name, f] : table) values.push_back(f(static_cast<double>(values.size())));
  std::ranges::sort(values, std::greater<>());
  return sum(std::make_integer_sequence<int, 6>(), values.empty() ? 0 : values.front());
}
