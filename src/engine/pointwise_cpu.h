// SPDX-License-Identifier: Apache-2.0
// CPU side of the pointwise engine: blocks of a line go through compute-type buffers that stay in the L1 cache.
#pragma once

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t pointwise_block = 512;

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

template <class C, int I, int O, class F>
void pointwise_line(const opsin::engine::Loop<I + O>& loop, const std::byte* const (&in)[I], std::byte* const (&out)[O],
                    std::int64_t n, const F& f, const std::array<Scaling, I>& scaling) {
  using V = Vec<C>;
  alignas(64) C buffer[I + O][pointwise_block];
  const int last = loop.ndim - 1;
  constexpr DType same = dtype_of<C>;
  for (std::int64_t begin = 0; begin < n; begin += pointwise_block) {
    const std::int64_t m = std::min(pointwise_block, n - begin);
    const C* source[I];
    C* target[O];
    if constexpr (I >= 2 && I <= 4) {
      if (loop.template interleaved<I>()) {
        const auto item = static_cast<std::int64_t>(itemsize(loop.dtype[0]));
        alignas(64) C mixed[I * pointwise_block];
        const std::byte* p = in[0] + begin * item * I;
        const C* whole = reinterpret_cast<const C*>(p);
        if (loop.dtype[0] != same || !scaling[0].identity()) {
          load_line(mixed, p, loop.dtype[0], item, m * I, scaling[0]);
          whole = mixed;
        }
        C* to[I];
        for (int i = 0; i < I; ++i) source[i] = to[i] = buffer[i];
        split_channels<C, I>(to, whole, m);
      }
    }
    for (int i = 0; i < I; ++i) {
      if (I >= 2 && I <= 4 && loop.template interleaved<I>()) break;
      const std::int64_t stride = loop.strides[i][last];
      const std::byte* p = in[i] + begin * stride;
      if (loop.dtype[i] == same && stride == sizeof(C) && scaling[i].identity()) {
        source[i] = reinterpret_cast<const C*>(p);
      } else {
        load_line(buffer[i], p, loop.dtype[i], stride, m, scaling[i]);
        source[i] = buffer[i];
      }
    }
    for (int o = 0; o < O; ++o) {
      const bool direct = loop.dtype[I + o] == same && loop.strides[I + o][last] == sizeof(C);
      target[o] = direct ? reinterpret_cast<C*>(out[o] + begin * sizeof(C)) : buffer[I + o];
    }
    for (std::int64_t x = 0; x < m; x += V::lanes) {
      V a[I], b[O];
      for (int i = 0; i < I; ++i) a[i] = V::load(source[i] + x, m - x);
      f(a, b);
      for (int o = 0; o < O; ++o) b[o].store(target[o] + x, m - x);
    }
    for (int o = 0; o < O; ++o) {
      if (target[o] != buffer[I + o]) continue;
      const std::int64_t stride = loop.strides[I + o][last];
      store_line(out[o] + begin * stride, buffer[I + o], loop.dtype[I + o], stride, m);
    }
  }
}

template <class C, int I, int O, class F>
void run_pointwise(const opsin::engine::Loop<I + O>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  const std::int64_t n = loop.line_length();
  // One long line is cut into pieces; short lines are grouped: about 64 Ki elements a task either way.
  constexpr std::int64_t task = 1 << 16;
  const std::int64_t piece = std::min(n, task);
  const std::int64_t pieces = (n + piece - 1) / piece;
  core::parallel_for(loop.lines() * pieces, std::max<std::int64_t>(1, task / piece), [&](auto begin, auto end) {
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t start = (item % pieces) * piece;
      const std::byte* in[I];
      std::byte* out[O];
      const auto place = [&](int k) {
        std::int64_t rest = item / pieces;
        std::int64_t at = start * loop.strides[k][loop.ndim - 1];
        for (int d = loop.ndim - 2; d >= 0; --d) {
          at += (rest % loop.shape[d]) * loop.strides[k][d];
          rest /= loop.shape[d];
        }
        return static_cast<std::byte*>(loop.data[k]) + at;
      };
      for (int i = 0; i < I; ++i) in[i] = place(i);
      for (int o = 0; o < O; ++o) out[o] = place(I + o);
      pointwise_line<C, I, O>(loop, in, out, std::min(piece, n - start), f, scaling);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
