// SPDX-License-Identifier: Apache-2.0
// Sums along one axis, weighted with the powers of a coordinate: what moments are made of. Sums are float64; those of
// integers are exact as long as float64 holds them.
#pragma once

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// The coordinate of index i: i * spacing - centre, the centre from memory of the device where there is one.
struct Coordinate {
  double spacing = 1;
  double centre = 0;
  const double* centre_at = nullptr;

  HD double operator()(std::int64_t i) const {
    return static_cast<double>(i) * spacing - (centre_at != nullptr ? *centre_at : centre);
  }
};

/// Powers that are summed in one pass.
inline constexpr int powers_at_once = 4;

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/power_sums_cuda.h"
#else
#include "engine/power_sums_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// out[..., q, ...] = sum over i of in[..., i, ...] * coordinate(i)^q for q in [0, powers), along `axis`, the last one
/// or one of float64 values; axes after it count as one. `in` is C-contiguous. A float64 array.
inline Array power_sums(const Array& in, int axis, int powers, const Coordinate& coordinate) {
  Extents shape = in.shape();
  shape[axis] = powers;
  const Array out = Array::zeros(shape, DType::float64, in.device());
  if (out.size() == 0 || in.size() == 0) return out;
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  for (int i = axis + 1; i < shape.size(); ++i) inner *= shape[i];
  for (int first = 0; first < powers; first += powers_at_once) {
    const int count = std::min(powers_at_once, powers - first);
    if (inner == 1 && axis == shape.size() - 1) {
      sum_lines(out.mutable_data_as<double>() + first, powers, in, outer, first, count, coordinate);
    } else {
      sum_columns(out.mutable_data_as<double>() + first * inner, powers, in.data_as<double>(), outer, in.shape(axis),
                  inner, first, count, coordinate);
    }
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::engine
