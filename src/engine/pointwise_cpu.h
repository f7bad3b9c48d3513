// SPDX-License-Identifier: Apache-2.0
// CPU side of the pointwise engine: blocks of a line go through compute-type buffers that stay in the L1 cache.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/channels_cpu.h"
#include "engine/long_lines_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t pointwise_block = 512;

/// Arrays of one call that together are larger than this pass by the caches: their outputs are written without being
/// read first, and would have left the cache before anybody asks for them.
inline constexpr std::int64_t pointwise_streams_from = std::int64_t{16} << 20;

template <class C>
int highest_lane(Vec<C> v) {
  alignas(64) C lanes[Vec<C>::lanes];
  v.store(lanes);
  return static_cast<int>(*std::max_element(lanes, lanes + Vec<C>::lanes));
}

/// One task: a piece of a line of every array.
template <class C, int I, int O, class F>
class PointwiseLine {
 public:
  using V = Vec<C>;

  PointwiseLine(const opsin::engine::Loop<I + O>& loop, const F& f, const std::array<Scaling, I>& scaling, bool streams)
      : loop_(loop),
        f_(f),
        scaling_(scaling),
        streams_(streams),
        split_(loop.template interleaved<I>(0)),
        join_(loop.template interleaved<O>(I)) {}

  /// Elements [0, n) from the given addresses on; returns the highest report.
  int run(std::byte* const (&at)[I + O], std::int64_t n) {
    V report;
    for (std::int64_t begin = 0; begin < n; begin += pointwise_block) {
      const std::int64_t m = std::min(pointwise_block, n - begin);
      load(at, begin, m);
      if constexpr (O >= 2 && O <= 4) {
        if (join_ && loop_.dtype[I] == same) {
          compute_joined(reinterpret_cast<C*>(at[I]) + begin * O, m, report);
          continue;
        }
      }
      place_targets(at, begin);
      compute(m, report);
      store(at, begin, m);
    }
    if constexpr (!Reporting<F, C, I, O>) return 0;
    return highest_lane(report);
  }

 private:
  static constexpr DType same = dtype_of<C>;

  std::int64_t stride(int k) const { return loop_.strides[k][loop_.ndim - 1]; }
  std::int64_t item(int k) const { return static_cast<std::int64_t>(itemsize(loop_.dtype[k])); }

  void load(std::byte* const (&at)[I + O], std::int64_t begin, std::int64_t m) {
    if constexpr (I >= 2 && I <= 4) {
      if (split_) {
        alignas(64) C mixed[I * pointwise_block];
        const std::byte* p = at[0] + begin * item(0) * I;
        const C* whole = reinterpret_cast<const C*>(p);
        if (loop_.dtype[0] != same || !scaling_[0].identity()) {
          load_line(mixed, p, loop_.dtype[0], item(0), m * I, scaling_[0]);
          whole = mixed;
        }
        C* to[I];
        for (int i = 0; i < I; ++i) source_[i] = to[i] = buffer_[i];
        split_channels<C, I>(to, whole, m);
        return;
      }
    }
    for (int i = 0; i < I; ++i) {
      const std::byte* p = at[i] + begin * stride(i);
      if (loop_.dtype[i] == same && stride(i) == sizeof(C) && scaling_[i].identity()) {
        source_[i] = reinterpret_cast<const C*>(p);
      } else if (stride(i) == 0) {
        // One element for all of the line, whose first block is its longest.
        source_[i] = buffer_[i];
        if (begin > 0) continue;
        load_line(buffer_[i], p, loop_.dtype[i], 0, 1, scaling_[i]);
        std::fill_n(buffer_[i] + 1, m - 1, C{buffer_[i][0]});
      } else {
        load_line(buffer_[i], p, loop_.dtype[i], stride(i), m, scaling_[i]);
        source_[i] = buffer_[i];
      }
    }
  }

