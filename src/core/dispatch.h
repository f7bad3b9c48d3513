// SPDX-License-Identifier: Apache-2.0
// From a run-time dtype to a compile-time type, at the boundary of memory and nowhere else.
#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "core/check.h"
#include "core/half.h"
#include "opsin/dtype.h"

namespace opsin::OPSIN_TARGET {

template <class T>
struct Tag {
  using type = T;
};

/// Calls f(Tag<T>) with the storage type of a real dtype that compute type C can meet. bool is its own type: any
/// nonzero byte is true. The `bits` types meet only themselves, int64 only integers and bool, int32 those of up to 32
/// bits: less to compile. A uint32 or uint64 reaches them with its bits unchanged.
template <class C, class F>
HD decltype(auto) with_storage(DType t, F&& f) {
  if constexpr (std::is_unsigned_v<C>) {
    return f(Tag<C>{});
  } else {
    switch (t) {
      case DType::boolean: return f(Tag<bool>{});
      case DType::uint8: return f(Tag<std::uint8_t>{});
      case DType::uint16: return f(Tag<std::uint16_t>{});
      case DType::uint32: return f(Tag<std::uint32_t>{});
      case DType::int8: return f(Tag<std::int8_t>{});
      case DType::int16: return f(Tag<std::int16_t>{});
      case DType::int32: return f(Tag<std::int32_t>{});
      default: break;
    }
    if constexpr (std::is_same_v<C, std::int32_t>) {
      return f(Tag<C>{});
    } else if constexpr (std::is_integral_v<C>) {
      if (t == DType::uint64) return f(Tag<std::uint64_t>{});
      return f(Tag<C>{});
    } else {
      switch (t) {
        case DType::uint64: return f(Tag<std::uint64_t>{});
        case DType::int64: return f(Tag<std::int64_t>{});
        case DType::float16: return f(Tag<half>{});
        case DType::float32: return f(Tag<float>{});
        default: return f(Tag<double>{});
      }
    }
  }
}

template <class T>
inline constexpr DType dtype_of = DType::float64;
template <>
inline constexpr DType dtype_of<float> = DType::float32;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::uint8;
template <>
inline constexpr DType dtype_of<std::uint16_t> = DType::uint16;
template <>
inline constexpr DType dtype_of<std::uint32_t> = DType::uint32;
template <>
inline constexpr DType dtype_of<std::uint64_t> = DType::uint64;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::int32;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::int64;

/// Calls f(Tag<U>) with the unsigned type of 1, 2, 4 or 8 bytes: the `bits` family.
template <class F>
decltype(auto) with_bits(std::size_t bytes, F&& f) {
  switch (bytes) {
    case 1: return f(Tag<std::uint8_t>{});
    case 2: return f(Tag<std::uint16_t>{});
    case 4: return f(Tag<std::uint32_t>{});
    default: return f(Tag<std::uint64_t>{});
  }
}

/// Calls f(Tag<float>) or f(Tag<double>): the compute types of the `real` family.
template <class F>
decltype(auto) with_real(DType t, F&& f) {
  if (t == DType::float32) return f(Tag<float>{});
  core::check<TypeError>(t == DType::float64, "dispatch", "float32 or float64 expected, got ", t);
  return f(Tag<double>{});
}

/// One element as the compute type.
template <class C, class T>
HD C load_as(const T* p) {
  if constexpr (std::is_same_v<T, half>) {
    return static_cast<C>(half_to_float(*p));
  } else if constexpr (std::is_same_v<T, bool>) {
    return *reinterpret_cast<const std::uint8_t*>(p) ? C(1) : C(0);
  } else {
    return static_cast<C>(*p);
  }
}

/// A computed value as an element. Float to integer truncates toward zero; what does not fit becomes what SciPy and
/// NumPy make of it on x86-64, on every device: 8 and 16 bit types and int32 go through int32, uint32 and int64 through
/// int64, the least int32 or int64 standing for whatever is out of range, NaN included.
template <class T, class C>
HD T store_as(C x) {
  if constexpr (std::is_same_v<T, half>) {
    if constexpr (std::is_same_v<C, double>) {
      return double_to_half(x);
    } else {
      return float_to_half(static_cast<float>(x));
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    return x != C(0);
  } else if constexpr (std::is_integral_v<T> && std::is_floating_point_v<C>) {
    if constexpr (sizeof(T) < 4 || std::is_same_v<T, std::int32_t>) {
      const bool fits = x >= C(-2147483648.0) && x < C(2147483648.0);
      return static_cast<T>(fits ? static_cast<std::int32_t>(x) : INT32_MIN);
    } else {
      if constexpr (std::is_same_v<T, std::uint64_t>) {
        if (x >= C(9223372036854775808.0)) {
          return x < C(18446744073709551616.0) ? static_cast<std::uint64_t>(x) : 0;
        }
      }
      const bool fits = x >= C(-9223372036854775808.0) && x < C(9223372036854775808.0);
      return static_cast<T>(fits ? static_cast<std::int64_t>(x) : INT64_MIN);
    }
  } else {
    return static_cast<T>(x);
  }
}

}  // namespace opsin::OPSIN_TARGET
