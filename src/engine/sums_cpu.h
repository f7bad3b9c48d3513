// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/sums.h: blocks of a line go through buffers of the compute type, as in the pointwise engine.
#pragma once

#include <algorithm>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/line_start_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Terms of n neighbouring elements: add(term) for vectors of them, single ones to `rest`. Lanes beyond the line do not
/// count, whatever the functor makes of zeros.
template <int I, int K, class T, class R, class F, class Add>
void each_term(const T* const (&source)[I], std::int64_t n, const F& f, R (&rest)[K], const Add& add) {
  using V = Vec<T>;
  const std::int64_t whole = n - n % V::lanes;
  V in[I], term[K];
  for (std::int64_t k = 0; k < whole; k += V::lanes) {
    for (int i = 0; i < I; ++i) in[i] = V::load(source[i] + k);
    f(in, term);
    add(term);
  }
  if (whole == n) return;
  for (int i = 0; i < I; ++i) in[i] = V::load(source[i] + whole, n - whole);
  f(in, term);
  for (int o = 0; o < K; ++o) {
    alignas(64) T lanes[V::lanes];
    term[o].store(lanes);
    for (std::int64_t k = 0; k < n - whole; ++k) rest[o] += lanes[k];
  }
}

/// Sums in C of terms that are made in T. Where T is narrower, its lanes hold the terms of a block.
template <class C, class T, int I, int K, class F>
class SumsTask {
  using V = Vec<T>;
  static constexpr std::int64_t block = 512;

 public:
  static constexpr std::int64_t share = 1 << 15;  // elements

  SumsTask(const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling)
      : loop_(loop), f_(f), scaling_(scaling) {}

  /// Adds the terms of elements [begin, end) of a line.
  void add(std::int64_t line, std::int64_t begin, std::int64_t end) {
    const int last = loop_.ndim - 1;
    const std::byte* at[I];
    find_line(at, loop_, line);
    const std::int64_t longest = std::min(block, end - begin);
    for (int i = 0; i < I; ++i) {
      if (loop_.strides[i][last] != 0) continue;
      load_line(buffer_[i], at[i], loop_.dtype[i], 0, 1, scaling_[i]);
      std::fill_n(buffer_[i], longest, T{buffer_[i][0]});
    }
    for (std::int64_t x = begin; x < end; x += block) {
      const std::int64_t m = std::min(block, end - x);
      const T* source[I];
      for (int i = 0; i < I; ++i) {
        const std::int64_t stride = loop_.strides[i][last];
        const std::byte* const p = at[i] + x * stride;
        if (loop_.dtype[i] == dtype_of<T> && stride == sizeof(T) && scaling_[i].identity()) {
          source[i] = reinterpret_cast<const T*>(p);
        } else {
          if (stride != 0) load_line(buffer_[i], p, loop_.dtype[i], stride, m, scaling_[i]);
          source[i] = buffer_[i];
        }
      }
      each_term(source, m, f_, rest_, [&](const V(&term)[K]) {
        for (int o = 0; o < K; ++o) sum_[o] = sum_[o] + term[o];
      });
      if constexpr (sizeof(T) < sizeof(C)) {
        store(rest_);
        std::fill_n(sum_, K, V());
      }
    }
  }

  void store(C* to) const {
    for (int o = 0; o < K; ++o) {
      alignas(64) T lanes[V::lanes];
      sum_[o].store(lanes);
      C total = rest_[o];
      for (const T lane : lanes) total += lane;
      to[o] = total;
    }
  }

 private:
  const opsin::engine::Loop<I>& loop_;
  const F f_;
  const std::array<Scaling, I>& scaling_;
  V sum_[K];
  C rest_[K] = {};
  alignas(64) T buffer_[I][block];
};

/// Sums of bytes that a functor makes of bytes.
template <class C, int I, int K, class F>
class BytesTask {
  using V = Vec<std::uint8_t>;
  static constexpr std::int64_t block = 4096;

