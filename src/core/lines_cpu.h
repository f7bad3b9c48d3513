// SPDX-License-Identifier: Apache-2.0
// Lines of elements between memory and compute-type buffers: where dtype and stride end on the CPU.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/dispatch.h"
#include "core/scaling.h"
#include "core/simd.h"

namespace opsin::OPSIN_TARGET {

/// n neighbouring elements as the compute type. Plain loops vectorize, but for binary16.
template <class C, class T>
void load_contiguous(C* to, const T* from, std::int64_t n) {
  std::int64_t i = 0;
  if constexpr (std::is_same_v<T, C>) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(C));
    return;
  } else if constexpr (std::is_same_v<T, half> && std::is_same_v<C, float>) {
    const hn::ScalableTag<float> wide;
    const hn::Rebind<hwy::float16_t, decltype(wide)> narrow;
    for (; i + Vec<float>::lanes <= n; i += Vec<float>::lanes) {
      hn::StoreU(hn::PromoteTo(wide, hn::LoadU(narrow, reinterpret_cast<const hwy::float16_t*>(from + i))), wide,
                 to + i);
    }
  }
  for (; i < n; ++i) to[i] = load_as<C>(from + i);
}

/// A vector of floats as neighbouring integers of at most 32 bits, by way of int32: all lanes must fit there.
template <class T, class C>
HD void store_through_int32(T* to, Vec<C> x) {
  using U = std::make_unsigned_t<T>;
  const typename Vec<C>::Tag wide;
  const hn::Rebind<std::int32_t, decltype(wide)> words;
  const hn::Rebind<std::uint32_t, decltype(wide)> bits;
  const hn::Rebind<U, decltype(wide)> narrow;
  const auto whole = [&] {
    if constexpr (sizeof(C) == 4) {
      return hn::BitCast(bits, hn::ConvertTo(words, x.v));
    } else {
      return hn::BitCast(bits, hn::DemoteTo(words, x.v));
    }
  }();
  if constexpr (sizeof(T) == 4) {
    hn::StoreU(whole, bits, reinterpret_cast<U*>(to));
  } else {
    hn::StoreU(hn::TruncateTo(narrow, whole), narrow, reinterpret_cast<U*>(to));
  }
}

/// n values as neighbouring elements. Float to integer goes through int32 where all lanes fit, since x86-64 before
/// AVX-512 has no vector conversion to int64; the rest takes store_as.
template <class T, class C>
void store_contiguous(T* to, const C* from, std::int64_t n) {
  using V = Vec<C>;
  const typename V::Tag wide;
  std::int64_t i = 0;
  if constexpr (std::is_same_v<T, C>) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(C));
    return;
  } else if constexpr (std::is_same_v<T, half> && std::is_same_v<C, float>) {
    const hn::Rebind<hwy::float16_t, decltype(wide)> narrow;
    for (; i + V::lanes <= n; i += V::lanes) {
      hn::StoreU(hn::DemoteTo(narrow, hn::LoadU(wide, from + i)), narrow, reinterpret_cast<hwy::float16_t*>(to + i));
    }
  } else if constexpr (std::is_floating_point_v<C> && std::is_integral_v<T> && !std::is_same_v<T, bool> &&
                       sizeof(T) <= 4) {
    for (; i + V::lanes <= n; i += V::lanes) {
      const V x = V::load(from + i);
      if (hn::AllTrue(wide, (abs(x) < V(C(2147483648.0))).m)) {
        store_through_int32(to + i, x);
      } else {
        for (std::int64_t k = i; k < i + V::lanes; ++k) to[k] = store_as<T>(from[k]);
      }
    }
  }
  for (; i < n; ++i) to[i] = store_as<T>(from[i]);
}

/// Copies past the caches.
inline void stream_bytes(void* to, const void* from, std::size_t bytes) {
  using V = Vec<std::uint8_t>;
  auto* p = static_cast<std::uint8_t*>(to);
  const auto* q = static_cast<const std::uint8_t*>(from);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(to) % sizeof(V);
  std::size_t i = std::min(bytes, past == 0 ? 0 : sizeof(V) - past);
  std::memcpy(p, q, i);
  for (; i + sizeof(V) <= bytes; i += sizeof(V)) hn::Stream(V::load(q + i).v, V::Tag(), p + i);
  std::memcpy(p + i, q + i, bytes - i);
}

/// n elements at `from`, `stride` bytes apart, into a compute-type buffer.
template <class C>
void load_line(C* to, const void* from, DType dtype, std::int64_t stride, std::int64_t n, const Scaling& scaling) {
  with_storage<C>(dtype, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
    const auto* p = static_cast<const std::byte*>(from);
    if (stride == static_cast<std::int64_t>(sizeof(T))) {
      load_contiguous(to, static_cast<const T*>(from), n);
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i] = load_as<C>(reinterpret_cast<const T*>(p + i * stride));
    }
  });
  if (!scaling.identity()) {
    const Scaling local = scaling;  // A copy the compiler can keep in registers.
    for (std::int64_t i = 0; i < n; ++i) to[i] = local.apply(to[i]);
  }
}

/// n values of a compute-type buffer to `to`, `stride` bytes apart.
template <class C>
void store_line(void* to, const C* from, DType dtype, std::int64_t stride, std::int64_t n) {
  with_storage<C>(dtype, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
    auto* p = static_cast<std::byte*>(to);
    if (stride == static_cast<std::int64_t>(sizeof(T))) {
      store_contiguous(static_cast<T*>(to), from, n);
    } else {
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(p + i * stride) = store_as<T>(from[i]);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET
