// SPDX-License-Identifier: Apache-2.0
// The elements of an image in pieces that fit the caches, as values of a compute type, on all threads.
#pragma once

#include <algorithm>
#include <optional>

#include "core/lines_cpu.h"
#include "core/threads.h"
#include "engine/line_start_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t values_per_piece = 4096;

/// Calls f(values, n), n > 0, for pieces of the image, in any order and from several threads; only the elements that
/// the mask holds where there is one. `make` gives each task a worker of its own, which is called as worker(values, n).
template <class C, class Make>
void for_each_worker(const Array& image, const std::optional<Array>& mask, const Make& make) {
  const auto loop = opsin::engine::make_loop<2>({image, mask ? *mask : image});
  if (loop.size() == 0) return;
  const std::int64_t n = loop.line_length();
  constexpr std::int64_t task = 1 << 18;
  const std::int64_t piece = std::min(n, task);
  const std::int64_t pieces = (n + piece - 1) / piece;
  const int last = loop.ndim - 1;
  core::parallel_for(loop.lines() * pieces, std::max<std::int64_t>(1, task / piece), [&](auto begin, auto end) {
    auto&& worker = make();
    alignas(64) C buffer[values_per_piece];
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t start = item % pieces * piece;
      const std::int64_t stop = std::min(n, start + piece);
      const std::byte* at[2];
      find_line(at, loop, item / pieces);
      const bool direct = loop.dtype[0] == dtype_of<C> && loop.strides[0][last] == sizeof(C) && !mask;
      for (std::int64_t x = start; x < stop; x += values_per_piece) {
        std::int64_t m = std::min(values_per_piece, stop - x);
        const std::byte* from = at[0] + x * loop.strides[0][last];
        const C* values = reinterpret_cast<const C*>(from);
        if (!direct) {
          load_line(buffer, from, loop.dtype[0], loop.strides[0][last], m, Scaling{});
          values = buffer;
        }
        if (mask) {
          const auto* held = reinterpret_cast<const std::uint8_t*>(at[1]);
          const std::int64_t step = loop.strides[1][last];
          std::int64_t kept = 0;
          for (std::int64_t i = 0; i < m; ++i) {
            buffer[kept] = buffer[i];
            kept += held[(x + i) * step] != 0;
          }
          m = kept;
        }
        if (m > 0) worker(values, m);
      }
    }
  });
}

template <class C, class F>
void for_each_values(const Array& image, const std::optional<Array>& mask, const F& f) {
  for_each_worker<C>(image, mask, [&]() -> const F& { return f; });
}

}  // namespace opsin::OPSIN_TARGET::engine
