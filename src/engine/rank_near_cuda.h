// SPDX-License-Identifier: Apache-2.0
// What a filter asks about the values near an element's own, of bytes: how many lie within an interval around it and
// their sum, or how far the nearest is. Halves hold every number that occurs exactly, and the processor computes with
// two at once: those of two results that lie half a tile apart.
#pragma once

#include <cuda_fp16.h>

#include "core/cuda/launch.h"
#include "engine/rank_pixels_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int near_warps = 8;                        // of a block
inline constexpr int near_rows = 32;                        // of a tile: a lane each
inline constexpr int near_each = 4;                         // neighbouring pairs of results of a thread
inline constexpr int near_half = 64;                        // columns
inline constexpr int near_own = 2 * near_half / 4 + 1;      // words of a row of the elements themselves
inline constexpr int near_pitch = 2 * near_half + 1;        // of a row of answers
inline constexpr int near_most = 2048;                      // elements that a half counts
inline constexpr int near_answers = near_rows * near_pitch  // words
                                    + near_rows * near_own;

enum class Asked { count, sum, nearest };

/// f of an answer.
struct RankAnswer {
  WindowTotals within;
  std::int64_t population;
  int distance;

  __device__ bool writes() const { return true; }
};

template <class F>
concept AsksNearest = requires(const F& f) { f.nearest(0, 0); };
template <class F>
concept AsksWithin = requires(const F& f) { f.within(WindowTotals{}, std::int64_t{}, 0); };

template <class F>
struct OfAnswer {
  static constexpr int uses = 0;
  static constexpr bool few = true;
  F f;

  __device__ double operator()(const RankAnswer& a, int value) const {
    if constexpr (AsksNearest<F>) {
      return f.nearest(a.distance, value);
    } else {
      return f.within(a.within, a.population, value);
    }
  }
};

/// Two whole numbers below 1024 as halves: beside 1024 they are its lowest bits. 1024 itself gives 1024.
__device__ __forceinline__ __half2 halves_of(unsigned low, unsigned high) {
  const unsigned bits = 0x64006400u + (low | high << 16);
  __half2 x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return __hsub2(x, __float2half2_rn(1024.0f));
}

/// Cells of `length` elements from `begin` on; then the sums of halves go over into floats, if `full`.
struct NearRun {
  int begin;
  short length, full;
};

/// What is around a value: within `reach` of `centre` steps above it.
struct NearInterval {
  float centre, reach;
};

/// The answers for four neighbouring pairs of results.
template <Asked What>
struct Gathered {
  __half2 centre[near_each], reach;
  __half2 first[near_each], second[near_each];
  float2 sums[near_each];

  __device__ Gathered(const __half2 (&own)[near_each], const NearInterval& interval)
      : reach(__float2half2_rn(interval.reach)) {
#pragma unroll
    for (int k = 0; k < near_each; ++k) {
      centre[k] = __hadd2(own[k], __float2half2_rn(interval.centre));
      first[k] = __float2half2_rn(What == Asked::nearest ? 1024.0f : 0.0f);
      second[k] = __float2half2_rn(0.0f);
      sums[k] = {0, 0};
    }
  }

  __device__ __forceinline__ void take(int k, __half2 value) {
    const __half2 from = __hsub2(value, centre[k]);
    if constexpr (What == Asked::nearest) {
      first[k] = __hmin2(first[k], __habs2(from));
    } else {
      const __half2 is_within = __hle2(__habs2(from), reach);
      first[k] = __hadd2(first[k], is_within);
      if constexpr (What == Asked::sum) second[k] = __hfma2(is_within, from, second[k]);
    }
  }

  __device__ void go_over() {
#pragma unroll
    for (int k = 0; k < near_each; ++k) {
      sums[k].x += __low2float(second[k]);
      sums[k].y += __high2float(second[k]);
      second[k] = __float2half2_rn(0.0f);
    }
  }

  /// Every run, from the cell of the first pair's window on. A cell is loaded once for the four.
  __device__ void gather(const __half2* corner, const NearRun* runs, int count) {
    for (int r = 0; r < count; ++r) {
      const NearRun run = runs[r];
      const __half2* from = corner + run.begin;
      __half2 v[near_each + 3] = {from[0], from[1], from[2]};
      int left = run.length;
#pragma unroll 1
      for (; left >= 4; left -= 4) {
#pragma unroll
        for (int j = 3; j < near_each + 3; ++j) v[j] = from[j];
#pragma unroll
        for (int j = 0; j < 4; ++j) {
#pragma unroll
          for (int k = 0; k < near_each; ++k) take(k, v[j + k]);
        }
#pragma unroll
        for (int j = 0; j < 3; ++j) v[j] = v[j + 4];
        from += 4;
      }
#pragma unroll
      for (int j = 0; j < 3; ++j) {
        if (left <= j) break;
        v[j + 3] = from[j + 3];
#pragma unroll
        for (int k = 0; k < near_each; ++k) take(k, v[j + k]);
      }
      if constexpr (What == Asked::sum) {
        if (run.full != 0) go_over();
      }
    }
    if constexpr (What == Asked::sum) go_over();
  }

