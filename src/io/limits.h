// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers that come from files, and how much of what a file may ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "core/check.h"
#include "opsin/slide.h"

namespace opsin::io {

/// a * b or a + b, or nothing where it does not fit the type.
template <class T>
std::optional<T> multiply(std::type_identity_t<T> a, std::type_identity_t<T> b) {
  T r{};
  return __builtin_mul_overflow(a, b, &r) ? std::nullopt : std::optional<T>(r);
}
template <class T>
std::optional<T> add(std::type_identity_t<T> a, std::type_identity_t<T> b) {
  T r{};
  return __builtin_add_overflow(a, b, &r) ? std::nullopt : std::optional<T>(r);
}

/// Product of all factors; IoError "where: too large" where it does not fit.
template <class... Factors>
std::uint64_t product(std::string_view where, Factors... factors) {
  std::uint64_t r = 1;
  bool overflow = false;
  ((overflow |= __builtin_mul_overflow(r, static_cast<std::uint64_t>(factors), &r)), ...);
  core::check<IoError>(!overflow, where, "the size does not fit 64 bits");
  return r;
}

/// True when [offset, offset + length) lies in [0, size].
constexpr bool inside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

/// ceil(a / b) for b > 0 without overflow.
template <class T>
constexpr T ceil_div(T a, std::type_identity_t<T> b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

}  // namespace opsin::io
