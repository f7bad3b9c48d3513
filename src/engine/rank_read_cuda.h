// SPDX-License-Identifier: Apache-2.0
// A window that a thread reads element by element, as often as it is asked. It needs no memory, so it serves images of
// 65536 values as well, and windows too large for a tile.
#pragma once

#include "engine/rank_padded_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <class Value>
class RankRead {
 public:
  __device__ RankRead(const Value* corner, const std::int64_t* offsets, std::int64_t size,
                      const std::int64_t* information)
      : corner_(corner), offsets_(offsets), size_(size), information_(information) {}

  __device__ bool writes() const { return true; }

  template <class F>
  __device__ WindowTotals totals(const F& f) const {
    WindowTotals t;
    each([&](int v) {
      ++t.count;
      t.sum += f.weight(v);
    });
    return t;
  }

  __device__ std::int64_t population() const { return count_upto(rank_outside<Value> - 1); }

  __device__ std::int64_t count_upto(std::int64_t value) const {
    // What lies outside is above every value.
    const std::int64_t most = value < rank_outside<Value> ? value : rank_outside<Value> - 1;
    std::int64_t n = 0;
    for (std::int64_t i = 0; i < size_; ++i) n += static_cast<std::int64_t>(corner_[offsets_[i]]) <= most ? 1 : 0;
    return n;
  }

  __device__ WindowTotals upto(std::int64_t value) const {
    WindowTotals t;
    each([&](int v) {
      if (v > value) return;
      ++t.count;
      t.sum += v;
    });
    return t;
  }

  __device__ int kth(std::int64_t k) const {
    int least = 0;
    for (int step = 1 << (rank_bits<Value> - 1); step > 0; step /= 2) {
      if (count_upto(least + step - 1) < k) least += step;
    }
    return least;
  }

  __device__ bool has(int value) const { return count_of(value) > 0; }

  __device__ int fullest() const {
    std::int64_t most = 0;
    int best = 0;
    each([&](int v) {
      const std::int64_t n = count_of(v);
      if (n > most || (n == most && v < best)) {
        most = n;
        best = v;
      }
    });
    return best;
  }

  __device__ int otsu() const {
    const WindowTotals all = upto(rank_outside<Value>);
    double best = 0;
    int threshold = 0;
    each([&](int v) {
      if (v == 0) return;
      const WindowTotals below = upto(v);
      if (below.count == all.count) return;
      const double parted = between_classes(below, all);
      if (parted > best || (parted == best && v < threshold)) {
        best = parted;
        threshold = v;
      }
    });
    return threshold;
  }

  __device__ std::int64_t information() const {
    // Each of the n elements that share a value adds its part of T[n].
    std::int64_t sum = 0;
    each([&](int v) { sum += information_[count_of(v)]; });
    return sum;
  }

  __device__ void shares(double* to, std::int64_t count) const {
    const std::int64_t n = population();
    const double share = n != 0 ? 1.0 / static_cast<double>(n) : 0.0;
    for (std::int64_t v = 0; v < count; ++v) to[v] = 0;
    each([&](int v) {
      if (v < count) to[v] += 1;
    });
    for (std::int64_t v = 0; v < count; ++v) to[v] *= share;
  }

 private:
  /// f(value) for every element that is inside.
  template <class F>
  __device__ void each(const F& f) const {
    for (std::int64_t i = 0; i < size_; ++i) {
      const Value v = corner_[offsets_[i]];
      if (v != rank_outside<Value>) f(static_cast<int>(v));
    }
  }

  __device__ std::int64_t count_of(int value) const {
    std::int64_t n = 0;
    for (std::int64_t i = 0; i < size_; ++i) n += static_cast<int>(corner_[offsets_[i]]) == value ? 1 : 0;
    return n;
  }

  const Value* corner_;
  const std::int64_t* offsets_;
  std::int64_t size_;
  const std::int64_t* information_;
};

/// sink(window, value, index) for every element, a thread each.
template <class Value, class Sink>
__global__ void rank_read_kernel(const RankFrame<Value> frame, const std::int64_t* __restrict__ offsets,
                                 const std::int64_t size, const void* image, const DType dtype, const Sink sink) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < frame.size(); i += step) {
    const std::int64_t row = i / frame.columns;
    const Value* corner = frame.corner(row / frame.rows, row % frame.rows, i % frame.columns);
    sink(RankRead<Value>(corner, offsets, size, sink.information()), rank_value(image, dtype, i), i);
  }
}

template <class Value, class Sink>
void read_windows(const RankWindow& w, const Sink& sink) {
  const FramedRank<Value> framed(w);
  cuda::launch(rank_read_kernel<Value, Sink>, cuda::grid_for(w.image.size(), 128), dim3(128), 0, framed.frame,
               framed.offsets_data(), w.size(), w.image.data(), w.image.dtype(), sink);
}

}  // namespace opsin::OPSIN_TARGET::engine
