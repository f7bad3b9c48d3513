// SPDX-License-Identifier: Apache-2.0
// Extremes along lines where a NaN was met: a thread runs the queue of a line. The flag is read on the device.
#pragma once

#include "core/cuda/launch.h"
#include "engine/extreme_queue.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
__global__ void queue_kernel(T* out, const T* image, const std::int64_t lines, const std::int64_t n,
                             const std::int64_t inner, const Window window, const T cval, const bool minimum,
                             Candidate<T>* rings, const int* met_nan, const Finish finish, const T* a, const T* b) {
  if (*met_nan == 0) return;
  const std::int64_t thread = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t line = thread; line < lines; line += step) {
    const std::int64_t base = line / inner * n * inner + line % inner;
    queue_line<T>(
        n, window.size, minimum, rings + thread * window.size,
        [&](std::int64_t i) {
          const std::int64_t at = border_index(i + window.first, n, window.border);
          return at < 0 ? cval : image[base + at * inner];
        },
        [&](std::int64_t i, T value) { out[base + i * inner] = finished_at(finish, value, a, b, base + i * inner); });
  }
}

/// One axis after the other, in the windows' order; nothing where no NaN was met.
template <class T>
void queue_image(const Array& out, const Array& image, const std::vector<Window>& windows, T cval, bool minimum,
                 const int* met_nan, const Finished& finished) {
  const Extents& shape = image.shape();
  // To and fro between the output and one more image.
  const Array between = windows.size() > 1 ? Array::empty(shape, image.dtype(), image.device()) : Array();
  Array from = image;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window& w = windows[i];
    const bool last = i + 1 == windows.size();
    const Array to = (windows.size() - i) % 2 == 1 ? out : between;
    const std::int64_t n = shape[w.axis];
    std::int64_t inner = 1;
    for (int a = w.axis + 1; a < shape.size(); ++a) inner *= shape[a];
    const std::int64_t lines = shape.product() / n;
    // Rings take a megabyte or, where they are long, one each.
    const std::int64_t threads = std::clamp<std::int64_t>((1 << 16) / w.size, 1, 4096);
    const dim3 grid = cuda::grid_for(std::min(lines, threads), 64, (threads + 63) / 64);
    const std::int64_t rings = static_cast<std::int64_t>(grid.x) * 64 * w.size;
    const Array ring =
        Array::empty({rings * static_cast<std::int64_t>(sizeof(Candidate<T>))}, DType::uint8, image.device());
    cuda::launch(queue_kernel<T>, grid, dim3(64), 0, to.mutable_data_as<T>(), from.data_as<T>(), lines, n, inner, w,
                 cval, minimum, static_cast<Candidate<T>*>(ring.mutable_data()), met_nan,
                 last ? finished.by : Finish::none, finished_with<T>(finished.a), finished_with<T>(finished.b));
    from = to;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