  void place_targets(std::byte* const (&at)[I + O], std::int64_t begin) {
    for (int o = 0; o < O; ++o) {
      const bool direct = !join_ && loop_.dtype[I + o] == same && stride(I + o) == sizeof(C);
      target_[o] = direct ? reinterpret_cast<C*>(at[I + o] + begin * sizeof(C)) : buffer_[I + o];
      past_caches_[o] = direct && streams_ && reinterpret_cast<std::uintptr_t>(target_[o]) % sizeof(V) == 0;
    }
  }

  /// What the functor makes of m - x elements from x on, at most a vector of them.
  HD void apply(V (&b)[O], std::int64_t x, std::int64_t m, V& report) {
    V a[I];
    for (int i = 0; i < I; ++i) a[i] = V::load(source_[i] + x, m - x);
    if constexpr (Reporting<F, C, I, O>) {
      f_(a, b, report);
    } else {
      f_(a, b);
    }
  }

  /// Channels of one image, in its dtype, go there from registers.
  void compute_joined(C* to, std::int64_t m, V& report) {
    V b[O];
    std::int64_t x = 0;
    for (; x + V::lanes <= m; x += V::lanes) {
      apply(b, x, m, report);
      store_joined(to + x * O, b);
    }
    if (x == m) return;
    apply(b, x, m, report);
    alignas(64) C mixed[O * V::lanes];
    store_joined(mixed, b);
    std::copy_n(mixed, (m - x) * O, to + x * O);
  }

  void compute(std::int64_t m, V& report) {
    for (std::int64_t x = 0; x < m; x += V::lanes) {
      V b[O];
      apply(b, x, m, report);
      for (int o = 0; o < O; ++o) {
        if (past_caches_[o] && m - x >= V::lanes) {
          hn::Stream(b[o].v, typename V::Tag(), target_[o] + x);
        } else {
          b[o].store(target_[o] + x, m - x);
        }
      }
    }
  }

  void store(std::byte* const (&at)[I + O], std::int64_t begin, std::int64_t m) {
    if constexpr (O >= 2 && O <= 4) {
      if (join_) {
        alignas(64) C mixed[O * pointwise_block];
        join_channels<C, O>(mixed, target_, m);
        store_line(at[I] + begin * item(I) * O, mixed, loop_.dtype[I], item(I), m * O);
        return;
      }
    }
    for (int o = 0; o < O; ++o) {
      if (target_[o] != buffer_[I + o]) continue;
      store_line(at[I + o] + begin * stride(I + o), buffer_[I + o], loop_.dtype[I + o], stride(I + o), m);
    }
  }

  const opsin::engine::Loop<I + O>& loop_;
  const F f_;
  const std::array<Scaling, I>& scaling_;
  const bool streams_;
  const bool split_;
  const bool join_;
  const C* source_[I];
  C* target_[O];
  bool past_caches_[O];
  alignas(64) C buffer_[I + O][pointwise_block];
};

/// Where a piece of a line begins in every array. Lines that follow each other are found without divisions, which took
/// longer than a short line itself.
template <int N>
class PieceCursor {
 public:
  PieceCursor(const opsin::engine::Loop<N>& loop, std::int64_t line) : loop_(loop) {
    for (int d = loop.ndim - 2; d >= 0; --d) {
      index_[d] = line % loop.shape[d];
      line /= loop.shape[d];
      for (int k = 0; k < N; ++k) offset_[k] += index_[d] * loop.strides[k][d];
    }
  }
  void find(std::byte* (&at)[N], std::int64_t start) const {
    for (int k = 0; k < N; ++k) {
      at[k] = static_cast<std::byte*>(loop_.data[k]) + offset_[k] + start * loop_.strides[k][loop_.ndim - 1];
    }
  }
  void next_line() {
    for (int d = loop_.ndim - 2; d >= 0; --d) {
      const bool ends = ++index_[d] == loop_.shape[d];
      if (ends) index_[d] = 0;
      for (int k = 0; k < N; ++k) offset_[k] += (ends ? 1 - loop_.shape[d] : 1) * loop_.strides[k][d];
      if (!ends) return;
    }
  }

