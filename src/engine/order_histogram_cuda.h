// SPDX-License-Identifier: Apache-2.0
// Any rank of bytes under a box on CUDA: a block keeps histograms of the columns of a strip in shared memory while it
// goes down the rows. A window's histogram is the sum of its columns' ones, first of sixteen coarse bins, then of the
// sixteen values in the bin that holds the rank; no sum is kept, so that threads do not depend on each other.
#pragma once

#include "engine/order_view_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int byte_box_threads = 128;
/// 256 counts of values, 16 of coarse bins. 17 times 16 bytes: neighbouring columns lie in different banks.
inline constexpr int byte_column = 272;
inline constexpr std::int64_t byte_box_shared = 200 * 1024;

/// Sums of sixteen counts. Windows of up to 255 elements keep them in bytes.
template <bool Wide>
struct Sum16;

template <>
struct Sum16<false> {
  unsigned n[4] = {};

  __device__ void add(const uint4& c) {
    n[0] += c.x;
    n[1] += c.y;
    n[2] += c.z;
    n[3] += c.w;
  }
  /// The bin that holds the element of that rank; takes what lies in lower bins from the rank.
  __device__ int find(int& rank) const {
    unsigned prefix = n[0] * 0x01010101u;  // byte i: the sum of bytes 0 ... i
    int word = 0;
#pragma unroll
    for (int i = 1; i < 4; ++i) {
      const int sum = static_cast<int>(prefix >> 24);
      if (word == i - 1 && sum <= rank) {
        rank -= sum;
        word = i;
        prefix = n[i] * 0x01010101u;
      }
    }
    const int a = static_cast<int>(prefix & 255), b = static_cast<int>(prefix >> 8 & 255);
    const int c = static_cast<int>(prefix >> 16 & 255);
    const int byte = (a <= rank) + (b <= rank) + (c <= rank);
    rank -= byte == 0 ? 0 : byte == 1 ? a : byte == 2 ? b : c;
    return 4 * word + byte;
  }
};

template <>
struct Sum16<true> {
  unsigned even[4] = {}, odd[4] = {};  // counts of 16 bits: bins 0 and 2, bins 1 and 3 of each four

  __device__ void add(const uint4& c) {
    const unsigned word[4] = {c.x, c.y, c.z, c.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      even[i] += word[i] & 0x00ff00ffu;
      odd[i] += word[i] >> 8 & 0x00ff00ffu;
    }
  }
  __device__ int find(int& rank) const {
    int bin = 0, sum = 0, below = 0;
#pragma unroll
    for (int i = 0; i < 15; ++i) {
      const unsigned word = i % 2 == 0 ? even[i / 4] : odd[i / 4];
      sum += static_cast<int>(i % 4 < 2 ? word & 0xffff : word >> 16);
      bin += sum <= rank ? 1 : 0;
      below = sum <= rank ? sum : below;
    }
    rank -= below;
    return bin;
  }
};

struct ByteBoxParams {
  OrderView<std::uint8_t> v;
  int rank, rows, columns;
  int band;  // rows of output that a block makes
};

template <bool Wide>
__global__ void __launch_bounds__(byte_box_threads) byte_box_kernel(const __grid_constant__ ByteBoxParams b) {
  extern __shared__ __align__(16) unsigned char byte_columns[];
  const OrderView<std::uint8_t>& v = b.v;
  const int thread = static_cast<int>(threadIdx.x);
  const int columns = byte_box_threads + b.columns - 1;
  const std::int64_t tiles_x = (v.width + byte_box_threads - 1) / byte_box_threads;
  const std::int64_t tiles_y = (v.height + b.band - 1) / b.band;
  for (std::int64_t block = blockIdx.x; block < v.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * byte_box_threads;
    const std::int64_t y0 = block / tiles_x % tiles_y * b.band;
    const std::int64_t plane = block / tiles_x / tiles_y;
    const int band = static_cast<int>(min(static_cast<std::int64_t>(b.band), v.height - y0));
    // A column belongs to one thread, so that counts change without atomics.
    const auto change = [&](int row, int by) {
      for (int p = 0; p < v.plane_count; ++p) {
        const std::int64_t source = v.source(plane, p);
        const std::int64_t y = source < 0 ? -1 : border_index(y0 + v.top + row, v.height, v.border);
        const std::uint8_t* from = v.image + (source * v.height + y) * v.width;
        for (int c = thread; c < columns; c += byte_box_threads) {
          const std::int64_t x = y < 0 ? -1 : border_index(x0 + v.left + c, v.width, v.border);
          const int key = x < 0 ? v.constant : to_order_key(from[x], v.key);
          unsigned char* column = byte_columns + c * byte_column;
          column[key] = static_cast<unsigned char>(column[key] + by);
          column[256 + key / 16] = static_cast<unsigned char>(column[256 + key / 16] + by);
        }
      }
    };
    __syncthreads();
    for (int i = thread; i < columns * byte_column / 16; i += byte_box_threads) {
      reinterpret_cast<uint4*>(byte_columns)[i] = make_uint4(0, 0, 0, 0);
    }
    __syncthreads();
    for (int r = 0; r < b.rows - 1; ++r) change(r, 1);
    for (int r = 0; r < band; ++r) {
      change(r + b.rows - 1, 1);
      __syncthreads();
      if (x0 + thread < v.width) {
        const auto sum_of = [&](int bins) {
          Sum16<Wide> sum;
          const unsigned char* from = byte_columns + thread * byte_column + bins * 16;
#pragma unroll 5
          for (int c = 0; c < b.columns; ++c) sum.add(*reinterpret_cast<const uint4*>(from + c * byte_column));
          return sum;
        };
        int rank = b.rank;
        const int high = sum_of(16).find(rank);
        const int low = sum_of(high).find(rank);
        v.out[(plane * v.height + y0 + r) * v.width + x0 + thread] =
            from_order_key(static_cast<std::uint8_t>(16 * high + low), v.key);
      }
      __syncthreads();
      change(r, -1);
    }
  }
}

/// False where the counts do not fit.
inline bool byte_box(const OrderJob<std::uint8_t>& job) {
  const Reach& reach = job.reach;
  const std::int64_t shared = (byte_box_threads + reach.columns - 1) * byte_column;
  if (!reach.full || reach.plane_count() * reach.rows > 255 || reach.count > 65535 || shared > byte_box_shared) {
    return false;
  }
  Array memory;
  const OrderView<std::uint8_t> v = order_view(job, memory);
  const std::int64_t tiles_x = (v.width + byte_box_threads - 1) / byte_box_threads;
  // Enough blocks for the device, but a block adds rows - 1 rows before its first result.
  const std::int64_t rows = v.planes * v.height * tiles_x;
  const std::int64_t band = std::clamp<std::int64_t>(rows / (cuda::multiprocessors() * 5), reach.rows, 128);
  const ByteBoxParams b{v, static_cast<int>(job.rank), static_cast<int>(reach.rows), static_cast<int>(reach.columns),
                        static_cast<int>(std::min(std::max<std::int64_t>(band, 16), v.height))};
  const std::int64_t blocks = v.planes * tiles_x * ((v.height + b.band - 1) / b.band);
  cuda::launch(reach.count > 255 ? byte_box_kernel<true> : byte_box_kernel<false>,
               cuda::grid_for(blocks, 1, std::int64_t{1} << 30), dim3(byte_box_threads),
               static_cast<std::size_t>(shared), b);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
