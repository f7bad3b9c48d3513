// SPDX-License-Identifier: Apache-2.0
// Any rank of any footprint on CUDA, for footprints whose tiles fit nowhere: a thread finds its key four bits at a time
// and reads the whole window for each.
#pragma once

#include "engine/order_view_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int direct_threads = 128;

template <class K>
struct DirectParams {
  OrderView<K> v;
  std::int64_t rank;
  const int* code;  // for each plane of the footprint how many elements, then their rows and columns
};

template <class K>
__global__ void __launch_bounds__(direct_threads) direct_rank_kernel(const __grid_constant__ DirectParams<K> d) {
  __shared__ unsigned counts[16][direct_threads];
  const OrderView<K>& v = d.v;
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * direct_threads;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(direct_threads) + thread;
       i < v.planes * v.height * v.width; i += step) {
    const std::int64_t x = i % v.width, y = i / v.width % v.height, plane = i / v.width / v.height;
    K found = 0, known = 0;
    std::int64_t rank = d.rank;
    for (int shift = 8 * static_cast<int>(sizeof(K)) - 4; shift >= 0; shift -= 4) {
      for (int c = 0; c < 16; ++c) counts[c][thread] = 0;
      const int* at = d.code;
      for (int p = 0; p < v.plane_count; ++p) {
        const std::int64_t source = v.source(plane, p);
        for (int n = *at++; n > 0; --n, at += 2) {
          const std::int64_t row = source < 0 ? -1 : border_index(y + v.top + at[0], v.height, v.border);
          const std::int64_t column = row < 0 ? -1 : border_index(x + v.left + at[1], v.width, v.border);
          const K key =
              column < 0 ? v.constant : to_order_key(v.image[(source * v.height + row) * v.width + column], v.key);
          if (((key ^ found) & known) == 0) ++counts[key >> shift & 15][thread];
        }
      }
      int digit = 0;
      while (digit < 15 && counts[digit][thread] <= rank) rank -= counts[digit++][thread];
      found = static_cast<K>(found | static_cast<K>(digit) << shift);
      known = static_cast<K>(known | K(15) << shift);
    }
    v.out[i] = from_order_key(found, v.key);
  }
}

template <class K>
void direct_rank(const OrderJob<K>& job) {
  Array offsets;
  const OrderView<K> v = order_view(job, offsets);
  std::vector<int> code;
  for (const ReachPlane& p : job.reach.planes) {
    code.push_back(static_cast<int>(p.at.size()));
    for (const auto& at : p.at) {
      code.push_back(static_cast<int>(at[0]));
      code.push_back(static_cast<int>(at[1]));
    }
  }
  const Array memory = on_device(code, job.image.device());
  const DirectParams<K> d{v, job.rank, static_cast<const int*>(memory.data())};
  cuda::launch(direct_rank_kernel<K>, cuda::grid_for(v.planes * v.height * v.width, direct_threads),
               dim3(direct_threads), 0, d);
}

}  // namespace opsin::OPSIN_TARGET::engine