 private:
  const opsin::engine::Loop<N>& loop_;
  std::int64_t index_[max_ndim] = {};
  std::int64_t offset_[N] = {};
};

template <class F>
struct OneByOne;  // engine/lookup.h

template <class F>
inline constexpr bool is_one_by_one = false;
template <class F>
inline constexpr bool is_one_by_one<OneByOne<F>> = true;

/// Elements of a task. Small integers that go through vectors take so little time that another thread has to be worth
/// its start: half a MiB of them is.
template <class C, int N, class F = void>
inline constexpr std::int64_t pointwise_task =
    std::max(std::uint64_t{1} << 16, std::is_integral_v<C> && !is_one_by_one<F>
                                         ? std::bit_floor((std::uint64_t{1} << 19) / (N * sizeof(C)))
                                         : std::uint64_t{0});

/// Calls line(at, n), which returns a report, for pieces of lines on all threads; returns the highest report.
template <int N, class Line>
int for_each_piece(const opsin::engine::Loop<N>& loop, std::int64_t task, bool streams, const Line& line) {
  const std::int64_t n = loop.line_length();
  // One long line is cut into pieces; short lines are grouped: about `task` elements a task either way.
  const std::int64_t piece = std::min(n, task);
  const std::int64_t pieces = (n + piece - 1) / piece;
  std::atomic<int> highest{0};
  core::parallel_for(loop.lines() * pieces, std::max<std::int64_t>(1, task / piece), [&](auto begin, auto end) {
    int report = 0;
    PieceCursor<N> cursor(loop, begin / pieces);
    std::int64_t start = begin % pieces * piece;
    for (std::int64_t item = begin; item < end; ++item) {
      std::byte* at[N];
      cursor.find(at, start);
      report = std::max(report, line(at, std::min(piece, n - start)));
      start += piece;
      if (start >= n) {
        start = 0;
        cursor.next_line();
      }
    }
    if (streams) hwy::FlushStream();
    int seen = highest.load(std::memory_order_relaxed);
    while (report > seen && !highest.compare_exchange_weak(seen, report, std::memory_order_relaxed)) {
    }
  });
  return highest.load(std::memory_order_relaxed);
}

template <int N>
bool passes_caches(const opsin::engine::Loop<N>& loop) {
  std::int64_t bytes = 0;
  for (const DType t : loop.dtype) bytes += static_cast<std::int64_t>(itemsize(t));
  return loop.size() * bytes > pointwise_streams_from;
}

template <class C, int I, int O, class F>
int run_pointwise(const opsin::engine::Loop<I + O>& given, const F& f, const std::array<Scaling, I>& scaling) {
  const auto loop = with_long_lines(given);
  const bool streams = passes_caches(loop);
  return for_each_piece(loop, pointwise_task<C, I + O, F>, streams, [&](std::byte* const(&at)[I + O], std::int64_t n) {
    return PointwiseLine<C, I, O, F>(loop, f, scaling, streams).run(at, n);
  });
}

