// SPDX-License-Identifier: Apache-2.0
// Lines of elements between memory and compute-type buffers: where dtype and stride end on the CPU.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/dispatch.h"
#include "core/scaling.h"
#include "core/simd.h"

namespace opsin::OPSIN_TARGET {

/// n elements at `from`, `stride` bytes apart, into a compute-type buffer.
template <class C>
void load_line(C* to, const void* from, DType dtype, std::int64_t stride, std::int64_t n, const Scaling& scaling) {
  with_storage<C>(dtype, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
    const auto* p = static_cast<const std::byte*>(from);
    if (stride == static_cast<std::int64_t>(sizeof(T))) {
      const T* q = static_cast<const T*>(from);
      if constexpr (std::is_same_v<T, C>) {
        std::memcpy(to, q, static_cast<std::size_t>(n) * sizeof(C));
      } else {
        for (std::int64_t i = 0; i < n; ++i) to[i] = load_as<C>(q + i);
      }
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
      T* q = static_cast<T*>(to);
      if constexpr (std::is_same_v<T, C>) {
        std::memcpy(q, from, static_cast<std::size_t>(n) * sizeof(C));
      } else {
        for (std::int64_t i = 0; i < n; ++i) q[i] = store_as<T>(from[i]);
      }
    } else {
      for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(p + i * stride) = store_as<T>(from[i]);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET
