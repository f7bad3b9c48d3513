// SPDX-License-Identifier: Apache-2.0
// What every filter asks of its window along an axis.
#pragma once

#include "core/check.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// There is no memory for the elements or the lines of a larger window; a little later even their number of bytes
/// overflows.
inline constexpr std::int64_t most_window = std::int64_t{1} << 40;

/// Throws ValueError for an origin outside the window, MemoryError for a window that is too large.
inline void check_window(std::int64_t size, int origin) {
  core::check_plain(size / 2 + origin >= 0 && size / 2 + origin < size, "invalid origin");
  core::check_plain<MemoryError>(size < most_window, "no memory for a window of ", size, " elements");
}

}  // namespace opsin::OPSIN_TARGET::ndimage
