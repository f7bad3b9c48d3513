// SPDX-License-Identifier: Apache-2.0
// Extremes on CUDA: a warp streams down a strip of the image on its own. A lane holds a few columns of each line that
// comes by. The line's windows grow in registers, by shuffles, to the lengths of the footprint's runs, and each length
// joins the extremes of all outputs whose rows it lies in: those stay in registers as well, and the last line that an
// output needs completes it. Nothing but the image and the result goes through memory, and warps wait for nobody.
// Several planes of a footprint are several lines for one row.
#pragma once

#include "engine/extreme_known_cuda.h"
#include "engine/extreme_plan_cuda.h"
#include "engine/extreme_words_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Warps on a multiprocessor, by what the outputs on their way take of its registers. A block is one warp: its work
/// follows from the block's index alone, so that control flow is uniform.
template <class T>
HD constexpr int stream_extreme_warps(int rows) {
  return 4 * ((rows <= 4 ? 6 : rows <= 8 ? 5 : rows <= 16 ? 4 : 3) - (sizeof(T) >= 4 || rows > 16 ? 1 : 0));
}

template <class T>
struct StreamExtreme : ExtremeImage<T> {
  bool joins;  // with what an earlier pass left in the output
  ExtremePass pass;
};

/// Row or column of the image that position i beyond its ends shows; -1 for the constant border. Out of line: it holds
/// divisions.
__device__ __noinline__ inline int extreme_beyond(int i, int n, Border border) { return border_index(i, n, border); }

/// A lane's elements one by one, from the columns that its list says.
template <class T>
__device__ __noinline__ typename LaneOf<T>::Words extreme_side(const Stored<T>* row, const int* columns,
                                                               Stored<T> constant) {
  typename LaneOf<T>::Words v{};
#pragma unroll
  for (int i = 0; i < LaneOf<T>::pixels; ++i) {
    set_lane_element<T>(v, i, columns[i] < 0 ? constant : row[columns[i]]);
  }
  return v;
}

/// The first `count` elements from `from` on.
template <class T>
__device__ __forceinline__ typename LaneOf<T>::Words some_of_lane(const Stored<T>* from, int count) {
  typename LaneOf<T>::Words v{};
#pragma unroll
  for (int i = 0; i < LaneOf<T>::pixels; ++i) {
    if (i < count) set_lane_element<T>(v, i, from[i]);
  }
  return v;
}

/// A lane's outputs from its extremes; load(p) brings what an image that begins at p has there.
template <class T, class Load>
__device__ __forceinline__ typename LaneOf<T>::Words lane_outputs(const StreamExtreme<T>& p,
                                                                  typename LaneOf<T>::Words v, const Load& load) {
  if (p.joins) {
    typename LaneOf<T>::Words before = load(p.out);
    typename LaneOf<T>::Registers best, other;
    lane_keys<T>(before, p.key);
    lane_spread<T>(best, v);
    lane_spread<T>(other, before);
    lane_join<T>(best, other);
    v = lane_packed<T>(best);
  }
  lane_elements<T>(v, p.key);
  if (p.finish != Finish::none) {
    typename LaneOf<T>::Words b{};
    if (p.finish == Finish::laplace) b = load(p.b);
    finish_lane<T>(v, p.finish, load(p.a), b);
  }
  return v;
}

/// The first `count` of a lane's outputs, of those from `at` on.
template <class T>
__device__ __noinline__ void store_extreme_side(const StreamExtreme<T>& p, const typename LaneOf<T>::Words& keys,
                                                std::int64_t at, int count) {
  const auto v = lane_outputs<T>(p, keys, [&](const Stored<T>* from) { return some_of_lane<T>(from + at, count); });
#pragma unroll
  for (int i = 0; i < LaneOf<T>::pixels; ++i) {
    if (i < count) p.out[at + i] = lane_element<T>(v, i);
  }
}

