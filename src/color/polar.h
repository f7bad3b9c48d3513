// SPDX-License-Identifier: Apache-2.0
// Hues as angles.
#pragma once

#include <numbers>

#include "color/convert.h"

namespace opsin::OPSIN_TARGET::color {

template <class V>
HD V radians(double x) {
  return broadcast<V>(static_cast<Element<V>>(x));
}

/// The angle of (a, b) in [0, 2 pi].
template <class V>
HD V hue(V a, V b) {
  const V angle = atan2(b, a);
  return pick(angle < radians<V>(0), angle + radians<V>(2 * std::numbers::pi), angle);
}

}  // namespace opsin::OPSIN_TARGET::color
