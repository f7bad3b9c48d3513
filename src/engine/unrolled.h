// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

#include "core/math.h"

namespace opsin::OPSIN_TARGET::engine {

/// f(integral_constant<int, 0>) ... f(integral_constant<int, n - 1>).
template <int n, class F>
HD void unrolled(F&& f) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    (f(std::integral_constant<int, i>{}), ...);
  }(std::make_integer_sequence<int, n>{});
}

}  // namespace opsin::OPSIN_TARGET::engine
