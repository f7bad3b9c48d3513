// SPDX-License-Identifier: Apache-2.0
// Boxes on CUDA: a block makes a tile of outputs. Where its surroundings do not fit into shared memory, windows double
// in global memory, one axis at a time.
#pragma once

#include "engine/each.h"
#include "engine/extreme_queue_cuda.h"
#include "engine/extreme_tile_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
struct BoxParams {
  PlaneImage<T> p;
  int size_y, size_x;
  std::int64_t first_y, first_x;
  Border border_y, border_x;
  int* met_nan;
};

template <class T>
__global__ void __launch_bounds__(extreme_threads) extreme_box_kernel(const __grid_constant__ BoxParams<T> b) {
  extern __shared__ __align__(16) unsigned char shared[];
  constexpr int per_thread = extreme_columns * extreme_rows<T> / extreme_threads;
  constexpr int row_step = extreme_threads / extreme_columns;
  const PlaneImage<T>& p = b.p;
  const int columns = extreme_columns + b.size_x - 1;
  const int rows = extreme_rows<T> + b.size_y - 1;
  T* first = reinterpret_cast<T*>(shared);
  T* second = first + rows * columns;
  const std::int64_t tiles_x = (p.width + extreme_columns - 1) / extreme_columns;
  const std::int64_t tiles_y = (p.height + extreme_rows<T> - 1) / extreme_rows<T>;
  bool nan = false;
  for (std::int64_t block = blockIdx.x; block < p.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * extreme_columns;
    const std::int64_t y0 = block / tiles_x % tiles_y * extreme_rows<T>;
    const std::int64_t plane = block / tiles_x / tiles_y;
    __syncthreads();
    nan |= load_tile(first, p, plane, y0 + b.first_y, x0 + b.first_x, rows, columns, b.border_y, b.border_x);
    __syncthreads();
    T* keys = grow_rows(first, second, rows, columns, 1, b.size_x);
    T* spare = keys == first ? second : first;
    int size = 1;
    while (4 * size < b.size_y) {
      const Cover cover(size, 4 * size);
      for (int r = threadIdx.x / 32; r < rows - 4 * size + 1; r += extreme_threads / 32) {
        for (int c = threadIdx.x % 32; c < extreme_columns; c += 32) {
          spare[r * columns + c] = least_of(keys + r * columns + c, cover, columns);
        }
      }
      __syncthreads();
      T* swap = keys;
      keys = spare;
      spare = swap;
      size *= 4;
    }
    const Cover cover(size, b.size_y);
    const int column = threadIdx.x % extreme_columns;
    const std::int64_t x = x0 + column;
    if (x < p.width) {
#pragma unroll 4
      for (int j = 0; j < per_thread; ++j) {
        const int r = threadIdx.x / extreme_columns + j * row_step;
        if (y0 + r >= p.height) break;
        p.out[(plane * p.height + y0 + r) * p.width + x] =
            from_key(least_of(keys + r * columns + column, cover, columns), p.key);
      }
    }
  }
  if (std::is_floating_point_v<T> && nan) *b.met_nan = 1;
}

/// The extended line of a window, as keys: (outer, n + size - 1, inner) from (outer, n, inner).
template <class T>
struct ExtendLines {
  const T* image;
  T* to;
  std::int64_t n, inner, reached;
  std::int64_t first;
  Border border;
  KeyOf<T> key;
  T constant;
  int* met_nan;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t at = border_index(i / inner % reached + first, n, border);
    const T value = at < 0 ? constant : image[(i / inner / reached * n + at) * inner + i % inner];
    if (std::is_floating_point_v<T> && value != value) *met_nan = 1;
    to[i] = to_key(value, key);
  }
};

template <class T>
struct GrowLines {
  const T* from;
  T* to;
  std::int64_t n, inner, reached, step[4];
  bool last;
  KeyOf<T> key;
  /// i counts (outer, positions, inner): n positions where it is the last one, else all but the end.
  __device__ void operator()(std::int64_t i) const {
    const T* p = from + (i / inner / n * reached + i / inner % n) * inner + i % inner;
    T least = p[step[0] * inner];
#pragma unroll
    for (int k = 1; k < 4; ++k) least = lesser(least, p[step[k] * inner]);
    if (last) {
      to[i] = from_key(least, key);
    } else {
      to[(i / inner / n * reached + i / inner % n) * inner + i % inner] = least;
    }
  }
};

