// SPDX-License-Identifier: Apache-2.0
// Extremes along lines where a NaN was met: a thread runs the queue of a line. Whether one was is read on the device.
#pragma once

#include <cooperative_groups.h>

#include "core/cuda/launch.h"
#include "engine/extreme_queue.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int queue_block = 64;

template <class T>
struct QueueImage {
  struct Axis {
    Window window;
    std::int64_t lines, n, inner;
  };
  const T* image;
  T* out;
  T* between;  // to and fro between the output and this one
  Candidate<T>* rings;
  std::int64_t ring;  // candidates of one
  Axis axes[max_ndim];
  int count;
  T cval;
  bool minimum;
  const std::uint8_t* met_nan;
  std::int64_t flags;
  Finish finish;
  const T* a;
  const T* b;

  /// The same answer in every block.
  __device__ bool meets_nan() const {
    bool met = false;
    const std::int64_t wide = flags / 16;
    for (std::int64_t i = threadIdx.x; i < wide; i += queue_block) {
      const uint4 v = reinterpret_cast<const uint4*>(met_nan)[i];
      met = met || (v.x | v.y | v.z | v.w) != 0;
    }
    for (std::int64_t i = 16 * wide + threadIdx.x; i < flags; i += queue_block) met = met || met_nan[i] != 0;
    return __syncthreads_or(met) != 0;
  }
};

template <class T>
__global__ void queue_kernel(const __grid_constant__ QueueImage<T> q) {
  if (!q.meets_nan()) return;
  const std::int64_t thread = blockIdx.x * static_cast<std::int64_t>(queue_block) + threadIdx.x;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * queue_block;
  const T* from = q.image;
  for (int k = 0; k < q.count; ++k) {
    if (k > 0) cooperative_groups::this_grid().sync();
    const auto& axis = q.axes[k];
    const Window& window = axis.window;
    const Finish finish = k + 1 == q.count ? q.finish : Finish::none;
    T* const to = (q.count - k) % 2 == 1 ? q.out : q.between;
    for (std::int64_t line = thread; line < axis.lines; line += step) {
      const std::int64_t base = line / axis.inner * axis.n * axis.inner + line % axis.inner;
      queue_line<T>(
          axis.n, window.size, q.minimum, q.rings + thread * q.ring,
          [&](std::int64_t i) {
            const std::int64_t at = border_index(i + window.first, axis.n, window.border);
            return at < 0 ? q.cval : from[base + at * axis.inner];
          },
          [&](std::int64_t i, T value) {
            const std::int64_t at = base + i * axis.inner;
            to[at] = finished_at(finish, value, q.a, q.b, at);
          });
    }
    from = to;
  }
}

/// One axis after the other, in the windows' order; nothing where all of the flags are zero.
template <class T>
void queue_image(const Array& out, const Array& image, const std::vector<Window>& windows, T cval, bool minimum,
                 const Array& met_nan, const Finished& finished) {
  const Extents& shape = image.shape();
  const Array between = windows.size() > 1 ? Array::empty(shape, image.dtype(), image.device()) : Array();
  QueueImage<T> q{};
  q.image = image.data_as<T>();
  q.out = out.mutable_data_as<T>();
  q.between = between.defined() ? between.mutable_data_as<T>() : nullptr;
  std::int64_t most_lines = 1;
  for (const Window& w : windows) {
    const std::int64_t n = shape[w.axis];
    std::int64_t inner = 1;
    for (int a = w.axis + 1; a < shape.size(); ++a) inner *= shape[a];
    q.axes[q.count++] = {w, shape.product() / n, n, inner};
    q.ring = std::max(q.ring, w.size);
    most_lines = std::max(most_lines, shape.product() / n);
  }
  q.cval = cval;
  q.minimum = minimum;
  q.met_nan = met_nan.data_as<std::uint8_t>();
  q.flags = met_nan.size();
  q.finish = finished.by;
  q.a = finished_with<T>(finished.a);
  q.b = finished_with<T>(finished.b);
  // Rings take a megabyte or, where they are long, one each. A block to a multiprocessor at most: blocks wait for each
  // other between two axes.
  const std::int64_t threads = std::clamp<std::int64_t>((1 << 16) / q.ring, 1, 4096);
  const std::int64_t most_blocks =
      std::min<std::int64_t>((threads + queue_block - 1) / queue_block, cuda::multiprocessors());
  const dim3 grid = cuda::grid_for(std::min(most_lines, threads), queue_block, most_blocks);
  const std::int64_t rings = static_cast<std::int64_t>(grid.x) * queue_block * q.ring;
  const Array ring =
      Array::empty({rings * static_cast<std::int64_t>(sizeof(Candidate<T>))}, DType::uint8, image.device());
  q.rings = static_cast<Candidate<T>*>(ring.mutable_data());
  if (q.count > 1) {
    cuda::launch_cooperative(queue_kernel<T>, grid, dim3(queue_block), q);
  } else {
    cuda::launch(queue_kernel<T>, grid, dim3(queue_block), 0, q);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
