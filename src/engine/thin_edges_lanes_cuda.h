// SPDX-License-Identifier: Apache-2.0
// Edges of float images on CUDA. A warp streams down a strip of 128 columns, four of each lane, and keeps what it needs
// of the last rows in registers; what lies beside a lane's own columns comes from its neighbours, so that the first and
// the last lane find no edges of their own: the next strip has their columns too.
//
// An element is an edge where its magnitude is as great as what lies on either side: the sign of a difference. It is
// found from the hardware's approximate roots and inverses, and is the exact one's wherever the difference is larger
// than all rounding errors of both. The few elements that are left, where magnitudes tie, are asked again, exactly.
#pragma once

#include "engine/thin_edges_params_cuda.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int strip_columns = 4 * 30;
inline constexpr int strip_warps = 4;   // of a block, one strip above the other
inline constexpr int strip_groups = 4;  // at most, of eight rows each: a lane's columns of them are the bits of a word

/// Rows that are on their way: of a whole round of the loop, which the compiler does not mix with the next one.
inline constexpr int rows_ahead = 4;

/// The least squares of magnitudes that reach the thresholds, so that no root is needed to compare.
struct EdgeSquares {
  float weak, strong;

  static HD EdgeSquares of(const double* thresholds) {
    const auto t = EdgeThresholds<float>::of(thresholds);
    return {least(t.weak), least(t.strong)};
  }

  /// Above zero, for no element without a gradient is an edge. Roots rise with their squares.
  static HD float least(float threshold) {
    const float inf = std::numeric_limits<float>::infinity();
    if (!(threshold > 0)) return threshold == threshold ? std::numeric_limits<float>::denorm_min() : inf;
    float square = threshold * threshold;
    while (sqrt(square) < threshold) square = ::nextafterf(square, inf);
    for (;;) {
      const float below = ::nextafterf(square, 0.0f);
      if (!(below > 0 && sqrt(below) >= threshold)) return square;
      square = below;
    }
  }
};

struct StripPlan {
  std::int64_t across;  // strips beside each other
  std::int64_t blocks;  // below each other
  int rows;             // of a strip: whole groups
  EdgeSquares least;    // unless the device has found the thresholds
};

__device__ __forceinline__ float near_root(float a) {
  float r;
  asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(a));
  return r;
}
__device__ __forceinline__ float near_inverse(float a) {
  float r;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(a));
  return r;
}

/// Puts a number's sign behind the bits.
__device__ __forceinline__ void append_sign(std::uint32_t& bits, float x) {
  bits = __funnelshift_l(__float_as_uint(x), bits, 1);
}

/// Four elements of a row on their way, and what they are divided by.
template <bool Inner>
struct StripPiece {
  float own[4];
  float by[Inner ? 1 : 4];
};

/// How a lane reads the rows of its strip. Inner: all of it lies in the image, at 16-byte boundaries, and shares the
/// middle of a table.
template <bool Inner>
struct StripRows {
  const float* next;  // this lane's elements of the row that is read next
  Divisor<float> by;
  std::int64_t y, x;
  int at[4], by_at[4];  // from the first element that is inside

  __device__ __forceinline__ StripRows(const EdgeParams<float>& p, std::int64_t y0, std::int64_t x0) : y(y0), x(x0) {
    if constexpr (Inner) {
      next = p.smooth + y * p.columns + x;
      if (p.kind == EdgeDivisor::Kind::table) {
        by.value = EdgeParams<float>::divisor_of(*p.middle);
        by.inverse = 1 / by.value;
      }
    } else {
      x = p.inside(x0, p.columns);
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const std::int64_t column = p.inside(x0 + e, p.columns);
        at[e] = static_cast<int>(column - x);
        by_at[e] = p.kind == EdgeDivisor::Kind::table
                       ? static_cast<int>(table_index(column, p.columns, p.table_columns))
                       : at[e];
      }
    }
  }

  __device__ __forceinline__ void load(StripPiece<Inner>& piece, const EdgeParams<float>& p) {
    if constexpr (Inner) {
      const auto four = *reinterpret_cast<const float4*>(next);
      piece.own[0] = four.x;
      piece.own[1] = four.y;
      piece.own[2] = four.z;
      piece.own[3] = four.w;
      next += p.columns;
    } else {
      const std::int64_t row = p.inside(y++, p.rows);
      const float* const from = p.smooth + row * p.columns + x;
#pragma unroll
      for (int e = 0; e < 4; ++e) piece.own[e] = from[at[e]];
      if (p.kind == EdgeDivisor::Kind::none) return;
      const float* const divisor = p.kind == EdgeDivisor::Kind::image
                                       ? p.divisor + row * p.columns + x
                                       : p.divisor + table_index(row, p.rows, p.table_rows) * p.table_columns;
#pragma unroll
      for (int e = 0; e < 4; ++e) piece.by[e] = divisor[by_at[e]];
    }
  }

  /// A quotient that is not finite may have become NaN: it makes all elements around it doubtful.
  __device__ __forceinline__ void divide_by(StripPiece<Inner>& piece, const EdgeParams<float>& p) const {
    if constexpr (Inner) {
#pragma unroll
      for (float& value : piece.own) {
        const float q = value * by.inverse;
        value = fma(fma(-q, by.value, value), by.inverse, q);
      }
    } else if (p.kind != EdgeDivisor::Kind::none) {
#pragma unroll
      for (int e = 0; e < 4; ++e) piece.own[e] /= EdgeParams<float>::divisor_of(piece.by[e]);
    }
  }
};

