// SPDX-License-Identifier: Apache-2.0
// The elements of an image in groups of neighbours, as values of a compute type: the loop of kernels that read an image
// and keep something small.
#pragma once

#include <algorithm>
#include <optional>

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

/// An image, and a mask (bool) of the same shape where there is one.
struct MaskedImage {
  opsin::engine::Loop<2> loop;
  std::int64_t total;
  bool masked;
};

inline MaskedImage masked_image(const Array& image, const std::optional<Array>& mask) {
  const auto loop = opsin::engine::make_loop<2>({image, mask ? *mask : image});
  return {loop, loop.size(), mask.has_value()};
}

inline constexpr int values_width = 4;

inline dim3 values_grid(const MaskedImage& image, int block, int blocks_per_multiprocessor) {
  const std::int64_t items = image.loop.lines() * ((image.loop.line_length() + values_width - 1) / values_width);
  return cuda::grid_for(items, block, std::int64_t{cuda::multiprocessors()} * blocks_per_multiprocessor);
}

/// Values of one group or several out of a pack, to f with all of them present.
template <class C, class T, int W, class F>
__device__ __forceinline__ void each_of_pack(const Pack<T, W>& pack, const F& f) {
#pragma unroll
  for (int at = 0; at < W; at += values_width) {
    C values[values_width];
#pragma unroll
    for (int e = 0; e < values_width; ++e) values[e] = load_as<C>(&pack.value[at + e]);
    f(values, (1u << values_width) - 1);
  }
}

/// Which packs of a line a thread takes: every threads'th, counted from the end where `backwards` is set.
struct PackWalk {
  std::int64_t thread, threads;
  bool backwards = false;
};
__device__ __forceinline__ PackWalk grid_walk() {
  return {blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x,
          static_cast<std::int64_t>(gridDim.x) * blockDim.x};
}

/// each_group() of one aligned line of T: several wide loads are on their way before the first value is used, since one
/// load of a thread at a time is too little to keep the memory busy.
template <class C, class T, class F>
__device__ __forceinline__ void each_packed(const T* data, const std::int64_t n, const PackWalk& walk, const F& f) {
  constexpr int width = sizeof(T) < 4 ? 16 / static_cast<int>(sizeof(T)) : values_width;
  constexpr int ahead = std::max(1, 16 / (width * std::max(1, static_cast<int>(sizeof(T)) / 4)));
  const auto* packs = reinterpret_cast<const Pack<T, width>*>(data);
  const std::int64_t full = n / width, step = walk.threads;
  const auto place = [&](std::int64_t i) { return walk.backwards && i < full ? full - 1 - i : i; };
  std::int64_t i = walk.thread;
  for (; i + (ahead - 1) * step < full; i += ahead * step) {
    Pack<T, width> pack[ahead];
#pragma unroll
    for (int a = 0; a < ahead; ++a) pack[a] = packs[place(i + a * step)];
#pragma unroll
    for (int a = 0; a < ahead; ++a) each_of_pack<C>(pack[a], f);
  }
  for (; i * width < n; i += step) {
    const std::int64_t x = place(i) * width;
    for (std::int64_t at = x; at < x + width && at < n; at += values_width) {
      const int m = static_cast<int>(n - at < values_width ? n - at : values_width);
      C values[values_width];
      if (m == values_width) {
        const auto pack = *reinterpret_cast<const Pack<T, values_width>*>(data + at);
#pragma unroll
        for (int e = 0; e < values_width; ++e) values[e] = load_as<C>(&pack.value[e]);
      } else {
#pragma unroll
        for (int e = 0; e < values_width; ++e) values[e] = e < m ? load_as<C>(data + at + e) : C(0);
      }
      f(values, (1u << m) - 1);
    }
  }
}

/// each_packed() where an image is such a line, of C itself or of what integers are usually made of; false elsewhere.
template <class C, class F>
__device__ __forceinline__ bool each_packed_group(const MaskedImage& image, const F& f) {
  const auto& loop = image.loop;
  const bool line = loop.ndim == 1 && !image.masked && loop.strides[0][0] == itemsize(loop.dtype[0]) &&
                    reinterpret_cast<std::uintptr_t>(loop.data[0]) % 16 == 0;
  if (!line) return false;
  const auto of = [&]<class T>(Tag<T>) {
    each_packed<C>(static_cast<const T*>(loop.data[0]), loop.shape[0], grid_walk(), f);
    return true;
  };
  if (loop.dtype[0] == dtype_of<C>) return of(Tag<C>{});
  if constexpr (std::is_same_v<C, std::int32_t>) {
    if (loop.dtype[0] == DType::uint8) return of(Tag<std::uint8_t>{});
    if (loop.dtype[0] == DType::uint16) return of(Tag<std::uint16_t>{});
  }
  return false;
}

/// each_group() that is compiled once, for what is rare or bound by other things than loads.
template <class C, class F>
__device__ __forceinline__ void each_group_anywhere(const MaskedImage& image, const F& f) {
  const auto& loop = image.loop;
  const int last = loop.ndim - 1;
  const std::int64_t n = loop.shape[last];
  const std::int64_t per_line = (n + values_width - 1) / values_width;
  const std::int64_t items = image.total / n * per_line;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t item = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; item < items;
       item += step) {
    std::int64_t line = last == 0 ? 0 : item / per_line;
    const std::int64_t x = (item - line * per_line) * values_width;
    const int m = static_cast<int>(n - x < values_width ? n - x : values_width);
    std::int64_t at = x * loop.strides[0][last], mask_at = x * loop.strides[1][last];
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t c = line % loop.shape[d];
      line /= loop.shape[d];
      at += c * loop.strides[0][d];
      mask_at += c * loop.strides[1][d];
    }
    C values[values_width];
    load_group<C, values_width>(values, static_cast<const char*>(loop.data[0]) + at, loop.dtype[0],
                                loop.strides[0][last], m, Scaling{});
    unsigned present = (1u << m) - 1;
    if (image.masked) {
#pragma unroll
      for (int e = 0; e < values_width; ++e) {
        const char* held = static_cast<const char*>(loop.data[1]) + mask_at + e * loop.strides[1][last];
        if (e < m && *held == 0) present &= ~(1u << e);
      }
    }
    f(values, present);
  }
}

/// Calls f(values, present): up to values_width values, bit e of `present` set where value e is an element.
template <class C, class F>
__device__ __forceinline__ void each_group(const MaskedImage& image, const F& f) {
  if (!each_packed_group<C>(image, f)) each_group_anywhere<C>(image, f);
}

/// values_grid() for kernels whose threads have several loads on their way.
inline constexpr int values_blocks = 4;

}  // namespace opsin::OPSIN_TARGET::engine