  __device__ unsigned number(int k, bool high) const {
    return static_cast<unsigned>(high ? __high2float(first[k]) : __low2float(first[k]));
  }
  /// Of the values themselves.
  __device__ unsigned sum(int k, bool high) const {
    const float n = high ? __high2float(first[k]) : __low2float(first[k]);
    const float c = high ? __high2float(centre[k]) : __low2float(centre[k]);
    return static_cast<unsigned>((high ? sums[k].y : sums[k].x) + n * c);
  }
};

/// The tile's cells, a pair each; whether one lies outside.
__device__ inline bool load_near_cells(__half2* cells, const RankTile& tile, const RankPixels& pixels,
                                       std::int64_t plane, std::int64_t first_row, std::int64_t column) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  bool outside = false;
  RankTile::each_row<near_warps>(tile.deep, tile.tall, [&](int r, int p, int y) {
    const RankRow row = pixels.row(plane + p, first_row + y, column);
    for (int c = lane; c < tile.pitch; c += 32) {
      const int low = row.at(c), high = row.at(c + near_half);
      outside = outside || low < 0 || high < 0;
      cells[r * tile.pitch + c] = halves_of(low < 0 ? 1024u : static_cast<unsigned>(low),  //
                                            high < 0 ? 1024u : static_cast<unsigned>(high));
    }
  });
  return outside;
}

/// sink(RankAnswer, value, index) for every element.
template <Asked What, bool Population, class Sink>
__global__ void __launch_bounds__(32 * near_warps)
    rank_near_kernel(const __grid_constant__ RankTile tile, const __grid_constant__ RankPixels pixels,
                     const NearRun* __restrict__ runs, const int count, const int size, const NearInterval interval,
                     const Sink sink) {
  extern __shared__ uint4 rank_memory[];
  auto* answers = reinterpret_cast<unsigned*>(rank_memory);
  auto* own_words = answers + near_rows * near_pitch;
  auto* listed = reinterpret_cast<NearRun*>(answers + near_answers);
  auto* cells = reinterpret_cast<__half2*>(listed + count);
  const int lane = static_cast<int>(threadIdx.x % 32), warp = static_cast<int>(threadIdx.x / 32);
  const std::int64_t plane0 = tile.plane(blockIdx.x), row0 = tile.row(blockIdx.x), column0 = tile.column(blockIdx.x);
  for (int i = static_cast<int>(threadIdx.x); i < count; i += 32 * near_warps) listed[i] = runs[i];
  const auto own_of = [&](int r) { return reinterpret_cast<unsigned char*>(own_words + r * near_own); };
  for (int r = warp; r < near_rows; r += near_warps) {
    const RankRow row = pixels.row(plane0, row0 + r, column0);
    for (int c = lane; c < 2 * near_half; c += 32) {
      own_of(r)[c] = static_cast<unsigned char>(c < row.end ? row.value(c) : 0);
    }
  }
  const bool outside = load_near_cells(cells, tile, pixels, plane0 + tile.least[0], row0 + tile.least[1],  //
                                       column0 + tile.least[2]);
  const bool partly = __syncthreads_or(outside ? 1 : 0) != 0;
  // A lane's rows are an odd number of cells apart: no two lanes read the same bank.
  for (int group = warp; group < near_half / near_each; group += near_warps) {
    const unsigned low = own_words[lane * near_own + group];
    const unsigned high = own_words[lane * near_own + group + near_half / near_each];
    __half2 own[near_each];
#pragma unroll
    for (int k = 0; k < near_each; ++k) own[k] = halves_of(low >> 8 * k & 255u, high >> 8 * k & 255u);
    const __half2* corner = cells + lane * tile.pitch + near_each * group;
    Gathered<What> gathered(own, interval);
    gathered.gather(corner, listed, count);
    unsigned beside[2 * near_each];
#pragma unroll
    for (int k = 0; k < 2 * near_each; ++k) beside[k] = static_cast<unsigned>(size);
    if constexpr (What == Asked::sum) {
#pragma unroll
      for (int k = 0; k < 2 * near_each; ++k) beside[k] = gathered.sum(k % near_each, k >= near_each);
    } else if constexpr (Population) {
      if (partly) {
        const __half2 nothing[near_each] = {halves_of(0, 0), halves_of(0, 0), halves_of(0, 0), halves_of(0, 0)};
        Gathered<Asked::count> all(nothing, NearInterval{0, 255});
        all.gather(corner, listed, count);
#pragma unroll
        for (int k = 0; k < 2 * near_each; ++k) beside[k] = all.number(k % near_each, k >= near_each);
      }
    }
    unsigned* to = answers + lane * near_pitch + near_each * group;
#pragma unroll
    for (int k = 0; k < near_each; ++k) {
      to[k] = gathered.number(k, false) | beside[k] << 12;
      to[k + near_half] = gathered.number(k, true) | beside[k + near_each] << 12;
    }
  }
  __syncthreads();
  for (int r = warp; r < near_rows; r += near_warps) {
    const int end = pixels.row(plane0, row0 + r, column0).end;
    const std::int64_t line = (plane0 * pixels.shape[1] + row0 + r) * pixels.shape[2] + column0;
    for (int c = lane; c < 2 * near_half && c < end; c += 32) {
      const unsigned answer = answers[r * near_pitch + c], number = answer & 4095u, beside = answer >> 12;
      sink(RankAnswer{{number, beside}, beside, static_cast<int>(number)}, own_of(r)[c], line + c);
    }
  }
}

