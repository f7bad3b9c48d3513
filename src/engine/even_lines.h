// SPDX-License-Identifier: Apache-2.0
// Interpolation between points that lie so evenly that the distance from the first, times the lines in a unit, is the
// number of the line, or next to it. That factor stands where the last point's slope would.
#pragma once

#include "engine/interpolate.h"
#include "engine/lookup.h"

namespace opsin::OPSIN_TARGET::engine {

/// A guess of the line's number. X is the type of `at`.
template <class X, class I>
HD I line_guess(X at, X first, X per_unit, I last) {
  const X place = (at - first) * per_unit;
  return place > 0 && place < static_cast<X>(last) ? static_cast<I>(place) : 0;
}

struct AlongLines {
  LineTable table;
  HD double operator()(double at) const {
    return table.from(line_guess(at, table.x[0], table.slope[table.n - 1], table.n - 1), at);
  }
};

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/even_lines_cuda.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `out` and the image are of one real dtype, whose values the points' x are, and y as well where it is float32.
inline void along_lines(const Array& out, const Array& image, const LineTable& table) {
#ifdef OPSIN_TARGET_CUDA
  if (along_shared_lines(out, image, table)) return;
#endif
  lookup<double>(out, image, AlongLines{table});
}

}  // namespace opsin::OPSIN_TARGET::engine
