// SPDX-License-Identifier: Apache-2.0
// A piece of an image row with what lies beyond its ends.
#pragma once

#include <algorithm>

#include "core/border.h"
#include "core/lines_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// to[i] = element first + i of the endless row whose `width` elements lie at `row`, for i in [0, count).
template <class C>
void padded_line(C* to, const void* row, DType dtype, std::int64_t width, std::int64_t first, std::int64_t count,
                 const Scaling& scaling, Border border, C cval) {
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  const auto* p = static_cast<const std::byte*>(row);
  const std::int64_t begin = std::clamp<std::int64_t>(first, 0, width);
  const std::int64_t end = std::clamp<std::int64_t>(first + count, begin, width);
  if (end > begin) load_line(to + (begin - first), p + begin * item, dtype, item, end - begin, scaling);
  const auto extend = [&](std::int64_t from, std::int64_t until) {
    for (std::int64_t x = from; x < until; ++x) {
      const std::int64_t source = border_index(x, width, border);
      if (source < 0) {
        to[x - first] = cval;
      } else {
        load_line(to + (x - first), p + source * item, dtype, item, 1, scaling);
      }
    }
  };
  extend(first, std::min(begin, first + count));
  extend(std::max(end, first), first + count);
}

}  // namespace opsin::OPSIN_TARGET::engine
