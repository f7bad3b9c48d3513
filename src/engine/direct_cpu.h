// SPDX-License-Identifier: Apache-2.0
// CPU side of the direct engine: a piece of an output row at a time. Taps of one source row follow each other, so each
// source row is converted and padded once for all of them.
#pragma once

#include "core/scratch_cpu.h"
#include "core/threads.h"
#include "engine/padded_line_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// sum[i] += the weighted elements of line for taps of one source row; line has slack of a vector.
template <class C>
void accumulate_taps(C* sum, const C* line, std::span<const DirectTap> taps, int axis, std::int64_t count) {
  using V = Vec<C>;
  constexpr int unroll = 4;
  const auto d = static_cast<std::size_t>(axis);
  for (std::int64_t x = 0; x < count; x += unroll * V::lanes) {
    V acc[unroll];
    for (int u = 0; u < unroll; ++u) acc[u] = V::load(sum + x + u * V::lanes);
    for (const DirectTap& t : taps) {
      const V w(static_cast<C>(t.weight));
      for (int u = 0; u < unroll; ++u) acc[u] = add_product(acc[u], w, V::load(line + x + u * V::lanes + t.offset[d]));
    }
    for (int u = 0; u < unroll; ++u) acc[u].store(sum + x + u * V::lanes);
  }
}

template <class C>
void run_direct(const Array& out, const Array& image, const Scaling& scaling, std::span<const DirectTap> taps,
                Border border, C cval) {
  const int last = image.ndim() - 1;
  const std::int64_t width = image.shape(last);
  const auto in_item = static_cast<std::int64_t>(itemsize(image.dtype()));
  const auto out_item = static_cast<std::int64_t>(itemsize(out.dtype()));
  const TapReach reach(taps);
  const std::int64_t left = reach.before[static_cast<std::size_t>(last)];
  const std::int64_t right = reach.after[static_cast<std::size_t>(last)];
  // Groups of taps with the same source row.
  std::vector<std::size_t> group{0};
  for (std::size_t i = 1; i < taps.size(); ++i) {
    if (!std::equal(taps[i].offset.begin(), taps[i].offset.begin() + last, taps[i - 1].offset.begin())) group.push_back(i);
  }
  group.push_back(taps.size());
  const std::int64_t pieces = std::max<std::int64_t>(1, width / std::max<std::int64_t>(2048, 4 * (left + right)));
  const std::int64_t tasks = image.size() / width * pieces;
  const std::int64_t work = std::max<std::int64_t>(1, width / pieces * static_cast<std::int64_t>(taps.size()));
  core::parallel_for(tasks, std::max<std::int64_t>(1, 65536 / work), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t row = t / pieces;
      const std::int64_t x0 = width * (t % pieces) / pieces;
      const std::int64_t count = width * (t % pieces + 1) / pieces - x0;
      const std::int64_t slack = 8 * Vec<C>::lanes;
      const std::int64_t size = (count + left + right + slack + 15) / 16 * 16;
      C* sum = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(2 * size) * sizeof(C)));
      C* line = sum + size;
      std::fill_n(sum, size, C(0));
      std::int64_t position[max_ndim] = {};
      for (std::int64_t d = last - 1, rest = row; d >= 0; --d) {
        position[d] = rest % image.shape(static_cast<int>(d));
        rest /= image.shape(static_cast<int>(d));
      }
      for (std::size_t g = 0; g + 1 < group.size(); ++g) {
        const auto some = taps.subspan(group[g], group[g + 1] - group[g]);
        if (some.empty()) continue;
        std::int64_t source = 0;
        for (int d = 0; d < last && source >= 0; ++d) {
          const std::int64_t n = image.shape(d);
          const std::int64_t at = border_index(position[d] + some[0].offset[static_cast<std::size_t>(d)], n, border);
          source = at < 0 ? -1 : source * n + at;
        }
        if (source < 0) {
          std::fill_n(line, count + left + right, cval);
        } else {
          padded_line(line, static_cast<const std::byte*>(image.data()) + source * width * in_item, image.dtype(), width,
                      x0 - left, count + left + right, scaling, border, cval);
        }
        accumulate_taps(sum, line + left, some, last, count);
      }
      store_line(out.mutable_data_as<std::byte>() + (row * width + x0) * out_item, sum, out.dtype(), out_item, count);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
