// SPDX-License-Identifier: Apache-2.0
// What the CUDA kernels of engine/thin_edges.h are told.
#pragma once

#include <limits>

#include "engine/hysteresis.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
struct EdgeParams {
  const C* smooth;
  const C* divisor;
  EdgeDivisor::Kind kind;
  std::int64_t table_rows, table_columns;
  const std::uint8_t* mask;
  double thresholds[2];
  const double* found;  // thresholds that the device has found, or null
  std::int64_t rows, columns;
  C* magnitude;                  // or
  std::uint32_t *weak, *strong;  // as FloodPlan has them
  int* changed;
  int sweeps;

  bool wide;  // rows begin at 16-byte boundaries

  /// Elements that lie so far from the image's edges share the middle of a table.
  std::int64_t above, before;
  const C* middle;

  /// Whether rows y0 to y1 and columns x0 to x1 lie in the image, and have one divisor at most.
  __device__ bool is_plain(std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    return kind != EdgeDivisor::Kind::image && y0 >= above && y1 <= rows - above && x0 >= before &&
           x1 <= columns - before;
  }
  static __device__ C divisor_of(C by) { return by + std::numeric_limits<C>::epsilon(); }
  __device__ std::int64_t divisor_index(std::int64_t y, std::int64_t x) const {
    if (kind == EdgeDivisor::Kind::image) return y * columns + x;
    return table_index(y, rows, table_rows) * table_columns + table_index(x, columns, table_columns);
  }

  /// Reflection about the image's edge is the edge's own element at distance one; what lies further is not used.
  static __device__ std::int64_t inside(std::int64_t i, std::int64_t n) { return i < 0 ? 0 : i < n ? i : n - 1; }

  __device__ bool whole(std::int64_t y, std::int64_t x) const {
    if (y <= 0 || x <= 0 || y >= rows - 1 || x >= columns - 1) return false;
    if (mask == nullptr) return true;
    bool all = true;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      const std::uint8_t* const p = mask + (y + dy) * columns + x;
      all = all && p[-1] != 0 && p[0] != 0 && p[1] != 0;
    }
    return all;
  }
};

template <class C>
EdgeParams<C> edge_params(const ThinEdges& e) {
  EdgeParams<C> p{};
  p.smooth = e.smoothed.data_as<C>();
  p.kind = e.divisor.kind;
  if (p.kind != EdgeDivisor::Kind::none) p.divisor = e.divisor.values.template data_as<C>();
  if (p.kind == EdgeDivisor::Kind::table) {
    p.table_rows = e.divisor.values.shape(0);
    p.table_columns = e.divisor.values.shape(1);
  }
  if (e.mask.defined()) p.mask = e.mask.template data_as<std::uint8_t>();
  std::copy_n(e.thresholds, 2, p.thresholds);
  if (e.on_device.defined()) p.found = e.on_device.template data_as<double>();
  p.rows = e.smoothed.shape(0);
  p.columns = e.smoothed.shape(1);
  p.wide = p.columns % 4 == 0 && is_wide(p.smooth);
  if (p.kind == EdgeDivisor::Kind::table) {
    p.above = p.table_rows / 2;
    p.before = p.table_columns / 2;
    p.middle = p.divisor + p.above * p.table_columns + p.before;
  }
  return p;
}

}  // namespace opsin::OPSIN_TARGET::engine
