// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/sums.h: blocks of a line go through buffers of the compute type, as in the pointwise engine.
#pragma once

#include <algorithm>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C, int I, int K, class F>
class SumsTask {
  using V = Vec<C>;
  static constexpr std::int64_t block = 512;

 public:
  SumsTask(const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling)
      : loop_(loop), f_(f), scaling_(scaling) {}

  /// Adds the terms of elements [begin, end) of a line.
  void add(std::int64_t line, std::int64_t begin, std::int64_t end) {
    const int last = loop_.ndim - 1;
    const std::byte* at[I];
    for (int i = 0; i < I; ++i) at[i] = static_cast<const std::byte*>(loop_.data[i]);
    for (int d = last - 1; d >= 0; --d) {
      for (int i = 0; i < I; ++i) at[i] += line % loop_.shape[d] * loop_.strides[i][d];
      line /= loop_.shape[d];
    }
    for (std::int64_t x = begin; x < end; x += block) {
      const std::int64_t m = std::min(block, end - x);
      const C* source[I];
      for (int i = 0; i < I; ++i) {
        const std::int64_t stride = loop_.strides[i][last];
        const std::byte* const p = at[i] + x * stride;
        if (loop_.dtype[i] == dtype_of<C> && stride == sizeof(C) && scaling_[i].identity()) {
          source[i] = reinterpret_cast<const C*>(p);
        } else {
          load_line(buffer_[i], p, loop_.dtype[i], stride, m, scaling_[i]);
          source[i] = buffer_[i];
        }
      }
      const std::int64_t whole = m - m % V::lanes;
      V in[I], term[K];
      for (std::int64_t k = 0; k < whole; k += V::lanes) {
        for (int i = 0; i < I; ++i) in[i] = V::load(source[i] + k);
        f_(in, term);
        for (int o = 0; o < K; ++o) sum_[o] = sum_[o] + term[o];
      }
      if (whole == m) continue;
      // Lanes beyond the line must not count, whatever the functor makes of zeros.
      for (int i = 0; i < I; ++i) in[i] = V::load(source[i] + whole, m - whole);
      f_(in, term);
      for (int o = 0; o < K; ++o) {
        alignas(64) C lanes[V::lanes];
        term[o].store(lanes);
        for (std::int64_t k = 0; k < m - whole; ++k) rest_[o] += lanes[k];
      }
    }
  }

  void store(C* to) const {
    for (int o = 0; o < K; ++o) {
      alignas(64) C lanes[V::lanes];
      sum_[o].store(lanes);
      C total = rest_[o];
      for (const C lane : lanes) total += lane;
      to[o] = total;
    }
  }

 private:
  const opsin::engine::Loop<I>& loop_;
  const F f_;
  const std::array<Scaling, I>& scaling_;
  V sum_[K];
  C rest_[K] = {};
  alignas(64) C buffer_[I][block];
};

template <class C, int I, int K, class F>
void run_sums(C* out, const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  constexpr std::int64_t share = 1 << 15;  // elements of a task
  const std::int64_t length = loop.line_length();
  const std::int64_t pieces = (length + share - 1) / share;  // of a line
  const std::int64_t lines = std::max<std::int64_t>(1, share / length);
  const std::int64_t groups = (loop.lines() + lines - 1) / lines;
  std::vector<C> partial(static_cast<std::size_t>(groups * pieces * K));
  core::parallel_for(groups * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      SumsTask<C, I, K, F> task(loop, f, scaling);
      const std::int64_t first = t / pieces * lines;
      const std::int64_t x = t % pieces * share;
      for (std::int64_t line = first; line < std::min(first + lines, loop.lines()); ++line) {
        task.add(line, x, std::min(length, x + share));
      }
      task.store(partial.data() + t * K);
    }
  });
  for (std::int64_t t = 0; t < groups * pieces; ++t) {
    for (int o = 0; o < K; ++o) out[o] += partial[static_cast<std::size_t>(t * K + o)];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
