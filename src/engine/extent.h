// SPDX-License-Identifier: Apache-2.0
// The least and the greatest element of an image, kept on the device so that the next pass can read them without the
// host waiting.
//
// Numbers become unsigned keys of the same order, and the least one is kept as the greatest complement: memory of zeros
// stands for no element at all, and integer maxima give the same result in any order of threads.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "core/dispatch.h"
#include "engine/loop.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
HD std::uint64_t extent_key(C x) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  if constexpr (std::is_integral_v<C>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(x)) ^ sign;
  } else {
    const double wide = x;
    std::uint64_t bits;
    __builtin_memcpy(&bits, &wide, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
  }
}

template <class C>
HD C extent_value(std::uint64_t key) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  if constexpr (std::is_integral_v<C>) {
    return static_cast<C>(key ^ sign);
  } else {
    const std::uint64_t bits = key & sign ? key & ~sign : ~key;
    double wide;
    __builtin_memcpy(&wide, &bits, sizeof wide);
    return static_cast<C>(wide);
  }
}

struct Extent {
  std::uint64_t low_complement;
  std::uint64_t high;
  std::uint64_t nan;
  std::uint64_t plus, minus;  // whether infinities were met, where they do not count

  HD bool empty() const { return high == 0 && nan == 0; }
  /// Of numbers; C is what find_extent() computed in.
  template <class C>
  HD C least() const {
    return extent_value<C>(~low_complement);
  }
  template <class C>
  HD C greatest() const {
    return extent_value<C>(high);
  }
};

/// Widens *extent by the elements of an image, those that the mask (bool, of the same shape) holds where there is one.
/// C is float, double or int64; uint64 elements count as int64. With `finite`, infinities do not count.
template <class C>
void find_extent(Extent* extent, const Array& image, const std::optional<Array>& mask = std::nullopt,
                 bool finite = false);

/// An Extent of no element on a device, and behind it a word of zero for who reads it: memory is cleared once for both.
inline Array new_extent(Device device) { return Array::zeros({6}, DType::uint64, device); }
inline Array word_behind(const Array& extent) {
  auto* const words = extent.mutable_data_as<std::uint64_t>();
  return Array::view_of(words + 5, {1}, {sizeof(std::int32_t)}, DType::int32, extent.device(), extent.buffer());
}
inline Extent* extent_in(const Array& memory) { return static_cast<Extent*>(memory.mutable_data()); }

/// The type to compute in that holds every element of a dtype.
template <class F>
decltype(auto) with_exact(DType t, F&& f) {
  if (is_integer(t)) return f(Tag<std::int64_t>{});
  if (t == DType::float64) return f(Tag<double>{});
  return f(Tag<float>{});
}

inline Array extent_of(const Array& image, const std::optional<Array>& mask = std::nullopt, bool finite = false) {
  const Array memory = new_extent(image.device());
  with_exact(image.dtype(), [&]<class C>(Tag<C>) { find_extent<C>(extent_in(memory), image, mask, finite); });
  return memory;
}

/// On the host; waits for a CUDA device.
inline Extent read_extent(const Array& memory) { return *static_cast<const Extent*>(memory.to({}).data()); }

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/extent_cuda.h"
#else
#include "engine/extent_cpu.h"
#endif
