// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/blocks.h. Folds: narrow blocks are read as wide as memory allows, a few neighbours by a thread;
// of other widths small blocks take a thread each, large ones a warp whose lanes share the elements. Windows: a thread
// each, which copies a small block into shared memory first.
#pragma once

#include <numeric>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

/// Results as elements of any dtype that C can meet.
struct BlockResults {
  void* data;
  DType dtype;

  __device__ char* at(std::int64_t i) const {
    return static_cast<char*>(data) + i * static_cast<std::int64_t>(itemsize(dtype));
  }
};

template <class C, int Lanes, class F>
__global__ void __launch_bounds__(256)
    fold_blocks_kernel(const BlockResults out, const __grid_constant__ Blocks b, const C cval, const F f) {
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const std::int64_t outputs = b.outputs(), rows = b.rows();
  const int lane = threadIdx.x % Lanes;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * (256 / Lanes);
  for (std::int64_t o = blockIdx.x * static_cast<std::int64_t>(256 / Lanes) + threadIdx.x / Lanes; o < outputs;
       o += step) {
    const std::int64_t line = o / columns, x0 = (o - line * columns) * width;
    C total = f.template init<C>();
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t start = b.row_start(line, r);
      with_storage<C>(b.dtype, [&]<class T>(Tag<T>) {
        const T* const p = static_cast<const T*>(b.image) + start + x0;
        for (std::int64_t x = lane; x < width; x += Lanes) {
          total = f.template step<C>(total, start >= 0 && x0 + x < length ? load_as<C>(p + x) : cval);
        }
      });
    }
    if constexpr (Lanes > 1) {
#pragma unroll
      for (int s = Lanes / 2; s > 0; s /= 2) {
        total = f.template step<C>(total, __shfl_down_sync(0xffffffffu, total, s));
      }
    }
    if (lane == 0) {
      store_one<C>(out.at(o), out.dtype,
                   f.template finish<C>(total, static_cast<double>(rows) * static_cast<double>(width)));
    }
  }
}

/// Blocks of `width` columns that a thread folds together: whole groups of four elements.
inline constexpr int neighbours_of(int width) { return 4 / std::gcd(width, 4); }

