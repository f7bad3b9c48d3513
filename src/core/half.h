// SPDX-License-Identifier: Apache-2.0
// IEEE binary16 as storage only: nothing is computed in it.
#pragma once

#include <bit>
#include <cstdint>

#include "core/math.h"

namespace opsin::OPSIN_TARGET {

struct half {
  std::uint16_t bits;
};

HD std::uint32_t float_bits(float x) {
  std::uint32_t u;
  __builtin_memcpy(&u, &x, sizeof u);
  return u;
}

HD float bits_float(std::uint32_t u) {
  float x;
  __builtin_memcpy(&x, &u, sizeof x);
  return x;
}

HD float half_to_float(half h) {
  const std::uint32_t sign = static_cast<std::uint32_t>(h.bits & 0x8000u) << 16;
  const std::uint32_t rest = h.bits & 0x7fffu;
  // Scaling by 2^112 moves the exponent bias from 15 to 127 and makes subnormals normal in one multiplication.
  const float magnitude = bits_float(rest << 13) * bits_float(0x77800000u);
  return bits_float(sign | (rest >= 0x7c00u ? 0x7f800000u | (rest << 13) : float_bits(magnitude)));
}

/// Rounds to nearest, ties to even.
HD half float_to_half(float x) {
  const std::uint32_t u = float_bits(x);
  const auto sign = static_cast<std::uint16_t>((u >> 16) & 0x8000u);
  const std::uint32_t a = u & 0x7fffffffu;
  std::uint32_t bits;
  if (a > 0x7f800000u) {
    bits = 0x7e00u;
  } else if (a >= 0x477ff000u) {
    bits = 0x7c00u;
  } else if (a < 0x38800000u) {
    // Adding 0.5 aligns a subnormal's last bit with the float's last bit; the hardware does the rounding.
    bits = float_bits(bits_float(a) + 0.5f) - 0x3f000000u;
  } else {
    bits = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13;
  }
  return {static_cast<std::uint16_t>(sign | bits)};
}

/// The same from a double. By way of a float rounded to odd: rounding twice to nearest would be wrong near ties.
HD half double_to_half(double x) {
  const float f = static_cast<float>(x);
  std::uint32_t u = float_bits(f);
  if (static_cast<double>(f) != x && x == x) {
    const double g = static_cast<double>(f);
    if ((g < 0 ? -g : g) > (x < 0 ? -x : x)) --u;
    u |= 1u;
  }
  return float_to_half(bits_float(u));
}

/// The nearest binary16, as a float: one step of an arithmetic that rounds to binary16 after each operation.
HD float round_to_half(float x) { return half_to_float(float_to_half(x)); }

}  // namespace opsin::OPSIN_TARGET