/// A window of any size along one axis of (outer, n, inner), doubling in global memory.
template <class T>
void long_window(T* out, const T* image, std::int64_t outer, std::int64_t n, std::int64_t inner, const Window& w,
                 const KeyOf<T>& key, T constant, int* met_nan, Device device) {
  const std::int64_t reached = n + w.size - 1;
  const std::int64_t bytes = outer * reached * inner * static_cast<std::int64_t>(sizeof(T));
  Array from = Array::empty({bytes}, DType::uint8, device);
  Array to = Array::empty({bytes}, DType::uint8, device);
  each(outer * reached * inner, 1,
       ExtendLines<T>{image, static_cast<T*>(from.mutable_data()), n, inner, reached, w.first, w.border, key, constant,
                      met_nan});
  for (std::int64_t size = 1;;) {
    const std::int64_t next = std::min(4 * size, w.size);
    const bool last = next == w.size;
    GrowLines<T> g{static_cast<const T*>(from.data()),
                   last ? out : static_cast<T*>(to.mutable_data()),
                   last ? n : reached - next + 1,
                   inner,
                   reached,
                   {},
                   last,
                   key};
    for (int k = 0; k < 4; ++k) g.step[k] = std::min(k * size, next - size);
    each(outer * g.n * inner, 1, g);
    if (last) return;
    std::swap(from, to);
    size = next;
  }
}

template <class T>
void extreme_of_box(const Array& out, const Array& image, const std::vector<Window>& windows, double cval, bool minimum,
                    const KeyOf<T>& key) {
  const Extents& shape = image.shape();
  const int last = shape.size() - 1;
  const T constant = constant_of<T>(image.dtype(), cval);
  std::vector<Window> sorted = windows;
  std::sort(sorted.begin(), sorted.end(), [](const Window& a, const Window& b) { return a.axis < b.axis; });
  Array flag;
  if (std::is_floating_point_v<T>) flag = Array::zeros({1}, DType::int32, image.device());
  int* met_nan = flag.defined() ? flag.mutable_data_as<int>() : nullptr;
  Array from = image;
  const auto shared_of = [](std::int64_t size_y, std::int64_t size_x) {
    return 2 * (extreme_rows<T> + size_y - 1) * (extreme_columns + size_x - 1) * static_cast<std::int64_t>(sizeof(T));
  };
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    Window y = sorted[i], x;
    std::int64_t planes = 1, height = shape[y.axis], width = 1;
    for (int a = 0; a < y.axis; ++a) planes *= shape[a];
    for (int a = y.axis + 1; a <= last; ++a) width *= shape[a];
    const bool pair =
        y.axis == last - 1 && i + 1 < sorted.size() && shared_of(y.size, sorted[i + 1].size) <= extreme_shared;
    if (pair) x = sorted[++i];
    const Array to = i + 1 == sorted.size() ? out : Array::empty(shape, image.dtype(), image.device());
    const bool fits = pair || shared_of(y.axis == last ? 1 : y.size, y.axis == last ? y.size : 1) <= extreme_shared;
    if (!fits) {
      long_window(to.mutable_data_as<T>(), from.data_as<T>(), planes, height, width, y, key, constant, met_nan,
                  image.device());
    } else {
      if (y.axis == last) {
        x = y;
        y = Window{};
        width = height;
        height = planes;
        planes = 1;
      }
      const BoxParams<T> b{{from.data_as<T>(), to.mutable_data_as<T>(), planes, height, width, key, constant},
                           static_cast<int>(y.size),
                           static_cast<int>(x.size),
                           y.first,
                           x.first,
                           y.border,
                           x.border,
                           met_nan};
      cuda::launch(extreme_box_kernel<T>,
                   cuda::grid_for(planes * b.p.tiles_x() * b.p.tiles_y(), 1, std::int64_t{1} << 30),
                   dim3(extreme_threads), static_cast<std::size_t>(shared_of(y.size, x.size)), b);
    }
    from = to;
  }
  if constexpr (std::is_floating_point_v<T>) {
    // Runs only where a NaN was met, which the host does not know.
    queue_image(out.mutable_data_as<T>(), image.data_as<T>(), shape, windows, static_cast<T>(cval), minimum, met_nan,
                image.device());
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
