// SPDX-License-Identifier: Apache-2.0
// What the conversions between image dtypes share.
#pragma once

#include <limits>

#include "core/dispatch.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::util {

template <class T>
inline constexpr int digits = std::numeric_limits<T>::digits;

inline int bits_of(DType t) { return static_cast<int>(itemsize(t)) * 8; }
/// Bits of a value that is not negative.
inline int value_bits(DType t) { return bits_of(t) - (is_signed(t) ? 1 : 0); }

/// Calls f(Tag<C>) with the narrowest integer type that computes with an integer dtype.
template <class F>
void with_integer(DType t, F&& f) {
  if (itemsize(t) <= 4) return f(Tag<std::int32_t>{});
  f(Tag<std::int64_t>{});
}

/// Calls f(Tag<U>) with the storage type of an integer output.
template <class F>
void with_output(DType t, F&& f) {
  if (t == DType::uint8) return f(Tag<std::uint8_t>{});
  if (t == DType::uint16) return f(Tag<std::uint16_t>{});
  f(Tag<std::int16_t>{});
}

/// From an image of integers that compute type C holds. It is compiled for each pair of dtypes that the functor may
/// meet, but for integers of 64 bits, which images rarely have.
template <class C, class U, class F>
int from_integer(const Array& out, const Array& image, const F& f) {
  if constexpr (sizeof(C) == 8 && std::is_integral_v<C>) {
    return engine::pointwise<C, 1, 1>({out}, {image}, f);
  } else {
    return with_storage<C>(image.dtype(), [&]<class T>(Tag<T>) {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 4) {
        if constexpr (F::template meets<T, U>()) return engine::convert<C, T, U>(out, image, f);
      }
      return engine::pointwise<C, 1, 1>({out}, {image}, f);
    });
  }
}

/// Between integers, in img_as_integers.cpp. Throw ValueError as scikit-image does.
void narrow_integer(const Array& out, const Array& image);
void widen_integer(const Array& out, const Array& image);
void integer_from_bool(const Array& out, const Array& image);

}  // namespace opsin::OPSIN_TARGET::util
