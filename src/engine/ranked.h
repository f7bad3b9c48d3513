// SPDX-License-Identifier: Apache-2.0
// Elements at given places of the sorted order, without sorting: counts of the upper bits of their keys tell which
// elements can be at a place, counts of the next bits which of those, and so on. Nothing waits for the device.
#pragma once

#include "core/half.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_ranks = 5;

/// What is known of the elements at the places: the upper bits of their keys, in the end all of them, and their place
/// among those that share them.
struct Ranked {
  std::int64_t rank[most_ranks];
  std::uint64_t key[most_ranks];
};

/// From the bits of an element, as an int64, to a key of the same order. NaN is above all.
struct KeyOfBits {
  int bits;       // 8, 16, 32 or 64
  bool has_sign;  // integers
  bool real;
  std::uint64_t infinity;

  HD std::uint64_t operator()(std::int64_t x) const {
    const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    const std::uint64_t high = std::uint64_t{1} << (bits - 1);
    const std::uint64_t b = static_cast<std::uint64_t>(x) & mask;
    if (real) {
      if ((b & ~high) > infinity) return mask;
      return b & high ? ~b & mask : b | high;
    }
    return has_sign ? b ^ high : b;
  }
  /// The element of a key, as a number.
  HD double value(std::uint64_t key) const {
    const std::uint64_t high = std::uint64_t{1} << (bits - 1);
    if (!real) return has_sign ? static_cast<double>(static_cast<std::int64_t>(key - high)) : static_cast<double>(key);
    const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    const std::uint64_t b = key & high ? key ^ high : ~key & mask;
    if (bits == 16) return half_to_float({static_cast<std::uint16_t>(b)});
    if (bits == 32) return bits_float(static_cast<std::uint32_t>(b));
    double wide;
    __builtin_memcpy(&wide, &b, sizeof wide);
    return wide;
  }
};

inline KeyOfBits key_of_bits(DType t) {
  KeyOfBits key{static_cast<int>(8 * itemsize(t)), is_signed(t), is_floating(t), 0};
  key.infinity = t == DType::float16 ? 0x7c00u : t == DType::float32 ? 0x7f800000u : 0x7ff0000000000000u;
  return key;
}

/// The elements' bits as KeyOfBits takes them.
inline Array bits_of(const Array& image, const KeyOfBits& key) {
  const DType as = key.bits == 8    ? DType::uint8
                   : key.bits == 16 ? DType::uint16
                   : key.bits == 32 ? DType::int32
                                    : DType::int64;
  return Array::view_of(image.mutable_data(), image.shape(), image.strides(), as, image.device(), image.buffer());
}

/// Nothing is known yet but the places.
inline Ranked unknown_at(const std::int64_t (&ranks)[most_ranks]) {
  Ranked start{};
  for (int i = 0; i < most_ranks; ++i) start.rank[i] = ranks[i];
  return start;
}

/// The keys of the elements at the places ranks[], each below the number of elements, which is not 0: a Ranked at the
/// beginning of the memory.
Array find_ranked(const Array& image, const std::int64_t (&ranks)[most_ranks], const KeyOfBits& key);
inline const Ranked* ranked_in(const Array& memory) { return static_cast<const Ranked*>(memory.data()); }

}  // namespace opsin::OPSIN_TARGET::engine