 public:
  static constexpr std::int64_t share = 1 << 18;

  BytesTask(const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>&) : loop_(loop), f_(f) {}

  void add(std::int64_t line, std::int64_t begin, std::int64_t end) {
    const std::byte* at[I];
    find_line(at, loop_, line);
    for (std::int64_t x = begin; x < end; x += block) {
      const std::int64_t m = std::min(block, end - x);
      const std::uint8_t* source[I];
      for (int i = 0; i < I; ++i) {
        const std::int64_t stride = loop_.strides[i][loop_.ndim - 1];
        source[i] = reinterpret_cast<const std::uint8_t*>(at[i] + x * stride);
        if (stride == 1) continue;
        if (stride != 0) {
          for (std::int64_t k = 0; k < m; ++k) buffer_[i][k] = source[i][k * stride];
        } else if (x == begin) {
          std::fill_n(buffer_[i], m, *source[i]);
        }
        source[i] = buffer_[i];
      }
      each_term(source, m, f_, rest_, [&](const V(&term)[K]) {
        for (int o = 0; o < K; ++o) sum_[o] += Vec<std::uint64_t>(hn::SumsOf8(term[o].v));
      });
    }
  }

  void store(C* to) const {
    const Vec<std::uint64_t>::Tag wide;
    for (int o = 0; o < K; ++o) to[o] = static_cast<C>(rest_[o] + hn::GetLane(hn::SumOfLanes(wide, sum_[o].v)));
  }

 private:
  const opsin::engine::Loop<I>& loop_;
  const F f_;
  Vec<std::uint64_t> sum_[K];
  std::uint64_t rest_[K] = {};
  alignas(64) std::uint8_t buffer_[I][block];
};

template <class Task, class C, int I, int K, class F>
void run_sum_tasks(C* out, const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  const std::int64_t length = loop.line_length();
  const std::int64_t pieces = (length + Task::share - 1) / Task::share;  // of a line
  const std::int64_t lines = std::max<std::int64_t>(1, Task::share / length);
  const std::int64_t groups = (loop.lines() + lines - 1) / lines;
  std::vector<C> partial(static_cast<std::size_t>(groups * pieces * K));
  core::parallel_for(groups * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      Task task(loop, f, scaling);
      const std::int64_t first = t / pieces * lines;
      const std::int64_t x = t % pieces * Task::share;
      for (std::int64_t line = first; line < std::min(first + lines, loop.lines()); ++line) {
        task.add(line, x, std::min(length, x + Task::share));
      }
      task.store(partial.data() + t * K);
    }
  });
  for (std::int64_t t = 0; t < groups * pieces; ++t) {
    for (int o = 0; o < K; ++o) out[o] += partial[static_cast<std::size_t>(t * K + o)];
  }
}

template <class C, int I, int K, class F>
void run_sums(C* out, const opsin::engine::Loop<I>& loop, const F& f, const std::array<Scaling, I>& scaling) {
  if constexpr (requires { F::of_bytes; }) {
    const auto is_byte = [](DType t) { return t == DType::boolean || t == DType::uint8; };
    if (std::all_of(loop.dtype, loop.dtype + I, is_byte)) {
      return run_sum_tasks<BytesTask<C, I, K, F>, C, I, K>(out, loop, f, scaling);
    }
  }
  if constexpr (requires { F::of_words; }) {
    const auto is_word = [](DType t) { return t == DType::boolean || (is_integer(t) && itemsize(t) <= 2); };
    if (std::all_of(loop.dtype, loop.dtype + I, is_word)) {
      return run_sum_tasks<SumsTask<C, std::int32_t, I, K, F>, C, I, K>(out, loop, f, scaling);
    }
  }
  run_sum_tasks<SumsTask<C, C, I, K, F>, C, I, K>(out, loop, f, scaling);
}

}  // namespace opsin::OPSIN_TARGET::engine
