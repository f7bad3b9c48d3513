// SPDX-License-Identifier: Apache-2.0
// Groups of elements between global memory and registers: where dtype and stride end on CUDA. The switch on the dtype
// is uniform over the grid and stands around the loads.
#pragma once

#include "core/dispatch.h"
#include "core/scaling.h"

namespace opsin::OPSIN_TARGET {

/// W elements that travel together: aligned to the largest power of two that divides their size, at most 16 bytes.
template <class T, int W>
struct alignas((sizeof(T) * W & -(sizeof(T) * W)) < 16 ? (sizeof(T) * W & -(sizeof(T) * W)) : 16) Pack {
  T value[W];
};

/// True when W elements of T at p can be moved as wide accesses.
template <class T, int W>
HD bool wide(const void* p, std::int64_t stride, int m) {
  return m == W && stride == static_cast<std::int64_t>(sizeof(T)) &&
         (reinterpret_cast<std::uintptr_t>(p) & (alignof(Pack<T, W>) - 1)) == 0;
}

/// One element, out of line: for edges and strided lines, where code size matters more than a call.
template <class C>
__device__ __noinline__ C load_one(const void* p, DType dtype) {
  return with_storage<C>(dtype, [&]<class T>(Tag<T>) { return load_as<C>(static_cast<const T*>(p)); });
}

template <class C>
__device__ __noinline__ void store_one(void* p, DType dtype, C value) {
  with_storage<C>(dtype, [&]<class T>(Tag<T>) { *static_cast<T*>(p) = store_as<T>(value); });
}

/// m <= W elements at `from`, `stride` bytes apart; the rest of `to` is zero.
template <class C, int W>
__device__ __forceinline__ void load_group(C (&to)[W], const void* from, DType dtype, std::int64_t stride, int m,
                                           const Scaling& scaling) {
  const bool done = with_storage<C>(dtype, [&]<class T>(Tag<T>) {
    if (!wide<T, W>(from, stride, m)) return false;
    const auto pack = *static_cast<const Pack<T, W>*>(from);
#pragma unroll
    for (int e = 0; e < W; ++e) to[e] = load_as<C>(&pack.value[e]);
    return true;
  });
  if (!done) {
#pragma unroll
    for (int e = 0; e < W; ++e) {
      to[e] = e < m ? load_one<C>(static_cast<const char*>(from) + e * stride, dtype) : C(0);
    }
  }
  if (!scaling.identity()) {
#pragma unroll
    for (int e = 0; e < W; ++e) to[e] = scaling.apply(to[e]);
  }
}

template <class C, int W>
__device__ __forceinline__ void store_group(void* to, const C (&from)[W], DType dtype, std::int64_t stride, int m) {
  const bool done = with_storage<C>(dtype, [&]<class T>(Tag<T>) {
    if (!wide<T, W>(to, stride, m)) return false;
    Pack<T, W> pack;
#pragma unroll
    for (int e = 0; e < W; ++e) pack.value[e] = store_as<T>(from[e]);
    *static_cast<Pack<T, W>*>(to) = pack;
    return true;
  });
  if (!done) {
#pragma unroll
    for (int e = 0; e < W; ++e) {
      if (e < m) store_one<C>(static_cast<char*>(to) + e * stride, dtype, from[e]);
    }
  }
}

}  // namespace opsin::OPSIN_TARGET