template <class T, int Rows>
__global__ void __launch_bounds__(32, stream_extreme_warps<T>(Rows))
    stream_extreme_kernel(const __grid_constant__ StreamExtreme<T> p) {
  using Lane = LaneOf<T>;
  using Words = typename Lane::Words;
  constexpr int pixels = Lane::pixels;
  constexpr int steps = 2;  // lines between two moves of the registers
  __shared__ int side_columns[32 * pixels];
  __shared__ std::int64_t source_images[most_pass_planes];
  const int lane = static_cast<int>(threadIdx.x);
  const int item = static_cast<int>(blockIdx.x);
  const int places = p.bands * p.strips;
  const std::int64_t image = item / places;
  const int place = item % places;
  const int x = place % p.strips * p.strip + pixels * lane;  // of the lane's outputs
  const int top = place / p.strips * p.band;
  const int band = p.height - top < p.band ? p.height - top : p.band;
  const int e = x + p.pass.left;  // of the lane's elements of a line
  const int first = x - pixels * lane;
  const int made = p.strip < p.width - first ? p.strip : p.width - first;  // columns, from the first on
  const bool inside = p.wide_in && e >= 0 && e + pixels <= p.width;
  const bool used = pixels * lane < made + p.pass.reach;  // by an output
  const bool all_inside = __all_sync(0xffffffffu, inside || !used);
  if (!all_inside) {
    for (int i = lane; i < 32 * pixels; i += 32) {
      side_columns[i] = extreme_beyond(first + p.pass.left + i, p.width, p.borders[p.leading + 1]);
    }
  }
  for (int k = lane; k < p.pass.planes; k += 32) {
    std::int64_t met = 0, step = 1, rest = image;
    for (int a = p.leading - 1; a >= 0; --a) {
      const std::int64_t at = border_index(rest % p.shape[a] + p.pass.offset[k][a], p.shape[a], p.borders[a]);
      met = at < 0 || met < 0 ? -1 : met + at * step;
      rest /= p.shape[a];
      step *= p.shape[a];
    }
    source_images[k] = met;
  }
  __syncwarp();

  const auto fetch = [&](int line, int k) {
    int y = top + p.pass.top + line;
    if (y < 0 || y >= p.height) y = extreme_beyond(y, p.height, p.borders[p.leading]);
    const std::int64_t source = source_images[k];
    if (y < 0 || source < 0) return lane_filled<T>(p.constant);
    const Stored<T>* const row = p.image + (source * p.height + y) * p.width;
    if (!used) return Words{};
    if (inside) return load_lane<T>(row + e);
    return extreme_side<T>(row, side_columns + pixels * lane, p.constant);
  };

  const int before = p.pass.rows - 1;
  const int lines = band + before;
  bool nan = false;
  unsigned best[Rows + steps - 1][Lane::registers];  // best[i]: of the output that i more lines complete
#pragma unroll
  for (int i = 0; i < Rows + steps - 1; ++i) lane_most<T>(best[i]);
  Words ahead[steps];
#pragma unroll
  for (int s = 0; s < steps; ++s) {
    if (s < lines) ahead[s] = fetch(s, 0);
  }
#pragma unroll 1
  for (int line = 0; line < lines; line += steps) {
#pragma unroll
    for (int s = 0; s < steps; ++s) {
      if (line + s >= lines) break;
      int step = 0;
#pragma unroll 1
      for (int k = 0; k < p.pass.planes; ++k) {
        Words v = ahead[s];
        nan = lane_keys<T>(v, p.key) || nan;
        const bool same_line = k + 1 < p.pass.planes;
        const int next = same_line ? line + s : line + s + steps;
        if (next < lines) ahead[s] = fetch(next, same_line ? k + 1 : 0);
        unsigned window[Lane::registers];
        lane_spread<T>(window, v);
#pragma unroll 1
        for (const int end = p.pass.end[k]; step < end; ++step) {
          const std::uint32_t rows = p.pass.step[step].rows;
          unsigned run[Lane::registers];
          lane_spread<T>(run, lane_shifted<T>(v, p.pass.step[step].shift));
          if (rows == 0) {
            lane_join<T>(window, run);
            v = lane_packed<T>(window);
            continue;
          }
          // Two rows at a time: rows that a run is not in cost little.
#pragma unroll
          for (int i = 0; i < Rows; i += 2) {
            if ((rows >> i & 3) == 0) continue;
            if (rows >> i & 1) lane_join<T>(best[i + s], run);
            if (rows >> i & 2) lane_join<T>(best[i + 1 + s], run);
          }
        }
      }
      const int row = line + s - before;  // of the band
      if (row < 0) continue;
      const bool mends = std::is_floating_point_v<T> && p.mends && __any_sync(0xffffffffu, nan);
      const int y = top + row;
      const int left = made - pixels * lane;
      if (left > 0) {
        const Words v = lane_packed<T>(best[s]);
        const std::int64_t at = (image * p.height + y) * p.width + x;
        if (p.wide_out && left >= pixels) {
          store_lane<T>(p.out + at,
                        lane_outputs<T>(p, v, [&](const Stored<T>* from) { return load_lane<T>(from + at); }));
        } else {
          store_extreme_side<T>(p, v, at, left);
        }
        if constexpr (std::is_floating_point_v<T>) {
          if (mends) mend_nan<T>(p, image, y, x, left < pixels ? left : pixels);
        }
      }
    }
#pragma unroll
    for (int i = 0; i < Rows + steps - 1; ++i) {
#pragma unroll
      for (int r = 0; r < Lane::registers; ++r) {
        if (i + steps < Rows + steps - 1) best[i][r] = best[i + steps][r];
      }
      if (i + steps >= Rows + steps - 1) lane_most<T>(best[i]);
    }
  }
  if (std::is_floating_point_v<T> && p.met_nan != nullptr && nan) *p.met_nan = 1;
}

