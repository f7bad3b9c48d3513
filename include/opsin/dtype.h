// SPDX-License-Identifier: Apache-2.0
// Element types of an Array and the rules that connect them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace opsin {

enum class DType : std::uint8_t {
  boolean,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  float16,
  float32,
  float64,
  complex64,
  complex128,
};

/// Bytes of one element.
constexpr std::size_t itemsize(DType t) {
  switch (t) {
    case DType::boolean:
    case DType::uint8:
    case DType::int8: return 1;
    case DType::uint16:
    case DType::int16:
    case DType::float16: return 2;
    case DType::uint32:
    case DType::int32:
    case DType::float32: return 4;
    case DType::uint64:
    case DType::int64:
    case DType::float64:
    case DType::complex64: return 8;
    case DType::complex128: return 16;
  }
  return 0;
}

constexpr bool is_unsigned(DType t) { return t >= DType::uint8 && t <= DType::uint64; }
constexpr bool is_signed(DType t) { return t >= DType::int8 && t <= DType::int64; }
constexpr bool is_integer(DType t) { return is_unsigned(t) || is_signed(t); }
constexpr bool is_floating(DType t) { return t >= DType::float16 && t <= DType::float64; }
constexpr bool is_complex(DType t) { return t >= DType::complex64; }

/// The real type of a complex one (complex64 -> float32); any other type is returned as it is.
constexpr DType real_of(DType t) {
  return t == DType::complex64 ? DType::float32 : t == DType::complex128 ? DType::float64 : t;
}

/// The complex type with this real part (float64 -> complex128, anything narrower -> complex64).
constexpr DType complex_of(DType t) {
  return is_complex(t) ? t : t == DType::float64 ? DType::complex128 : DType::complex64;
}

/// NumPy's name: "bool", "uint8", ..., "complex128".
std::string_view name(DType t);

/// Which float type integer images compute in: scikit-image's float64 or, as cuCIM does for 8 and 16 bit, float32.
enum class FloatPolicy : std::uint8_t { skimage, single };

/// Sets the policy of the calling thread and returns the one before.
FloatPolicy set_float_policy(FloatPolicy policy);
FloatPolicy float_policy();

/// scikit-image's result type of a floating point filter: float32 and float64 stay, float16 becomes float32 and every
/// integer and bool float64 (float32 under FloatPolicy::single). With `allow_complex`, complex types stay.
/// Throws ValueError for a complex type otherwise.
DType float_result(DType t, bool allow_complex = false);

}  // namespace opsin
