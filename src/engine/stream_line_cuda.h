// SPDX-License-Identifier: Apache-2.0
// How the streaming kernel's warps bring rows of the inputs into shared memory.
#pragma once

#include <cuda_pipeline.h>

#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int line_quads = 8;  // a row's elements a lane brings at most
inline constexpr int few_quads = 5;   // and always

/// An input with what its elements need on load.
struct StreamPlane {
  const char* data;
  DType dtype;
  int item;  // bytes of an element
  float scale, least;
  const float* times;  // a second factor, or null
};

inline StreamPlane stream_plane(const Plane& p) {
  return {static_cast<const char*>(p.data),
          p.dtype,
          static_cast<int>(itemsize(p.dtype)),
          static_cast<float>(p.scaling.scale),
          p.scaling.at_least_minus_one ? -1.0f : -INFINITY,
          static_cast<const float*>(p.times)};
}

/// Element of a row that position e, beyond its ends, shows; -1 for the constant border.
__device__ __noinline__ inline int stream_column(int e, int width, int inner, Border border) {
  const int column = (e >= 0 ? e : e - (inner - 1)) / inner;  // floor
  const auto from = border_index(column, width, border);
  return from < 0 ? -1 : from * inner + (e - column * inner);
}

/// One element in float, whatever its dtype.
__device__ __forceinline__ float stream_element(const StreamPlane& plane, const char* at) {
  if (plane.dtype == DType::uint8) return *reinterpret_cast<const std::uint8_t*>(at);
  if (plane.dtype == DType::uint16) return *reinterpret_cast<const std::uint16_t*>(at);
  return load_one<float>(at, plane.dtype);
}

/// Starts to bring this lane's share of a row into `line`: elements lane, lane + 32, ... from e_first on. `columns` is
/// null where all of them lie inside the row; else it says which element each shows, -1 for cval. Float elements go
/// straight from global to shared memory, so that the next rows are on their way while this one is folded.
__device__ __forceinline__ void start_line(float* line, const StreamPlane& plane, const char* row, float cval,
                                           int e_first, int quads, const int* columns, int lane) {
  line += lane;
  if (row != nullptr && plane.times != nullptr) {
    // Both factors are float (the engine's compute type); all loads are under way before the first product.
    const float* from = reinterpret_cast<const float*>(row);
    const float* factor = plane.times + (from - reinterpret_cast<const float*>(plane.data));
    float x[line_quads];
#pragma unroll
    for (int q = 0; q < line_quads; ++q) {
      if (q >= few_quads && q >= quads) break;
      const int e = columns == nullptr ? e_first + 32 * q + lane : columns[32 * q + lane];
      x[q] = e < 0 ? cval : from[e] * factor[e];
    }
#pragma unroll
    for (int q = 0; q < line_quads; ++q) {
      if (q >= few_quads && q >= quads) break;
      line[32 * q] = x[q];
    }
    return;
  }
  if (row == nullptr) {
    for (int q = 0; q < quads; ++q) line[32 * q] = cval;
  } else if (plane.dtype == DType::float32 && columns == nullptr) {
    const float* from = reinterpret_cast<const float*>(row) + (e_first + lane);
#pragma unroll
    for (int q = 0; q < few_quads; ++q) __pipeline_memcpy_async(line + 32 * q, from + 32 * q, 4);
    for (int q = few_quads; q < quads; ++q) __pipeline_memcpy_async(line + 32 * q, from + 32 * q, 4);
  } else if (plane.dtype == DType::float32) {
    const float* from = reinterpret_cast<const float*>(row);
#pragma unroll
    for (int q = 0; q < line_quads; ++q) {
      if (q >= few_quads && q >= quads) break;
      const int e = columns[32 * q + lane];
      if (e < 0) {
        line[32 * q] = cval;
      } else {
        __pipeline_memcpy_async(line + 32 * q, from + e, 4);
      }
    }
  } else {
    for (int q = 0; q < quads; ++q) {
      const int e = columns == nullptr ? e_first + 32 * q + lane : columns[32 * q + lane];
      float x = cval;
      if (e >= 0) {
        x = stream_element(plane, row + static_cast<std::int64_t>(e) * plane.item) * plane.scale;
        x = x < plane.least ? plane.least : x;
      }
      line[32 * q] = x;
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