/// Of eight rows, a lane's columns of the uppermost in the four highest bits.
struct StripBits {
  std::uint32_t below_weak = 0, below_strong = 0, edge = 0, no_edge = 0;
};

/// Bytes from the four-bit parts of 16 bits.
__device__ __forceinline__ std::uint32_t spread_parts(std::uint32_t bits) {
  bits = (bits | bits << 8) & 0x00ff00ffu;
  return (bits | bits << 4) & 0x0f0f0f0fu;
}

/// Two lanes hold the columns of a byte: the first takes the upper four of the eight rows, the second the lower four.
template <bool Inner>
__device__ __forceinline__ void store_group(std::uint32_t* to, std::uint32_t bits, const EdgeParams<float>& p,
                                            std::int64_t y, std::int64_t x, int lane) {
  const bool first = lane % 2 != 0;
  const std::uint32_t upper = bits >> 16, lower = bits & 0xffffu;
  const std::uint32_t other = __shfl_sync(all_lanes, first ? lower : upper, first ? lane + 1 : lane - 1);
  const std::uint32_t bytes =
      first ? spread_parts(upper) | spread_parts(other) << 4 : spread_parts(other) | spread_parts(lower) << 4;
  if (lane == 0 || lane == 31 || x >= (p.columns + 31) / 32 * 32) return;
  if (!first) y += 4;
  auto* const at = reinterpret_cast<std::uint8_t*>(to + x / 32 * p.rows + y) + x % 32 / 8;
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    if (Inner || y + r < p.rows) at[4 * r] = static_cast<std::uint8_t>(bytes >> (24 - 8 * r));
  }
}

/// With u = 2^-24 the hardware's roots and inverses are off by 2 u of their value at most, and by 2^-63 where they are
/// subnormal. Magnitudes then differ from the rounded ones by 3 u and weights by 4 u, so that the difference differs
/// from the exact one by 10 u (far + near) + 4 u here at most, and not_above() by 6 u (far + near + here). That is less
/// than 20 u of the sum of all magnitudes around, and of this sum, which is rounded too.
__device__ __forceinline__ float edge_doubt(float sum) { return fma(sum, 20 * 0x1p-24f, 0x1p-59f); }

