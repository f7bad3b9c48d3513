// SPDX-License-Identifier: Apache-2.0
// Extremes under footprints that are known when the kernel is compiled: a warp streams down a strip as in
// extreme_stream_cuda.h, but what is done with a line is straight code. The outputs on their way move up by one with
// each line, which costs nothing: each is the lesser of the one behind it and a run.
#pragma once

#include "engine/extreme_shape_warp_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <int Shape>
inline constexpr ExtremeShape shape_at = extreme_shapes[Shape];

/// Warps on a multiprocessor, by the registers that a shape takes.
template <class T, int Shape>
HD constexpr int shape_warps() {
  constexpr ExtremeShape shape = shape_at<Shape>;
  int runs = 0;
  for (int z = 0; z <= shape.depth; ++z) {
    for (int h = 0; h <= shape.greatest(); ++h) runs += shape.has(z, h) ? 1 : 0;
  }
  const int keys = shape.rows() + runs + 2;
  const int ahead = 2 * shape.planes() * ShapeLane<T>::bands * ShapeLane<T>::words;
  const int registers = 40 + keys * ShapeLane<T>::registers + ahead;
  // A scheduler has registers of its own, and a quarter of the warps.
  return 4 * std::clamp(65536 / 4 / 32 / ((registers + 7) / 8 * 8), 2, 8);
}

/// The lesser of all that each row of the shape shows of a line: line(z) is that of the planes z from the middle.
template <class T, int Shape, class Line>
__device__ __forceinline__ void shape_rows(ShapeKeys<T> (&row)[shape_at<Shape>.height + 1], const Line& line) {
  unrolled<shape_at<Shape>.depth + 1>([&](auto z) {
    const ShapeKeys<T> one = line(z);
    ShapeKeys<T> run = one;
    unrolled<shape_at<Shape>.greatest() + 1>([&](auto h) {
      if constexpr (shape_at<Shape>.has(z, h)) {
        constexpr int below = shape_at<Shape>.below(z, h);
        run = widened<T, below, h>(below == 0 ? one : run);
        unrolled<shape_at<Shape>.height + 1>([&](auto y) {
          if constexpr (shape_at<Shape>.half[z][y] == h) {
            row[y] = shape_at<Shape>.first_plane(y) == z ? run : lesser<T>(row[y], run);
          }
        });
      }
    });
  });
}

template <class T, int Shape>
__global__ void __launch_bounds__(32, shape_warps<T, Shape>())
    shape_extreme_kernel(const __grid_constant__ ShapeImage<T> p) {
  constexpr ExtremeShape shape = shape_at<Shape>;
  constexpr int bands = ShapeLane<T>::bands, planes = shape.planes(), before = shape.rows() - 1;
  // Lines on their way while one is worked on: many planes or bands are many lines themselves.
  constexpr int steps = planes == 1 && bands <= 2 ? 2 : 1;
  const ShapeWarp<T, shape.depth, shape.height, (shape.greatest() + 3) / 4> warp(p);
  const int lines = warp.lines();
  bool nan = false;
  ShapeKeys<T> best[before];  // best[i]: of the output that i + 1 more lines complete
#pragma unroll
  for (int i = 0; i < before; ++i) best[i] = shape_most<T>();
  ShapeElements<T> ahead[steps][planes][bands];
#pragma unroll
  for (int s = 0; s < steps; ++s) warp.fetch(s, ahead[s]);
#pragma unroll 1
  for (int line = 0; line < lines; line += steps) {
#pragma unroll
    for (int s = 0; s < steps; ++s) {
      // No way out between two lines: the registers would have to agree there.
      const bool kept = line + s < lines;
      ShapeKeys<T> keys[planes];
#pragma unroll
      for (int k = 0; k < planes; ++k) {
        keys[k] = shape_keys<T>(ahead[s][k], p.key, warp.in.picked);
        if constexpr (std::is_same_v<T, float>) {
#pragma unroll
          for (int i = 0; i < 4; ++i) nan = nan || __uint_as_float(keys[k].r[i]) != __uint_as_float(keys[k].r[i]);
        }
      }
      warp.fetch(line + s + steps, ahead[s]);
      ShapeElements<T> a[bands] = {}, b[bands] = {};
      if (p.finish != Finish::none) {
#pragma unroll
        for (int k = 0; k < bands; ++k) {
          if (!kept || !warp.makes(line + s, k)) continue;
          a[k] = load_made<T>(p.a + warp.place(line + s, k), warp.left, p.wide_out);
          if (p.finish == Finish::laplace) b[k] = load_made<T>(p.b + warp.place(line + s, k), warp.left, p.wide_out);
        }
      }
      ShapeKeys<T> row[shape.height + 1];
      shape_rows<T, Shape>(row, [&](auto z) {
        if constexpr (z == 0) return keys[shape.depth];
        return lesser<T>(keys[shape.depth - z], keys[shape.depth + z]);
      });
      ShapeKeys<T> done = lesser<T>(best[0], row[shape.height]);
      unrolled<before>([&](auto i) {
        constexpr int y = before - 1 - i - shape.height;
        const ShapeKeys<T>& run = row[y < 0 ? -y : y];
        if constexpr (i + 1 < before) {
          best[i] = lesser<T>(best[i + 1], run);
        } else {
          best[i] = run;
        }
      });
      if (line + s < before) continue;
      if constexpr (ShapeLane<T>::bits) {
        if (p.finish != Finish::none) done.r[0] ^= shape_keys<T>(a, {}).r[0];
      }
      ShapeElements<T> result[bands];
      shape_elements<T>(result, done, p.key);
#pragma unroll
      for (int k = 0; k < bands; ++k) {
        if (!kept || !warp.makes(line + s, k)) continue;
        if constexpr (!ShapeLane<T>::bits) {
          if (p.finish != Finish::none) {
#pragma unroll
            for (int i = 0; i < ShapeLane<T>::words; ++i) {
              result[k].w[i] = finish_word<T>(p.finish, result[k].w[i], a[k].w[i], b[k].w[i]);
            }
          }
        }
        store_made<T>(p.out + warp.place(line + s, k), result[k], warp.left, p.wide_out);
      }
      if constexpr (std::is_same_v<T, float>) {
        if (p.mends && __any_sync(0xffffffffu, nan) && kept && warp.makes(line + s, 0)) {
          mend_nan<T>(p, warp.image, warp.row(line + s, 0), warp.in.x, warp.left < 4 ? warp.left : 4);
        }
      }
    }
  }
  if (std::is_same_v<T, float> && p.met_nan != nullptr && nan) *p.met_nan = 1;
}

}  // namespace opsin::OPSIN_TARGET::engine
