// SPDX-License-Identifier: Apache-2.0
// How a filter sees an image beyond its edges.
#pragma once

#include <cstdint>
#include <string_view>

namespace opsin {

/// scipy.ndimage's modes, for a row a b c d:
///   reflect   d c b a | a b c d | d c b a      (np.pad "symmetric")
///   constant  k k k k | a b c d | k k k k      (k is cval)
///   nearest   a a a a | a b c d | d d d d      (np.pad "edge")
///   mirror    d c b   | a b c d |   c b a      (np.pad "reflect")
///   wrap      a b c d | a b c d | a b c d
enum class Border : std::uint8_t { reflect, constant, nearest, mirror, wrap };

/// From scipy.ndimage's name, "grid-mirror", "grid-constant" and "grid-wrap" included. Throws RuntimeError, as SciPy
/// does, for any other.
Border border_from_name(std::string_view name);

}  // namespace opsin
