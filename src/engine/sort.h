// SPDX-License-Identifier: Apache-2.0
// Sorting, and running sums to count what is different in what is sorted.
//
// Elements are sorted as keys: unsigned integers of their width in the same order. NaN is one value above all others,
// whatever its bits, and -0 is 0.
#pragma once

#include <cstdint>

#include "core/check.h"
#include "core/dispatch.h"
#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// From the bits of an element to its key and back.
template <class K>
struct KeyBits {
  static constexpr K high = static_cast<K>(K(1) << (8 * sizeof(K) - 1));
  enum class Kind : std::uint8_t { whole, with_sign, real, truth } kind;
  K infinity = 0;  // of `real`

  HD K key(K bits) const {
    switch (kind) {
      case Kind::with_sign: return static_cast<K>(bits ^ high);
      case Kind::truth: return bits != 0 ? K(1) : K(0);
      case Kind::real: {
        const K size = static_cast<K>(bits & static_cast<K>(~high));
        if (size > infinity) return static_cast<K>(~K(0));
        if (size == 0) return high;
        return static_cast<K>((bits & high) != 0 ? ~bits : bits | high);
      }
      default: return bits;
    }
  }
  HD K bits(K key) const {
    switch (kind) {
      case Kind::with_sign: return static_cast<K>(key ^ high);
      case Kind::real: return static_cast<K>((key & high) != 0 ? key ^ high : ~key);
      default: return key;
    }
  }
};

/// Of a real dtype that is as wide as K.
template <class K>
KeyBits<K> key_bits(DType t) {
  using Kind = typename KeyBits<K>::Kind;
  if (t == DType::boolean) return {Kind::truth};
  if (is_signed(t)) return {Kind::with_sign};
  if (t == DType::float16) return {Kind::real, static_cast<K>(0x7c00)};
  if (t == DType::float32) return {Kind::real, static_cast<K>(0x7f800000)};
  if (t == DType::float64) return {Kind::real, static_cast<K>(0x7ff0000000000000)};
  return {Kind::whole};
}

/// Keys in ascending order (an array of K), and where each was (uint32); equal ones in the order they had.
struct SortedKeys {
  Array keys, places;
};

/// Throws NotImplementedError for 2^32 elements and more: places are uint32.
inline void check_places(const Array& elements) {
  core::check_plain<NotImplementedError>(elements.size() < std::int64_t{1} << 32, "sorting 2^32 elements or more");
}

/// Of the elements of a C-contiguous array of fewer than 2^32, which check_places() tells. Compiled once for each K, in
/// sort_per_bits.cpp.
template <class K>
SortedKeys sort_keys(const Array& elements, const KeyBits<K>& bits);

/// The keys alone.
template <class K>
Array sorted_keys(const Array& elements, const KeyBits<K>& bits);

/// Of uint32, not empty: every element becomes the sum of those up to it. Returns the last one: waits for a CUDA
/// device, throws CudaError under stream capture.
std::int64_t add_up(const Array& counts);

}  // namespace opsin::OPSIN_TARGET::engine
