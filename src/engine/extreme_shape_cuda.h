// SPDX-License-Identifier: Apache-2.0
// Extremes under footprints that are known when the kernel is compiled: a warp streams down a strip as in
// extreme_stream_cuda.h, but what is done with a line is straight code. The outputs on their way move up by one with
// each line, which costs nothing: each is the lesser of the one behind it and a run.
#pragma once

#include "engine/extreme_shape_warp_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <int Shape>
inline constexpr ExtremeShape shape_at = extreme_shapes[Shape];

/// Lines that are worked on between two moves of the registers: those of a box join its outputs together. Many planes
/// or bands are many lines themselves.
template <class T, int Shape>
inline constexpr int shape_steps = shape_at<Shape>.planes() > 1 || ShapeLane<T>::bits        ? 1
                                   : shape_at<Shape>.is_box() && shape_at<Shape>.height >= 4 ? 4
                                                                                             : 2;

/// Lines on their way while one is worked on: short ones are little memory each.
template <class T, int Shape>
inline constexpr int shape_ahead = sizeof(Stored<T>) <= 2 ? shape_steps<T, Shape> : std::min(shape_steps<T, Shape>, 2);

/// Warps on a multiprocessor, by the registers that a shape takes.
template <class T, int Shape>
HD constexpr int shape_warps() {
  constexpr ExtremeShape shape = shape_at<Shape>;
  int runs = 0;
  for (int z = 0; z <= shape.depth; ++z) {
    for (int h = 0; h <= shape.greatest(); ++h) runs += shape.has(z, h) ? 1 : 0;
  }
  const int keys = shape.rows() + (shape.is_box() ? shape_steps<T, Shape> : runs) + 2;
  const int ahead = std::max(2, shape_ahead<T, Shape>) * shape.planes() * ShapeLane<T>::bands * ShapeLane<T>::words;
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

/// Outputs on their way, after one more line, of which each row of the shape shows row[y]; the output that it
/// completes. best[i]: the output that i + 1 more lines complete.
template <class T, int Shape>
__device__ __forceinline__ ShapeKeys<T> join_rows(ShapeKeys<T> (&best)[shape_at<Shape>.rows() - 1],
                                                  const ShapeKeys<T> (&row)[shape_at<Shape>.height + 1]) {
  constexpr int height = shape_at<Shape>.height, before = 2 * height;
  const ShapeKeys<T> done = lesser<T>(best[0], row[height]);
  unrolled<before>([&](auto i) {
    constexpr int y = before - 1 - i - height;
    const ShapeKeys<T>& reached = row[y < 0 ? -y : y];
    if constexpr (i + 1 < before) {
      best[i] = lesser<T>(best[i + 1], reached);
    } else {
      best[i] = reached;
    }
  });
  return done;
}

/// Outputs on their way, after `Steps` more lines of a box of `Rows` rows, and those that these lines complete. An
/// output meets the lines from the first on, all of them, or the last ones.
template <class T, int Rows, int Steps>
__device__ __forceinline__ void join_box(ShapeKeys<T> (&best)[Rows - 1], const ShapeKeys<T> (&run)[Steps],
                                         ShapeKeys<T> (&done)[Steps]) {
  ShapeKeys<T> met = run[0];
#pragma unroll
  for (int s = 0; s < Steps; ++s) {
    if (s > 0) met = lesser<T>(met, run[s]);
    done[s] = lesser<T>(best[s], met);
  }
#pragma unroll
  for (int i = 0; i + Steps < Rows - 1; ++i) best[i] = lesser<T>(best[i + Steps], met);
  best[Rows - 1 - Steps] = met;
#pragma unroll
  for (int s = Steps - 1; s > 0; --s) {
    met = s == Steps - 1 ? run[s] : lesser<T>(met, run[s]);
    best[Rows - 1 - Steps + s] = met;
  }
}

/// What the other images have where a line completes outputs.
template <class T>
struct ShapeOthers {
  ShapeElements<T> a[ShapeLane<T>::bands] = {}, b[ShapeLane<T>::bands] = {};

  template <class Warp>
  __device__ __forceinline__ ShapeOthers(const Warp& warp, int line) {
    const ShapeImage<T>& p = warp.p;
    if (p.finish == Finish::none) return;
#pragma unroll
    for (int k = 0; k < ShapeLane<T>::bands; ++k) {
      if (!warp.makes(line, k)) continue;
      a[k] = load_made<T>(p.a + warp.place(line, k), warp.left, p.wide_out);
      if (p.finish == Finish::laplace) b[k] = load_made<T>(p.b + warp.place(line, k), warp.left, p.wide_out);
    }
  }
};

/// The outputs that a line completes; `nan`: the lane has met one.
template <class T, class Warp>
__device__ __forceinline__ void store_shape(const Warp& warp, int line, ShapeKeys<T> done, const ShapeOthers<T>& others,
                                            bool nan) {
  const ShapeImage<T>& p = warp.p;
  if constexpr (ShapeLane<T>::bits) {
    if (p.finish != Finish::none) done.r[0] ^= shape_keys<T>(others.a, {}).r[0];
  }
  ShapeElements<T> result[ShapeLane<T>::bands];
  shape_elements<T>(result, done, p.key);
#pragma unroll
  for (int k = 0; k < ShapeLane<T>::bands; ++k) {
    if (!warp.makes(line, k)) continue;
    if constexpr (!ShapeLane<T>::bits) {
      if (p.finish != Finish::none) {
#pragma unroll
        for (int i = 0; i < ShapeLane<T>::words; ++i) {
          result[k].w[i] = finish_word<T>(p.finish, result[k].w[i], others.a[k].w[i], others.b[k].w[i]);
        }
      }
    }
    store_made<T>(p.out + warp.place(line, k), result[k], warp.left, p.wide_out);
  }
  if constexpr (std::is_same_v<T, float>) {
    if (p.mends && __any_sync(0xffffffffu, nan) && warp.makes(line, 0)) {
      mend_nan<T>(p, warp.image, warp.row(line, 0), warp.in.x, warp.left < 4 ? warp.left : 4);
    }
  }
}

template <class T, int Shape>
__global__ void __launch_bounds__(32, shape_warps<T, Shape>())
    shape_extreme_kernel(const __grid_constant__ ShapeImage<T> p) {
  constexpr ExtremeShape shape = shape_at<Shape>;
  constexpr int bands = ShapeLane<T>::bands, planes = shape.planes(), before = shape.rows() - 1;
  constexpr int steps = shape_steps<T, Shape>, early = shape_ahead<T, Shape>;
  const ShapeWarp<T, shape.depth, shape.height, (shape.greatest() + 3) / 4> warp(p);
  const int lines = warp.lines();
  bool nan = false;
  ShapeKeys<T> best[before];
#pragma unroll
  for (int i = 0; i < before; ++i) best[i] = shape_most<T>();
  ShapeElements<T> ahead[early][planes][bands];
#pragma unroll
  for (int s = 0; s < early; ++s) warp.fetch(s, ahead[s]);
#pragma unroll 1
  for (int line = 0; line < lines; line += steps) {
    ShapeKeys<T> run[steps];
    // No way out between two lines: the registers would have to agree there.
#pragma unroll
    for (int s = 0; s < steps; ++s) {
      ShapeKeys<T> keys[planes];
#pragma unroll
      for (int k = 0; k < planes; ++k) {
        keys[k] = shape_keys<T>(ahead[s % early][k], p.key, warp.in.picked);
        if constexpr (std::is_same_v<T, float>) {
#pragma unroll
          for (int i = 0; i < 4; ++i) nan = nan || __uint_as_float(keys[k].r[i]) != __uint_as_float(keys[k].r[i]);
        }
      }
      warp.fetch(line + s + early, ahead[s % early]);
      ShapeKeys<T> row[shape.height + 1];
      if constexpr (shape.is_box()) {
        shape_rows<T, Shape>(row, [&](auto) { return keys[0]; });
        run[s] = row[0];
      } else {
        const ShapeOthers<T> others(warp, line + s);
        shape_rows<T, Shape>(row, [&](auto z) {
          if constexpr (z == 0) return keys[shape.depth];
          return lesser<T>(keys[shape.depth - z], keys[shape.depth + z]);
        });
        const ShapeKeys<T> done = join_rows<T, Shape>(best, row);
        if (line + s >= before) store_shape<T>(warp, line + s, done, others, nan);
      }
    }
    if constexpr (shape.is_box()) {
      ShapeKeys<T> done[steps];
      join_box<T, shape.rows()>(best, run, done);
#pragma unroll
      for (int s = 0; s < steps; ++s) {
        if (line + s >= before) store_shape<T>(warp, line + s, done[s], {warp, line + s}, nan);
      }
    }
  }
  if constexpr (std::is_same_v<T, float>) {
    if (p.every_warp) {
      const bool met = __any_sync(0xffffffffu, nan);
      if (threadIdx.x == 0) p.met_nan[blockIdx.x] = met;
    } else if (p.met_nan != nullptr && nan) {
      *p.met_nan = 1;
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
