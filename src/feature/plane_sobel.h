// SPDX-License-Identifier: Apache-2.0
// Sobel derivatives of a plane image at one element, as scipy.ndimage.sobel has them: the difference along its axis
// first, then the smoothing along the other one, which beyond a constant edge meets cval and not a difference. That is
// why banks of filters cannot make them for all borders.
#pragma once

#include "core/border.h"

namespace opsin::OPSIN_TARGET::feature {

template <class C>
struct PlaneSobel {
  const C* data;
  std::int64_t rows, columns;
  Border border;
  C cval;

  /// Near an edge: every index goes through the border's rule.
  struct Edge {
    const PlaneSobel& image;
    std::int64_t y, x;

    HD Edge in(const PlaneSobel& other) const { return {other, y, x}; }
    HD C value() const { return image.data[y * image.columns + x]; }
    HD C across() const {
      return smoothed(y, image.rows, [&](std::int64_t r) { return pixel(r, x + 1) - pixel(r, x - 1); });
    }
    HD C down() const {
      return smoothed(x, image.columns, [&](std::int64_t c) { return pixel(y + 1, c) - pixel(y - 1, c); });
    }

   private:
    HD C pixel(std::int64_t r, std::int64_t c) const {
      const std::int64_t from_r = border_index(r, image.rows, image.border);
      const std::int64_t from_c = border_index(c, image.columns, image.border);
      return from_r < 0 || from_c < 0 ? image.cval : image.data[from_r * image.columns + from_c];
    }
    template <class F>
    HD C smoothed(std::int64_t at, std::int64_t n, const F& difference) const {
      const auto met = [&](std::int64_t i) {
        const std::int64_t from = border_index(i, n, image.border);
        return from < 0 ? image.cval : difference(from);
      };
      return C(2) * difference(at) + (met(at - 1) + met(at + 1));
    }
  };

  /// No index leaves the image.
  struct Inside {
    const C* p;
    std::int64_t columns, offset;

    HD Inside in(const PlaneSobel& other) const { return {other.data + offset, columns, offset}; }
    HD C value() const { return p[0]; }
    HD C across() const {
      const C* above = p - columns;
      const C* below = p + columns;
      return C(2) * (p[1] - p[-1]) + ((above[1] - above[-1]) + (below[1] - below[-1]));
    }
    HD C down() const {
      const C* above = p - columns;
      const C* below = p + columns;
      return C(2) * (below[0] - above[0]) + ((below[-1] - above[-1]) + (below[1] - above[1]));
    }
  };

  /// f(x, at) for the elements [begin, end) of row y.
  template <class F>
  HD void along_row(std::int64_t y, std::int64_t begin, std::int64_t end, const F& f) const {
    std::int64_t from = end, to = end;
    if (y > 0 && y + 1 < rows && columns > 2) {
      from = begin > 1 ? begin : 1;
      to = end < columns - 1 ? end : columns - 1;
      if (from >= to) from = to = end;
    }
    for (std::int64_t x = begin; x < from; ++x) f(x, Edge{*this, y, x});
    for (std::int64_t x = from; x < to; ++x) f(x, Inside{data + y * columns + x, columns, y * columns + x});
    for (std::int64_t x = to; x < end; ++x) f(x, Edge{*this, y, x});
  }
};

}  // namespace opsin::OPSIN_TARGET::feature
