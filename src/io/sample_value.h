// SPDX-License-Identifier: Apache-2.0
// Samples of any real dtype from and to double.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/check.h"
#include "core/half.h"
#include "opsin/dtype.h"

namespace opsin::io {

using half = OPSIN_TARGET::half;

/// Calls f with a value of the type that holds samples of this dtype; bool is uint8. Throws TypeError for complex ones.
template <class F>
void with_sample_type(DType t, F f) {
  switch (t) {
    case DType::boolean:
    case DType::uint8: return f(std::uint8_t{});
    case DType::uint16: return f(std::uint16_t{});
    case DType::uint32: return f(std::uint32_t{});
    case DType::uint64: return f(std::uint64_t{});
    case DType::int8: return f(std::int8_t{});
    case DType::int16: return f(std::int16_t{});
    case DType::int32: return f(std::int32_t{});
    case DType::int64: return f(std::int64_t{});
    case DType::float16: return f(half{});
    case DType::float32: return f(float{});
    case DType::float64: return f(double{});
    default: throw TypeError(core::text("samples of ", t, " are not supported here"));
  }
}

template <class T>
double from_sample(T v) {
  if constexpr (std::is_same_v<T, half>) {
    return OPSIN_TARGET::half_to_float(v);
  } else {
    return static_cast<double>(v);
  }
}

/// Integers: rounded to nearest (halves up) and clamped; NaN becomes 0.
template <class T>
T to_sample(double v) {
  if constexpr (std::is_same_v<T, half>) {
    return OPSIN_TARGET::float_to_half(static_cast<float>(v));
  } else if constexpr (std::is_integral_v<T>) {
    const double high = std::ldexp(1.0, std::numeric_limits<T>::digits);  // One above the largest: exact in double.
    if (std::isnan(v)) return T{0};
    if (v <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
    if (v >= high - 1) return std::numeric_limits<T>::max();
    return static_cast<T>(std::floor(v + 0.5));
  } else {
    return static_cast<T>(v);
  }
}

}  // namespace opsin::io
