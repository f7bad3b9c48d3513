// SPDX-License-Identifier: Apache-2.0
// A window as a histogram of 256 bins in shared memory that a warp keeps: it goes down a column, the elements on the
// footprint's lower border enter, those on its upper border leave, a lane each. All lanes ask, and all get the answer.
#pragma once

#include "engine/rank_padded_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int rank_warps = 8;       // of a block
inline constexpr int rank_own = 256 / 32;  // bins of a lane
inline constexpr unsigned rank_all = 0xffffffffu;

/// The sum over a warp, for all its lanes.
__device__ __forceinline__ std::int64_t warp_sum(std::int64_t x) {
#pragma unroll
  for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(rank_all, x, step);
  return x;
}

/// The sum over the lanes before this one.
__device__ __forceinline__ int warp_before(int x, int lane) {
  int sum = x;
#pragma unroll
  for (int step = 1; step < 32; step *= 2) {
    const int other = __shfl_up_sync(rank_all, sum, step);
    if (lane >= step) sum += other;
  }
  return sum - x;
}

template <int Uses>
class RankWarp {
 public:
  /// `bins` in shared memory: 256, then what lies outside; 16-byte aligned. Fewer than 2^23 elements.
  __device__ RankWarp(const int* bins, int size, int lane, const std::int64_t* information)
      : bins_(bins), lane_(lane), population_(size - bins[256]), information_(information) {
    const int4* from = reinterpret_cast<const int4*>(bins) + 2 * lane;
    const int4 low = from[0], high = from[1];
    own_[0] = low.x;
    own_[1] = low.y;
    own_[2] = low.z;
    own_[3] = low.w;
    own_[4] = high.x;
    own_[5] = high.y;
    own_[6] = high.z;
    own_[7] = high.w;
    if constexpr ((Uses & uses::order) != 0) {
      int sum = 0;
#pragma unroll
      for (int i = 0; i < rank_own; ++i) sum += own_[i];
      before_ = warp_before(sum, lane);
      upto_ = before_ + sum;
    }
  }

  __device__ bool writes() const { return lane_ == 0; }
  __device__ std::int64_t population() const { return population_; }
  __device__ bool has(int value) const { return bins_[value] != 0; }

  __device__ std::int64_t count_upto(std::int64_t value) const {
    int n = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) n += first() + i <= value ? own_[i] : 0;
    return __reduce_add_sync(rank_all, n);
  }

  __device__ WindowTotals upto(std::int64_t value) const {
    int n = 0, sum = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) {
      const int c = first() + i <= value ? own_[i] : 0;
      n += c;
      sum += c * (first() + i);
    }
    return {__reduce_add_sync(rank_all, n), __reduce_add_sync(rank_all, sum)};
  }

  __device__ int kth(std::int64_t k) const {
    const int wanted = static_cast<int>(k);
    const int lane = __ffs(static_cast<int>(__ballot_sync(rank_all, upto_ >= wanted))) - 1;
    int running = before_, value = first();
#pragma unroll
    for (int i = 0; i < rank_own - 1; ++i) {
      running += own_[i];
      value += running < wanted ? 1 : 0;
    }
    return __shfl_sync(rank_all, value, lane);
  }

  __device__ int fullest() const {
    unsigned best = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) {
      const unsigned key = static_cast<unsigned>(own_[i]) << 8 | static_cast<unsigned>(255 - first() - i);
      best = key > best ? key : best;
    }
    return 255 - static_cast<int>(__reduce_max_sync(rank_all, best) & 255u);
  }

  __device__ int otsu() const {
    int sum = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) sum += own_[i] * (first() + i);
    const WindowTotals all{population_, __reduce_add_sync(rank_all, sum)};
    WindowTotals below{before_, warp_before(sum, lane_)};
    double best = 0;
    int threshold = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) {
      const int v = first() + i;
      below.count += own_[i];
      below.sum += own_[i] * v;
      if (own_[i] == 0 || v == 0 || below.count == all.count) continue;
      const double parted = between_classes(below, all);
      if (parted > best) {
        best = parted;
        threshold = v;
      }
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
      const double other = __shfl_xor_sync(rank_all, best, step);
      const int at = __shfl_xor_sync(rank_all, threshold, step);
      const bool better = other > best || (other == best && at < threshold);
      best = better ? other : best;
      threshold = better ? at : threshold;
    }
    return threshold;
  }

  __device__ std::int64_t information() const {
    std::int64_t sum = 0;
#pragma unroll
    for (int i = 0; i < rank_own; ++i) {
      // T[0] and T[1] are zero, and most bins hold no more.
      if (own_[i] > 1) sum += own_[i] * information_[own_[i]];
    }
    return warp_sum(sum);
  }

  __device__ void shares(double* to, std::int64_t count) const {
    const double share = population_ != 0 ? 1.0 / static_cast<double>(population_) : 0.0;
    for (std::int64_t v = lane_; v < count; v += 32) to[v] = v < 256 ? bins_[v] * share : 0.0;
  }

 private:
  __device__ int first() const { return rank_own * lane_; }

  const int* bins_;
  int lane_;
  int population_;
  const std::int64_t* information_;
  int own_[rank_own];
  int before_ = 0, upto_ = 0;
};

