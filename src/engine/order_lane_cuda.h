// SPDX-License-Identifier: Apache-2.0
// What a register of a selection network holds on CUDA: keys of 8 and 16 bits go two to a register.
#pragma once

#include "engine/order_view_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// What a network compares: one key, or two of at most 16 bits.
template <class K>
struct OneKey {
  static constexpr int keys = 1;
  K v;

  template <class Key>
  __device__ static OneKey of(const Key& key, int column, int) {
    return {key(column)};
  }
  __device__ static OneKey least() { return {K(0)}; }
  __device__ static OneKey most() { return {static_cast<K>(~K(0))}; }
  __device__ K get(int) const { return v; }
  friend HD OneKey min(OneKey a, OneKey b) { return {a.v < b.v ? a.v : b.v}; }
  friend HD OneKey max(OneKey a, OneKey b) { return {a.v < b.v ? b.v : a.v}; }
};

template <class K>
struct TwoKeys {
  static constexpr int keys = 2;
  unsigned v;

  /// The keys of two columns, `apart` from each other.
  template <class Key>
  __device__ static TwoKeys of(const Key& key, int column, int apart) {
    return {static_cast<unsigned>(key(column)) | static_cast<unsigned>(key(column + apart)) << 16};
  }
  __device__ static TwoKeys least() { return {0}; }
  __device__ static TwoKeys most() { return {~0u}; }
  __device__ K get(int i) const { return static_cast<K>(i == 0 ? v & 0xffff : v >> 16); }
#ifdef __CUDA_ARCH__
  friend HD TwoKeys min(TwoKeys a, TwoKeys b) { return {__vminu2(a.v, b.v)}; }
  friend HD TwoKeys max(TwoKeys a, TwoKeys b) { return {__vmaxu2(a.v, b.v)}; }
#else
  friend HD TwoKeys min(TwoKeys a, TwoKeys) { return a; }  // Networks of pairs run on the device alone.
  friend HD TwoKeys max(TwoKeys a, TwoKeys) { return a; }
#endif
};

template <class K>
using OrderLane = std::conditional_t<sizeof(K) <= 2, TwoKeys<K>, OneKey<K>>;

/// Stores what a lane has made of a row: `Windows` neighbouring elements from x on, and as many again `apart` from them
/// for each further key of a register. `flip`: bits in which the keys differ from order keys.
template <int Windows, class K>
__device__ __forceinline__ void store_windows(const OrderView<K>& v, K* row, std::int64_t x, int apart,
                                              const OrderLane<K>* result, K flip, bool packed) {
  using Packed = Pack<K, Windows>;
#pragma unroll
  for (int k = 0; k < OrderLane<K>::keys; ++k, x += apart) {
    Packed pack;
#pragma unroll
    for (int i = 0; i < Windows; ++i) {
      pack.value[i] = from_order_key(static_cast<K>(result[i].get(k) ^ flip), v.key);
    }
    if (packed && x + Windows <= v.width) {
      *reinterpret_cast<Packed*>(row + x) = pack;
    } else {
#pragma unroll
      for (int i = 0; i < Windows; ++i) {
        if (x + i < v.width) row[x + i] = pack.value[i];
      }
    }
  }
}

/// Whether rows can be stored that way by whole packs.
template <int Windows, class K>
bool stores_packed(const OrderView<K>& v) {
  return v.width % Windows == 0 && reinterpret_cast<std::uintptr_t>(v.out) % alignof(Pack<K, Windows>) == 0;
}

}  // namespace opsin::OPSIN_TARGET::engine