template <class T>
void launch_stream_extreme(const StreamExtreme<T>& p, std::int64_t images) {
  const std::int64_t warps = images * p.bands * p.strips;
  core::check(warps <= INT32_MAX, "extreme", "the image is too large");
  const auto run = [&](auto kernel) { cuda::launch(kernel, dim3(static_cast<unsigned>(warps)), dim3(32), 0, p); };
  if (p.pass.rows <= 4) {
    run(stream_extreme_kernel<T, 4>);
  } else if (p.pass.rows <= 8) {
    run(stream_extreme_kernel<T, 8>);
  } else if (p.pass.rows <= 16) {
    run(stream_extreme_kernel<T, 16>);
  } else {
    run(stream_extreme_kernel<T, 32>);
  }
}

/// `p` knows the image, its shape, borders, key and constant, and whether NaN is mended. `met_nan`: flags of NaN that
/// were met, made here where there are none yet.
template <class T>
void run_stream_extreme(StreamExtreme<T>& p, std::int64_t images, const Array& out, const Chords& chords,
                        const Finished& finished, Array* met_nan = nullptr) {
  using Lane = LaneOf<T>;
  core::check(std::max({std::abs(chords.top), std::abs(chords.left), chords.rows, chords.columns}) < most_stream_axis,
              "extreme", "the footprint is too large");
  if constexpr (has_shapes<T>) {
    if (extreme_of_known_shape<T>(p, images, out, chords, finished, met_nan)) return;
  }
  p.met_nan = flag_of_nan(met_nan, out.device());
  const bool mends = p.mends;
  const ExtremePasses cut(chords, p.leading + 2, Lane::pixels, Lane::unit);
  for (std::size_t i = 0; i < cut.passes().size(); ++i) {
    const bool last = i + 1 == cut.passes().size();
    p.pass = cut.passes()[i];
    p.joins = i > 0;
    p.mends = mends && last;
    p.set_output(out, last ? finished.by : Finish::none, finished, Lane::aligned);
    p.strip = (32 * Lane::pixels - p.pass.reach) / Lane::pixels * Lane::pixels;
    p.strips = (p.width + p.strip - 1) / p.strip;
    p.set_bands(images, p.pass.rows - 1, 1);
    launch_stream_extreme(p, images);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