/// Pieces of the runs, so short that a half holds the sum of what lies within `reach` of their values' centre.
inline std::vector<NearRun> near_runs(const RankTile& tile, const std::vector<RankRun>& runs, int most) {
  std::vector<NearRun> pieces;
  int held = 0;
  for (const RankRun& run : runs) {
    for (std::int64_t begin = run.begin; begin < run.end; begin += most) {
      const auto length = static_cast<int>(std::min<std::int64_t>(most, run.end - begin));
      if (!pieces.empty() && held + length > most) {
        pieces.back().full = 1;
        held = 0;
      }
      held += length;
      pieces.push_back({static_cast<int>(tile.row_of(run) + begin), static_cast<short>(length), 0});
    }
  }
  return pieces;
}

template <Asked What, bool Population, class Sink>
bool run_near(const RankWindow& w, const Sink& sink, std::int64_t below, std::int64_t above) {
  // 256 values away lies nothing.
  const auto a = static_cast<int>(std::clamp<std::int64_t>(below, -256, 255));
  const auto b = static_cast<int>(std::clamp<std::int64_t>(above, -256, 255));
  const NearInterval interval{0.5f * static_cast<float>(b - a), a + b < 0 ? -1.0f : 0.5f * static_cast<float>(a + b)};
  // Halves hold whole numbers up to 2048, and the steps between them up to 1024.
  const int most = a + b > 0 ? ((a + b) % 2 != 0 ? 2048 : 4096) / (a + b) : near_most;
  const std::int64_t columns = near_half + w.span(2) - 1;
  RankTile tile(w, 1, near_rows, 2 * near_half, columns | 1);
  const std::vector<NearRun> pieces = near_runs(tile, rank_runs(w), most);
  const std::int64_t words = near_answers + tile.cells() + 2 * static_cast<std::int64_t>(pieces.size());
  if (4 * words > rank_shared) return false;
  const Array memory = on_device(pieces, w.image.device());
  cuda::launch(rank_near_kernel<What, Population, Sink>, dim3(tile.count), dim3(32 * near_warps),
               static_cast<std::size_t>(4 * words), tile, RankPixels(w), static_cast<const NearRun*>(memory.data()),
               static_cast<int>(pieces.size()), static_cast<int>(w.size()), interval, sink);
  return true;
}

/// False: the window is too large.
template <class F>
  requires(AsksNearest<F> || AsksWithin<F>)
bool near_windows(const RankWindow& w, const RankElement<F>& element) {
  if (w.bins > 256 || w.size() > near_most) return false;
  const RankElement<OfAnswer<F>> sink{{element.f}, element.out, element.dtype};
  if constexpr (AsksNearest<F>) {
    return run_near<Asked::nearest, false>(w, sink, 0, 0);
  } else {
    constexpr Asked asked = F::summed ? Asked::sum : Asked::count;
    return run_near<asked, !F::summed>(w, sink, element.f.below(), element.f.above());
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
