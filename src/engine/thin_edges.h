// SPDX-License-Identifier: Apache-2.0
// Edges of a smoothed plane image, one element wide: Sobel derivatives, their magnitude, and of each element whether it
// is a maximum across the edge (J. Canny, "A computational approach to edge detection", 1986), in one pass that keeps
// neither derivatives nor magnitudes.
//
// The magnitude across the edge lies between two elements on either side. Their mean, weighted by the gradient's
// direction, is compared as scikit-image compares it, whose ties decide on ramps and at symmetric edges: float64
// repeats its operations, float32 keeps the rounding errors of its products.
#pragma once

#include <cmath>

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// What the smoothed image is divided by.
struct EdgeDivisor {
  enum class Kind : std::uint8_t { none, image, table } kind = Kind::none;
  /// Of the compute type. A table holds an image of at most 2 r + 1 rows and columns: its middle stands for all rows
  /// and columns that lie r from both edges.
  Array values;
};

/// All arrays are contiguous; the images are of the compute type.
struct ThinEdges {
  Array smoothed;
  EdgeDivisor divisor;
  Array mask;            // bool; an element counts when all of its 3 x 3 neighbours are true. Not defined: all are
  double thresholds[2];  // of weak and strong edges
  Array on_device;       // two float64 values to take for them, unless it is not defined
};

/// Row or column of a divisor's table.
HD std::int64_t table_index(std::int64_t i, std::int64_t n, std::int64_t table) {
  const std::int64_t middle = table / 2;
  return i < middle ? i : i + middle >= n ? i - n + table : middle;
}

template <class C>
struct EdgeThresholds {
  C weak, strong;

  /// The weak threshold is a float32 in scikit-image, and never zero; the strong one is compared as a double.
  static HD EdgeThresholds of(const double* from) {
    float low = static_cast<float>(from[0]);
    if (low == 0) low = 1e-14f;
    C high = static_cast<C>(from[1]);
    if (static_cast<double>(high) < from[1]) {
      high = static_cast<C>(::nextafterf(static_cast<float>(high), static_cast<float>(INFINITY)));
    }
    return {static_cast<C>(low), high};
  }
};

/// Smoothing of three neighbouring differences, in SciPy's order.
template <class V>
HD V sobel_sum(V before, V middle, V after) {
  return broadcast<V>(Element<V>(2)) * middle + (before + after);
}

template <class V>
HD V edge_magnitude(V down, V across) {
  return sqrt(down * down + across * across);
}

/// Whether far * w + near * (1 - w) <= m.
template <class V>
HD auto not_above(V far, V near, V w, V m) {
  if constexpr (sizeof(Element<V>) == 4) {
    // scikit-image rounds the first product and takes the rest in double.
    const V product = near * w;
    const V error = fma(near, w, -product);
    return ((near - m) + (far * w - product)) - error <= broadcast<V>(Element<V>(0));
  } else {
    return far * w + near * (broadcast<V>(Element<V>(1)) - w) <= m;
  }
}

/// 0 for no edge, 1 for a weak and 3 for a strong one (the bits of engine/hysteresis.h). m(dy, dx) is the magnitude
/// there.
template <class V, class Magnitude>
HD V edge_level(V down, V across, const Magnitude& m, const EdgeThresholds<Element<V>>& thresholds) {
  using C = Element<V>;
  const V zero = broadcast<V>(C(0)), one = broadcast<V>(C(1));
  const auto falling = ((down >= zero) & (across >= zero)) | ((down <= zero) & (across <= zero));
  const V y = abs(down), x = abs(across);
  const auto steep = y > x;
  const V w = min(y, x) / max(y, x);
  const V far_1 = pick(falling, m(1, 1), m(-1, 1)), far_2 = pick(falling, m(-1, -1), m(1, -1));
  const V near_1 = pick(steep, pick(falling, m(1, 0), m(-1, 0)), m(0, 1));
  const V near_2 = pick(steep, pick(falling, m(-1, 0), m(1, 0)), m(0, -1));
  const V here = m(0, 0);
  const auto weak = (here >= broadcast<V>(thresholds.weak)) & (here > zero) & not_above(far_1, near_1, w, here) &
                    not_above(far_2, near_2, w, here);
  const V level = pick(here >= broadcast<V>(thresholds.strong), broadcast<V>(C(3)), one);
  return pick(weak, level, zero);
}

/// Which elements of an image that is not empty are edges, as the device keeps it.
struct EdgeState;

/// Finds weak and strong edges. Elements at the image's edge are none.
template <class C>
void thin_edges(const EdgeState& state, const ThinEdges& e);

/// `out`, of the compute type: the gradient's magnitude.
template <class C>
void gradient_magnitude(const Array& out, const ThinEdges& e);

/// `out`, bool, C-contiguous and of the state's shape: edges that hold a strong one.
void link_edges(const Array& out, const EdgeState& state);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/thin_edges_cuda.h"
#else
#include "engine/thin_edges_cpu.h"
#endif