/// A strip from row y0, and this lane's columns from x. Keeps, of each group, the bits of elements that are left in
/// doubt, and says whether there are any.
template <bool Inner>
__device__ __forceinline__ bool edges_of_strip(const EdgeParams<float>& p, const EdgeSquares& least, std::int64_t y0,
                                               int rows, std::int64_t x, int lane,
                                               std::uint32_t (&doubt)[strip_groups][32]) {
  constexpr int ahead = Inner ? rows_ahead : 2;
  StripRows<Inner> from(p, y0 - 2, x);
  StripPiece<Inner> next[ahead];
#pragma unroll
  for (StripPiece<Inner>& piece : next) from.load(piece, p);
  // Row i of a stage lies at i modulo 2 or 4. Below, `made` are magnitudes.
  float smooth[2][6] = {}, beside[2][4] = {}, down[2][4] = {}, across[2][4] = {}, made[4][6] = {}, sum[4] = {};
  StripBits bits;
  bool any = false;
  const auto step = [&](const int i, auto place, auto derives, auto thins) {
    constexpr int k = decltype(place)::value;
    constexpr int now = k % 2, before = 1 - now;
    constexpr int above = (k + 2) % 4, here = (k + 3) % 4;
    StripPiece<Inner> piece = next[k % ahead];
    from.load(next[k % ahead], p);
    from.divide_by(piece, p);
    float row[6], fall[6], rise[4];
#pragma unroll
    for (int e = 0; e < 4; ++e) row[e + 1] = piece.own[e];
    row[0] = __shfl_up_sync(all_lanes, row[4], 1);
    row[5] = __shfl_down_sync(all_lanes, row[1], 1);
#pragma unroll
    for (int e = 0; e < 6; ++e) {
      fall[e] = row[e] - smooth[now][e];
      smooth[now][e] = row[e];
    }
#pragma unroll
    for (int e = 0; e < 4; ++e) rise[e] = row[e + 2] - row[e];
    if constexpr (derives) {
      // Twice a number is exact, unless it is infinite: then the square of the sum is, with fma too.
      float square[4];
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        down[now][e] = fma(2.0f, fall[e + 1], fall[e] + fall[e + 2]);
        across[now][e] = fma(2.0f, beside[before][e], beside[now][e] + rise[e]);
        square[e] = down[now][e] * down[now][e] + across[now][e] * across[now][e];
        made[k][e + 1] = near_root(square[e]);
      }
      made[k][0] = __shfl_up_sync(all_lanes, made[k][4], 1);
      made[k][5] = __shfl_down_sync(all_lanes, made[k][1], 1);
      sum[k] = ((made[k][0] + made[k][1]) + (made[k][2] + made[k][3])) + (made[k][4] + made[k][5]);
      if constexpr (thins) {
        const float limit = edge_doubt((sum[above] + sum[here]) + sum[k]);
#pragma unroll
        for (int e = 3; e >= 0; --e) {
          const float dy = down[before][e], dx = across[before][e];
          const bool falling = __float_as_int(dy * dx) >= 0, steep = ::fabsf(dy) > ::fabsf(dx);
          const float w = ::fminf(::fabsf(dy), ::fabsf(dx)) * near_inverse(::fmaxf(::fabsf(dy), ::fabsf(dx)));
          const float far_1 = falling ? made[k][e + 2] : made[above][e + 2];
          const float far_2 = falling ? made[above][e] : made[k][e];
          const float near_1 = steep ? (falling ? made[k][e + 1] : made[above][e + 1]) : made[here][e + 2];
          const float near_2 = steep ? (falling ? made[above][e + 1] : made[k][e + 1]) : made[here][e];
          const float greater = ::fmaxf(fma(w, far_1 - near_1, near_1), fma(w, far_2 - near_2, near_2));
          const float difference = greater - made[here][e + 1];
          // What is not a number has no sign, and is neither.
          append_sign(bits.edge, difference + limit);
          append_sign(bits.no_edge, limit - difference);
        }
        if (k == 3 && (i & 4) == 0) {
          const std::int64_t y = y0 + i - 11;
          std::uint32_t edges = bits.edge & ~bits.below_weak;
          std::uint32_t left = lane == 0 || lane == 31 ? 0 : ~(bits.edge | bits.no_edge | bits.below_weak);
          if constexpr (!Inner) {
            for (std::uint32_t open = edges | left; open != 0; open &= open - 1) {
              const int bit = __ffs(static_cast<int>(open)) - 1;
              if (!p.whole(y + 7 - bit / 4, x + bit % 4)) {
                edges &= ~(1u << bit);
                left &= ~(1u << bit);
              }
            }
          }
          store_group<Inner>(p.weak, edges, p, y, x, lane);
          store_group<Inner>(p.strong, edges & ~bits.below_strong, p, y, x, lane);
          doubt[(i - 11) / 8][lane] = left;
          any = any || left != 0;
        }
      }
      // The squares of the row whose neighbours the next step knows.
#pragma unroll
      for (int e = 3; e >= 0; --e) {
        append_sign(bits.below_weak, square[e] - least.weak);
        append_sign(bits.below_strong, square[e] - least.strong);
      }
    }
#pragma unroll
    for (int e = 0; e < 4; ++e) beside[now][e] = rise[e];
  };
  unrolled<4>([&](auto i) {
    constexpr int at = decltype(i)::value;
    step(at, i, std::bool_constant<(at >= 2)>{}, std::false_type{});
  });
#pragma unroll 1
  for (int first = 4; first < 4 + rows; first += 4) {
    unrolled<4>([&](auto i) { step(first + decltype(i)::value, i, std::true_type{}, std::true_type{}); });
  }
  return any;
}

/// edge_level() of one element, from the smooth ones around it.
__device__ __noinline__ float exact_level(const EdgeParams<float>& p, const EdgeThresholds<float>& thresholds,
                                          std::int64_t y, std::int64_t x) {
  float at[5][5], by[5][5], down, across, made[3][3];
#pragma unroll
  for (int r = 0; r < 5; ++r) {
#pragma unroll
    for (int k = 0; k < 5; ++k) {
      const std::int64_t row = p.inside(y + r - 2, p.rows), column = p.inside(x + k - 2, p.columns);
      at[r][k] = p.smooth[row * p.columns + column];
      by[r][k] = p.kind == EdgeDivisor::Kind::none ? 0.0f : p.divisor[p.divisor_index(row, column)];
    }
  }
  if (p.kind != EdgeDivisor::Kind::none) {
#pragma unroll
    for (int r = 0; r < 5; ++r) {
#pragma unroll
      for (int k = 0; k < 5; ++k) at[r][k] /= EdgeParams<float>::divisor_of(by[r][k]);
    }
  }
#pragma unroll
  for (int r = 0; r < 3; ++r) {
#pragma unroll
    for (int k = 0; k < 3; ++k) {
      const auto fall = [&](int c) { return at[r + 2][c] - at[r][c]; };
      const auto rise = [&](int c) { return at[c][k + 2] - at[c][k]; };
      const float i = sobel_sum(fall(k), fall(k + 1), fall(k + 2)), j = sobel_sum(rise(r), rise(r + 1), rise(r + 2));
      made[r][k] = edge_magnitude(i, j);
      if (r == 1 && k == 1) {
        down = i;
        across = j;
      }
    }
  }
  return edge_level(down, across, [&](int dy, int dx) { return made[1 + dy][1 + dx]; }, thresholds);
}

