// SPDX-License-Identifier: Apache-2.0
// Interleaved channels of an image and a line of each.
#pragma once

#include "core/simd.h"

namespace opsin::OPSIN_TARGET::engine {

/// m pixels of I interleaved channels as I lines.
template <class C, int I>
void split_channels(C* const (&to)[I], const C* from, std::int64_t m) {
  using V = Vec<C>;
  std::int64_t x = 0;
  for (; x + V::lanes <= m; x += V::lanes) {
    V v[I];
    if constexpr (I == 2) hn::LoadInterleaved2(typename V::Tag(), from + x * I, v[0].v, v[1].v);
    if constexpr (I == 3) hn::LoadInterleaved3(typename V::Tag(), from + x * I, v[0].v, v[1].v, v[2].v);
    if constexpr (I == 4) hn::LoadInterleaved4(typename V::Tag(), from + x * I, v[0].v, v[1].v, v[2].v, v[3].v);
    for (int i = 0; i < I; ++i) v[i].store(to[i] + x);
  }
  for (; x < m; ++x) {
    for (int i = 0; i < I; ++i) to[i][x] = from[x * I + i];
  }
}

/// A vector of each of O channels as neighbouring pixels.
template <class C, int O>
HD void store_joined(C* to, const Vec<C> (&v)[O]) {
  const typename Vec<C>::Tag tag;
  if constexpr (O == 2) hn::StoreInterleaved2(v[0].v, v[1].v, tag, to);
  if constexpr (O == 3) hn::StoreInterleaved3(v[0].v, v[1].v, v[2].v, tag, to);
  if constexpr (O == 4) hn::StoreInterleaved4(v[0].v, v[1].v, v[2].v, v[3].v, tag, to);
}

/// O lines as m pixels of O interleaved channels.
template <class C, int O>
void join_channels(C* to, C* const (&from)[O], std::int64_t m) {
  using V = Vec<C>;
  std::int64_t x = 0;
  for (; x + V::lanes <= m; x += V::lanes) {
    V v[O];
    for (int o = 0; o < O; ++o) v[o] = V::load(from[o] + x);
    store_joined(to + x * O, v);
  }
  for (; x < m; ++x) {
    for (int o = 0; o < O; ++o) to[x * O + o] = from[o][x];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