/// n neighbouring elements of one storage type into another. Floats to narrow integers are spelled with vectors; for
/// the rest the compiler picks the width that suits both types.
template <class C, class T, class U, class F>
__attribute__((noinline)) int convert_elements(U* __restrict to, const T* __restrict from, std::int64_t n, const F f) {
  constexpr bool quantizes = std::is_floating_point_v<C> && std::is_integral_v<U> && !std::is_same_v<U, bool>;
  const auto one = [&](const auto(&in)[1], auto(&out)[1], auto& report) __attribute__((always_inline)) {
    if constexpr (Reporting<F, C, 1, 1>) {
      f(in, out, report);
    } else {
      f(in, out);
    }
  };
  if constexpr (quantizes) {
    static_assert(std::is_same_v<T, C>);
    using V = Vec<C>;
    V report;
    alignas(64) U rest[V::lanes];
    for (std::int64_t i = 0; i < n; i += V::lanes) {
      const V in[1] = {V::load(from + i, n - i)};
      V out[1];
      one(in, out, report);
      if (n - i >= V::lanes) {
        store_through_int32(to + i, out[0]);
      } else {
        store_through_int32(rest, out[0]);
        std::copy_n(rest, n - i, to + i);
      }
    }
    return highest_lane(report);
  } else {
    C report = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const C in[1] = {load_as<C>(from + i)};
      C out[1];
      one(in, out, report);
      to[i] = store_as<U>(out[0]);
    }
    return static_cast<int>(report);
  }
}

/// True for lines of neighbouring elements at addresses that suit their type; fields of record arrays lie anywhere.
template <class T, class U>
bool convertible(const opsin::engine::Loop<2>& loop) {
  const std::int64_t item[2] = {sizeof(T), sizeof(U)};
  for (int k = 0; k < 2; ++k) {
    if (loop.strides[k][loop.ndim - 1] != item[k] || reinterpret_cast<std::intptr_t>(loop.data[k]) % item[k])
      return false;
    for (int d = 0; d < loop.ndim; ++d) {
      if (loop.strides[k][d] % item[k]) return false;
    }
  }
  return true;
}

/// Copies past the caches, but for the ends: a cache line that is written half past them and half through them costs
/// 250 ns.
inline void stream_cache_lines(void* to, const void* from, std::size_t bytes) {
  constexpr std::size_t line = 64;
  if (bytes < 2 * line) {
    std::memcpy(to, from, bytes);
    return;
  }
  auto* const p = static_cast<std::byte*>(to);
  const auto* const q = static_cast<const std::byte*>(from);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(to) % line;
  const std::size_t head = std::min(bytes, past == 0 ? 0 : line - past);
  const std::size_t whole = (bytes - head) / line * line, tail = bytes - head - whole;
  std::memcpy(p, q, head);
  stream_bytes(p + head, q + head, whole);
  std::memcpy(p + head + whole, q + head + whole, tail);
}

/// Elements of U as they are.
template <class U>
void run_copy(const opsin::engine::Loop<2>& loop) {
  const bool streams = passes_caches(loop);
  for_each_piece(loop, pointwise_task<U, 2>, streams, [&](std::byte* const(&at)[2], std::int64_t n) {
    const auto bytes = static_cast<std::size_t>(n) * sizeof(U);
    if (streams) {
      stream_cache_lines(at[1], at[0], bytes);
    } else {
      std::memcpy(at[1], at[0], bytes);
    }
    return 0;
  });
}

template <class C, class T, class U, class F>
int run_convert(const opsin::engine::Loop<2>& loop, const F& f) {
  // Short lines are turned, and their elements lie apart then.
  if (!convertible<T, U>(with_long_lines(loop))) return run_pointwise<C, 1, 1>(loop, f, {});
  const bool streams = passes_caches(loop);
  return for_each_piece(loop, pointwise_task<C, 2, F>, streams, [&](std::byte* const(&at)[2], std::int64_t n) {
    constexpr std::int64_t block = 8192 / sizeof(U);
    alignas(64) U buffer[block];
    const auto* from = reinterpret_cast<const T*>(at[0]);
    auto* to = reinterpret_cast<U*>(at[1]);
    int report = 0;
    for (std::int64_t begin = 0; begin < n; begin += block) {
      const std::int64_t m = std::min(block, n - begin);
      report = std::max(report, convert_elements<C>(streams ? buffer : to + begin, from + begin, m, f));
      if (streams) stream_cache_lines(to + begin, buffer, static_cast<std::size_t>(m) * sizeof(U));
    }
    return report;
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
