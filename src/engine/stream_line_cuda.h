// SPDX-License-Identifier: Apache-2.0
// How the kernels of float banks bring rows of the inputs into shared memory.
#pragma once

#include <cuda_pipeline.h>

#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

HD constexpr int up_to_four(int n) { return (n + 3) / 4 * 4; }

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

inline StreamPlane stream_plane(const Plane& of, const void* data, bool product, const Geometry& g, double cval) {
  StreamPlane s{static_cast<const char*>(data),
                of.dtype,
                static_cast<int>(itemsize(of.dtype)),
                false,
                false,
                1,
                -INFINITY,
                static_cast<float>(cval),
                product ? static_cast<const float*>(of.times) : nullptr};
  s.direct = of.dtype == DType::float32 && !of.scaling.at_least_minus_one && !product;
  if (s.direct) {
    s.outside = static_cast<float>(cval / of.scaling.scale);
    s.fours = g.inner == 1 && g.width % 4 == 0 && reinterpret_cast<std::uintptr_t>(data) % 16 == 0;
  } else {
    s.scale = static_cast<float>(of.scaling.scale);
    s.least = of.scaling.at_least_minus_one ? -1.0f : -INFINITY;
  }
  return s;
}

/// The images that a bank's filters read, each once.
template <int N>
struct StreamInputs {
  StreamPlane (&planes)[N];
  int count = 0;

  struct Factors {
    int a;        // -1: there is no room
    int b;        // of a product formed where it is folded; -1: none
    float scale;  // that the taps take over
  };

  /// `g` is the geometry as the kernel sees it. Products: the kernel can form the product of two lines.
  template <bool Products, int K, int O>
  Factors of(const Bank<K, O>& bank, const Geometry& g, int input) {
    const Plane& from = bank.inputs[static_cast<std::size_t>(input)];
    const double cval = bank.borders.cval;
    const bool constant = bank.borders.x == Border::constant || bank.borders.y == Border::constant;
    // Beyond a constant border the product shows cval, and not its square.
    const bool lines = Products && from.times && from.dtype == DType::float32 && (!constant || cval == 0);
    const StreamPlane first = stream_plane(from, from.data, from.times && !lines, g, cval);
    const int a = add(first);
    const int b = lines ? add(stream_plane(from, from.times, false, g, cval)) : -1;
    return {lines && b < 0 ? -1 : a, b, first.direct ? static_cast<float>(from.scaling.scale) : 1.0f};
  }

 private:
  int add(const StreamPlane& s) {
    int i = 0;
    while (i < count && !(planes[i].data == s.data && planes[i].times == s.times)) ++i;
    if (i == N) return -1;
    if (i == count) planes[count++] = s;
    return i;
  }
};

/// Row of the image that row y beyond its ends shows; -1 for the constant border. Out of line: it holds divisions.
__device__ __noinline__ inline int stream_row(int y, int height, Border border) {
  return border_index(y, height, border);
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

/// Starts to bring `count` elements of a row from e_first on into `line`, each lane its share. Unless all of them lie
/// `inside` the row, column(i) says which element the i-th shows, -1 for the constant border. What is direct goes
/// asynchronously, so that the next rows are on their way while this one is folded; sixteen bytes at a time where
/// e_first and the rows allow it. `count` is at most 32 Quads.
template <int Quads = line_quads, class Column>
__device__ __forceinline__ void start_line(float* line, const StreamPlane& plane, const char* row, int e_first,
                                           int count, bool inside, const Column& column, int lane) {
  const float outside = plane.outside;
  if (row == nullptr) {
    for (int i = lane; i < count; i += 32) line[i] = outside;
  } else if (plane.fours && inside) {
    const float* from = reinterpret_cast<const float*>(row) + (e_first + 4 * lane);
#pragma unroll
    for (int q = 0; q < (Quads + 3) / 4; ++q) {
      if (4 * lane + 128 * q < count) __pipeline_memcpy_async(line + 4 * lane + 128 * q, from + 128 * q, 16);
    }
  } else if (plane.direct) {
    const float* from = reinterpret_cast<const float*>(row);
#pragma unroll
    for (int q = 0; q < Quads; ++q) {
      const int i = 32 * q + lane;
      if (i >= count) break;
      const int e = inside ? e_first + i : column(i);
      if (e < 0) {
        line[i] = outside;
      } else {
        __pipeline_memcpy_async(line + i, from + e, 4);
      }
    }
  } else {
    for (int i = lane; i < count; i += 32) {
      const int e = inside ? e_first + i : column(i);
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