/// An element of the footprint that enters or leaves when it goes down by a row, from its new corner.
struct RankStep {
  std::int64_t at;
  int change;
};

template <class Sink>
__global__ void rank_warp_kernel(const RankFrame<std::uint16_t> frame, const std::int64_t* __restrict__ offsets,
                                 const int size, const RankStep* __restrict__ border, const int borders,
                                 const void* image, const DType dtype, const std::int64_t strip, const Sink sink) {
  __shared__ int4 memory[rank_warps][66];
  int* bins = reinterpret_cast<int*>(memory[threadIdx.x / 32]);
  const int lane = static_cast<int>(threadIdx.x % 32);
  const std::int64_t strips = (frame.rows + strip - 1) / strip;
  const std::int64_t tasks = frame.planes * strips * frame.columns;
  const std::int64_t all_warps = static_cast<std::int64_t>(gridDim.x) * rank_warps;
  for (std::int64_t task = static_cast<std::int64_t>(blockIdx.x) * rank_warps + threadIdx.x / 32; task < tasks;
       task += all_warps) {
    const std::int64_t x = task % frame.columns, y0 = task / frame.columns % strips * strip;
    const std::int64_t plane = task / frame.columns / strips;
    const std::int64_t y1 = y0 + strip < frame.rows ? y0 + strip : frame.rows;
    for (int i = lane; i < 264; i += 32) bins[i] = 0;
    __syncwarp();
    const std::uint16_t* corner = frame.corner(plane, y0, x);
    for (int i = lane; i < size; i += 32) atomicAdd(&bins[corner[offsets[i]]], 1);
    for (std::int64_t y = y0; y < y1; ++y) {
      if (y > y0) {
        corner += frame.width;
        for (int i = lane; i < borders; i += 32) {
          const RankStep step = border[i];
          atomicAdd(&bins[corner[step.at]], step.change);
        }
      }
      __syncwarp();
      const std::int64_t index = (plane * frame.rows + y) * frame.columns + x;
      sink(RankWarp<Sink::uses>(bins, size, lane, sink.information()), rank_value(image, dtype, index), index);
      __syncwarp();
    }
  }
}

template <class Sink>
void slide_warps(const RankWindow& w, const Sink& sink) {
  const FramedRank<std::uint16_t> framed(w);
  std::vector<std::int64_t> sorted = framed.at;
  std::sort(sorted.begin(), sorted.end());
  const std::int64_t width = framed.frame.width;
  const auto inside = [&](std::int64_t at) { return std::binary_search(sorted.begin(), sorted.end(), at); };
  std::vector<RankStep> border;
  // A row down from the footprint's last one could only be taken for the next plane's first one where the image has a
  // single row, and then nothing goes down.
  for (const std::int64_t at : framed.at) {
    if (!inside(at + width)) border.push_back({at, 1});
    if (!inside(at - width)) border.push_back({at - width, -1});
  }
  const Array steps = on_device(border, w.image.device());
  const std::int64_t strip = w.size() < 1024 ? 64 : 128;
  const std::int64_t tasks = w.image.shape(0) * ((w.image.shape(1) + strip - 1) / strip) * w.image.shape(2);
  cuda::launch(rank_warp_kernel<Sink>, cuda::grid_for(tasks, rank_warps, std::int64_t{1} << 30), dim3(32 * rank_warps),
               0, framed.frame, framed.offsets_data(), static_cast<int>(w.size()),
               static_cast<const RankStep*>(steps.data()), static_cast<int>(border.size()), w.image.data(),
               w.image.dtype(), strip, sink);
}

}  // namespace opsin::OPSIN_TARGET::engine
