// SPDX-License-Identifier: Apache-2.0
// How the streaming kernel's warps bring rows of the inputs into shared memory.
#pragma once

#include <cuda_pipeline.h>

#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int line_quads = 9;  // a row's elements a lane brings at most, 32 apart

/// An input with what its elements need on load.
struct StreamPlane {
  const char* data;
  DType dtype;
  int item;     // bytes of an element
  bool direct;  // floats as they are: straight from global to shared memory
  bool fours;   // and rows begin at 16-byte boundaries
  float scale, least;
  float outside;       // what Border::constant shows
  const float* times;  // a second factor, or null
};

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

/// Starts to bring `count` elements of a row from e_first on into `line`, each lane its share. `columns` is null where
/// all of them lie inside the row; else it says which element each shows, -1 for the constant border. What is direct
/// goes asynchronously, so that the next rows are on their way while this one is folded; sixteen bytes at a time where
/// e_first and the rows allow it.
__device__ __forceinline__ void start_line(float* line, const StreamPlane& plane, const char* row, int e_first,
                                           int count, const int* columns, int lane) {
  const float outside = plane.outside;
  if (row == nullptr) {
    for (int i = lane; i < count; i += 32) line[i] = outside;
  } else if (plane.fours && columns == nullptr) {
    const float* from = reinterpret_cast<const float*>(row) + (e_first + 4 * lane);
#pragma unroll
    for (int q = 0; q < (line_quads + 3) / 4; ++q) {
      if (4 * lane + 128 * q < count) __pipeline_memcpy_async(line + 4 * lane + 128 * q, from + 128 * q, 16);
    }
  } else if (plane.direct) {
    const float* from = reinterpret_cast<const float*>(row);
#pragma unroll
    for (int q = 0; q < line_quads; ++q) {
      const int i = 32 * q + lane;
      if (i >= count) break;
      const int e = columns == nullptr ? e_first + i : columns[i];
      if (e < 0) {
        line[i] = outside;
      } else {
        __pipeline_memcpy_async(line + i, from + e, 4);
      }
    }
  } else {
    for (int i = lane; i < count; i += 32) {
      const int e = columns == nullptr ? e_first + i : columns[i];
      float x = outside;
      if (e >= 0) {
        const char* at = row + static_cast<std::int64_t>(e) * plane.item;
        x = stream_element(plane, at) * plane.scale;
        x = x < plane.least ? plane.least : x;
        if (plane.times != nullptr) x *= plane.times[(at - plane.data) / static_cast<std::int64_t>(sizeof(float))];
      }
      line[i] = x;
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
