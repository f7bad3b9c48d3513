// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/window_moments.h. A thread keeps the sums of one column and moves down; four rows at a time, the
// block's column sums lie in shared memory, and a thread slides over four neighbouring windows of a row.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int moments_block = 256;
inline constexpr int moments_rows = 4;   // in shared memory at a time
inline constexpr int moments_ahead = 4;  // windows of a thread
/// One place is left free after every four: threads that read four places apart then meet different banks.
__host__ __device__ constexpr int moments_place(int column) { return column + column / moments_ahead; }

struct MomentsShape {
  int height, width, rows, columns;
  int tile;  // outputs of a block in a row
  int band;  // and in a column
};

template <class C, bool Direct>
__device__ __forceinline__ C moments_pixel(const void* image, DType dtype, std::int64_t index) {
  if constexpr (Direct) {
    return __ldg(static_cast<const C*>(image) + index);
  } else {
    return load_one<C>(static_cast<const char*>(image) + index * static_cast<std::int64_t>(itemsize(dtype)), dtype);
  }
}

/// Direct: elements are of type C, and the loads of several rows are on their way together.
template <class C, bool Direct, class F>
__global__ void __launch_bounds__(moments_block)
    window_moments_kernel(C* __restrict__ out, const void* __restrict__ image, const DType dtype, const MomentsShape g,
                          const F f) {
  constexpr int together = Direct ? moments_rows : 1;
  __shared__ double2 sums[moments_rows][moments_place(moments_block)];
  const int x0 = static_cast<int>(blockIdx.x) * g.tile;
  const int y0 = static_cast<int>(blockIdx.y) * g.band;
  const int y1 = y0 + g.band < g.height ? y0 + g.band : g.height;
  const int half = g.rows / 2;
  const int column = border_index(x0 - g.columns / 2 + static_cast<int>(threadIdx.x), g.width, Border::mirror);
  const auto pixel = [&](int y) {
    return moments_pixel<C, Direct>(
        image, dtype, static_cast<std::int64_t>(border_index(y, g.height, Border::mirror)) * g.width + column);
  };
  double2 sum{0, 0};
  const auto anew = [&](int y) {
    sum = {0, 0};
    for (int k = -half; k <= half; ++k) {
      const C x = pixel(y + k);
      sum.x += static_cast<double>(x);
      sum.y += square_of(x);
    }
  };
  const int row = static_cast<int>(threadIdx.x) / (moments_block / moments_rows);
  const int first = static_cast<int>(threadIdx.x) % (moments_block / moments_rows) * moments_ahead;
  const C size = static_cast<C>(g.rows * g.columns);
  for (int y = y0; y < y1; y += moments_rows) {
#pragma unroll 1
    for (int r0 = 0; r0 < moments_rows; r0 += together) {
      C enters[together], leaves[together];
#pragma unroll
      for (int r = 0; r < together; ++r) {
        enters[r] = pixel(y + r0 + r + half);
        leaves[r] = pixel(y + r0 + r - half - 1);
      }
#pragma unroll
      for (int r = 0; r < together; ++r) {
        if (y + r0 + r == y0) {
          anew(y0);
        } else {
          sum.x += static_cast<double>(enters[r]) - static_cast<double>(leaves[r]);
          sum.y += square_of(enters[r]) - square_of(leaves[r]);
          if (!is_finite(sum.x) || !is_finite(sum.y)) anew(y + r0 + r);
        }
        sums[r0 + r][moments_place(threadIdx.x)] = sum;
      }
    }
    __syncthreads();
    const int yy = y + row;
    if (yy < y1 && first < g.tile) {
      const auto window = [&](int at) {
        double2 s{0, 0};
        for (int k = 0; k < g.columns; ++k) {
          const double2 c = sums[row][moments_place(at + k)];
          s.x += c.x;
          s.y += c.y;
        }
        return s;
      };
      double2 s{0, 0};
#pragma unroll
      for (int e = 0; e < moments_ahead; ++e) {
        const int at = first + e;
        if (at >= g.tile || x0 + at >= g.width) break;
        if (e == 0) {
          s = window(at);
        } else {
          const double2 enters = sums[row][moments_place(at + g.columns - 1)],
                        leaves = sums[row][moments_place(at - 1)];
          s.x += enters.x - leaves.x;
          s.y += enters.y - leaves.y;
          if (!is_finite(s.x) || !is_finite(s.y)) s = window(at);
        }
        out[static_cast<std::int64_t>(yy) * g.width + x0 + at] =
            f(static_cast<C>(s.x) / size, static_cast<C>(s.y) / size);
      }
    }
    __syncthreads();
  }
}

template <class C, class F>
bool window_moments(const Array& out, const Array& image, std::int64_t rows, std::int64_t columns, const F& f) {
  constexpr std::int64_t most = std::int64_t{1} << 30;
  const std::int64_t height = image.shape(0), width = image.shape(1);
  if (columns > moments_block - 63 || rows > 4096 || height > most || width > most) return false;
  MomentsShape g{static_cast<int>(height),
                 static_cast<int>(width),
                 static_cast<int>(rows),
                 static_cast<int>(columns),
                 moments_block - static_cast<int>(columns) + 1,
                 0};
  // A band begins with a whole window: long ones waste less, short ones fill the device. Where windows begin anew must
  // not depend on the device, as sums do.
  const std::int64_t across = (width + g.tile - 1) / g.tile;
  const std::int64_t wanted = std::max<std::int64_t>(1, 132 * std::int64_t{6} / across);
  const std::int64_t band =
      std::max<std::int64_t>({(height + wanted - 1) / wanted, 2 * rows, (height + 65534) / 65535});
  g.band = static_cast<int>((band + moments_rows - 1) / moments_rows * moments_rows);
  const dim3 grid(static_cast<unsigned>(across), static_cast<unsigned>((height + g.band - 1) / g.band));
  const bool direct = image.dtype() == dtype_of<C>;
  cuda::launch(direct ? window_moments_kernel<C, true, F> : window_moments_kernel<C, false, F>, grid,
               dim3(moments_block), 0, out.mutable_data_as<C>(), image.data(), image.dtype(), g, f);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