/// Strips at the image's edges take longest, and are begun first.
static __global__ void __launch_bounds__(32 * strip_warps, 4)
    edge_strips_kernel(const __grid_constant__ EdgeParams<float> p, const __grid_constant__ StripPlan plan) {
  __shared__ std::uint32_t shared[strip_warps][strip_groups][32];
  const int lane = static_cast<int>(threadIdx.x), warp = static_cast<int>(threadIdx.y);
  if (blockIdx.x == 0 && warp == 0 && lane < p.sweeps) p.changed[lane] = 0;
  const auto last_first = [](std::int64_t i, std::int64_t n) { return i == 0 ? n - 1 : i - 1; };
  const std::int64_t column = last_first(blockIdx.x / plan.blocks, plan.across);
  const std::int64_t y0 = (last_first(blockIdx.x % plan.blocks, plan.blocks) * strip_warps + warp) * plan.rows;
  if (y0 >= p.rows) return;
  const std::int64_t x0 = column * strip_columns - 4, x = x0 + 4 * lane;
  const EdgeSquares least = p.found != nullptr ? EdgeSquares::of(p.found) : plan.least;
  std::uint32_t(&doubt)[strip_groups][32] = shared[warp];
  const bool inner = p.wide && p.mask == nullptr && p.is_plain(y0 - 2, y0 + plan.rows + 2 + rows_ahead, x0, x0 + 128);
  const bool any = inner ? edges_of_strip<true>(p, least, y0, plan.rows, x, lane, doubt)
                         : edges_of_strip<false>(p, least, y0, plan.rows, x, lane, doubt);
  if (!__any_sync(all_lanes, any)) return;
  __syncwarp();  // A byte that another lane has written must not come after the bits of it that are set below.
  const auto thresholds = EdgeThresholds<float>::of(p.found != nullptr ? p.found : p.thresholds);
  for (int g = 0; g < plan.rows / 8; ++g) {
    for (std::uint32_t left = doubt[g][lane]; left != 0; left &= left - 1) {
      const int bit = __ffs(static_cast<int>(left)) - 1;
      const std::int64_t at_y = y0 + 8 * g + 7 - bit / 4, at_x = x + bit % 4;
      const float level = exact_level(p, thresholds, at_y, at_x);
      const std::int64_t to = at_x / 32 * p.rows + at_y;
      if (level > 0) atomicOr(p.weak + to, 1u << at_x % 32);
      if (level > weak) atomicOr(p.strong + to, 1u << at_x % 32);
    }
  }
}

inline void launch_edge_strips(const EdgeParams<float>& p) {
  const auto parts = [](std::int64_t n, std::int64_t part) { return (n + part - 1) / part; };
  StripPlan plan{};
  plan.across = parts(parts(p.columns, 32) * 32, strip_columns);
  // Short strips repeat more rows; a last round takes not much less time where it fills only part of the device.
  const double resident = 16.0 * cuda::multiprocessors();
  double least = std::numeric_limits<double>::infinity();
  for (int rows = 8; rows <= 8 * strip_groups; rows += 8) {
    const double rounds = static_cast<double>(plan.across * parts(p.rows, rows)) / resident;
    const double rest = rounds - std::floor(rounds);
    const double cost = (std::floor(rounds) + (rest > 0 ? std::max(rest, 0.75) : 0)) * (rows + 2);
    if (cost >= least) continue;
    least = cost;
    plan.rows = rows;
  }
  plan.blocks = parts(p.rows, strip_warps * plan.rows);
  if (p.found == nullptr) plan.least = EdgeSquares::of(p.thresholds);
  const std::int64_t blocks = plan.across * plan.blocks;
  core::check(blocks < (std::int64_t{1} << 31), "edges", "images of more than 2^44 elements are not supported");
  cuda::launch(edge_strips_kernel, dim3(static_cast<unsigned>(blocks)), dim3(32, strip_warps), 0, p, plan);
}

}  // namespace opsin::OPSIN_TARGET::engine