/// Narrow rows are read two at once, so that the loads of both are on their way together. `wide`: rows begin where four
/// elements are one access.
template <class C, int Width, class F>
__global__ void __launch_bounds__(256) fold_narrow_kernel(const BlockResults out, const __grid_constant__ Blocks b,
                                                          const bool wide, const C cval, const F f) {
  constexpr int neighbours = neighbours_of(Width), elements = Width * neighbours;
  constexpr int at_once = elements == 4 ? 2 : 1;
  const std::int64_t columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const std::int64_t per_line = (columns + neighbours - 1) / neighbours;
  const std::int64_t items = b.outputs() / columns * per_line, rows = b.rows();
  const auto item = static_cast<std::int64_t>(itemsize(b.dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < items; i += step) {
    const std::int64_t line = i / per_line, first = (i - line * per_line) * neighbours, x0 = first * Width;
    const std::int64_t inside = length - x0;
    C total[neighbours];
#pragma unroll
    for (int k = 0; k < neighbours; ++k) total[k] = f.template init<C>();
    for (std::int64_t r = 0; r < rows; r += at_once) {
      C value[at_once][elements];
      std::int64_t start[at_once];
#pragma unroll
      for (int j = 0; j < at_once; ++j) start[j] = r + j < rows ? b.row_start(line, r + j) : -1;
      if (wide && inside >= elements) {
        with_storage<C>(b.dtype, [&]<class T>(Tag<T>) {
          Pack<T, 4> four[at_once][elements / 4];
#pragma unroll
          for (int j = 0; j < at_once; ++j) {
            // Where there is no row, any does: a load costs less than a branch.
            const T* const row = static_cast<const T*>(b.image) + (start[j] < 0 ? 0 : start[j]) + x0;
#pragma unroll
            for (int g = 0; g < elements / 4; ++g) four[j][g] = *reinterpret_cast<const Pack<T, 4>*>(row + 4 * g);
          }
#pragma unroll
          for (int j = 0; j < at_once; ++j) {
#pragma unroll
            for (int e = 0; e < elements; ++e) {
              value[j][e] = start[j] < 0 ? cval : load_as<C>(&four[j][e / 4].value[e % 4]);
            }
          }
        });
      } else {
#pragma unroll
        for (int j = 0; j < at_once; ++j) {
#pragma unroll
          for (int e = 0; e < elements; ++e) {
            value[j][e] = start[j] < 0 || e >= inside
                              ? cval
                              : load_one<C>(static_cast<const char*>(b.image) + (start[j] + x0 + e) * item, b.dtype);
          }
        }
      }
#pragma unroll
      for (int j = 0; j < at_once; ++j) {
        if (r + j >= rows) break;
#pragma unroll
        for (int e = 0; e < elements; ++e) total[e / Width] = f.template step<C>(total[e / Width], value[j][e]);
      }
    }
#pragma unroll
    for (int k = 0; k < neighbours; ++k) {
      total[k] = f.template finish<C>(total[k], static_cast<double>(rows) * Width);
    }
    const std::int64_t left = columns - first;
    store_group<C, neighbours>(out.at(line * columns + first), total, out.dtype,
                               static_cast<std::int64_t>(itemsize(out.dtype)),
                               left < neighbours ? static_cast<int>(left) : neighbours);
  }
}

template <class C, class F>
void run_fold(const Array& out, const Blocks& b, C cval, const F& f) {
  const BlockResults results{out.mutable_data(), out.dtype()};
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const auto aligned = static_cast<std::uintptr_t>(std::min<std::size_t>(16, 4 * itemsize(b.dtype)));
  const bool wide = length % 4 == 0 && reinterpret_cast<std::uintptr_t>(b.image) % aligned == 0;
  const auto narrow = [&]<int Width>() {
    const std::int64_t per_line = (columns + neighbours_of(Width) - 1) / neighbours_of(Width);
    cuda::launch(fold_narrow_kernel<C, Width, F>, cuda::grid_for(b.outputs() / columns * per_line, 256), dim3(256), 0,
                 results, b, wide, cval, f);
  };
  if (width == 2) {
    narrow.template operator()<2>();
  } else if (width == 3) {
    narrow.template operator()<3>();
  } else if (width == 4) {
    narrow.template operator()<4>();
  } else if (width >= 32) {
    // Lanes are worth their exchange at the end when each has a few elements of a row.
    cuda::launch(fold_blocks_kernel<C, 32, F>, cuda::grid_for(b.outputs(), 8), dim3(256), 0, results, b, cval, f);
  } else {
    cuda::launch(fold_blocks_kernel<C, 1, F>, cuda::grid_for(b.outputs(), 256), dim3(256), 0, results, b, cval, f);
  }
}

inline constexpr int window_threads = 128;
/// Elements of the blocks that are copied: three thread blocks' copies fit beside each other.
inline constexpr int most_copied = 64;

/// The elements of a thread's block, those of neighbours beside each other.
template <class C>
struct SharedBlock {
  const C* elements;

  __device__ C operator()(std::int64_t i) const { return elements[i * window_threads]; }
};

template <class C, bool Copied, class F>
__global__ void __launch_bounds__(window_threads)
    window_blocks_kernel(const BlockResults out, const __grid_constant__ Blocks b, const C cval, const F f) {
  extern __shared__ __align__(16) unsigned char shared[];
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1], length = b.shape[b.ndim - 1];
  const std::int64_t outputs = b.outputs(), rows = b.rows(), count = rows * width;
  const auto item = static_cast<std::int64_t>(itemsize(b.dtype));
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t o = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; o < outputs; o += step) {
    const std::int64_t line = o / columns, x0 = (o - line * columns) * width;
    C result;
    if constexpr (Copied) {
      C* const own = reinterpret_cast<C*>(shared) + threadIdx.x;
      with_storage<C>(b.dtype, [&]<class T>(Tag<T>) {
        C* to = own;
        for (int r = 0; r < static_cast<int>(rows); ++r) {
          const std::int64_t start = b.row_start(line, r);
          const T* const p = static_cast<const T*>(b.image) + start + x0;
          for (int x = 0; x < static_cast<int>(width); ++x, to += window_threads) {
            *to = start >= 0 && x0 + x < length ? load_as<C>(p + x) : cval;
          }
        }
      });
      result = f.template operator()<C>(SharedBlock<C>{own}, count);
    } else {
      const auto at = [&](std::int64_t i) {
        const std::int64_t row = i / width, x = x0 + i - row * width;
        const std::int64_t start = x < length ? b.row_start(line, row) : -1;
        return start < 0 ? cval : load_one<C>(static_cast<const char*>(b.image) + (start + x) * item, b.dtype);
      };
      result = f.template operator()<C>(at, count);
    }
    store_one<C>(out.at(o), out.dtype, result);
  }
}

template <class C, class F>
void run_windows(const Array& out, const Blocks& b, C cval, const F& f) {
  const BlockResults results{out.mutable_data(), out.dtype()};
  const std::int64_t size = b.rows() * b.block[b.ndim - 1];
  const dim3 grid = cuda::grid_for(b.outputs(), window_threads), threads(window_threads);
  if (size <= most_copied) {
    const auto shared = static_cast<std::size_t>(size) * window_threads * sizeof(C);
    cuda::launch(window_blocks_kernel<C, true, F>, grid, threads, shared, results, b, cval, f);
  } else {
    cuda::launch(window_blocks_kernel<C, false, F>, grid, threads, 0, results, b, cval, f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
