// SPDX-License-Identifier: Apache-2.0
// Flat footprints on CUDA: a block makes a tile of outputs, plane by plane of the footprint and length by length of its
// runs. Where the tile's surroundings do not fit into shared memory, every element is read on its own.
#pragma once

#include "engine/each.h"
#include "engine/extreme_tile_cuda.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_chord_code = 512;

/// A footprint's runs as numbers: for each plane its offsets and the number of groups; for each group the length, the
/// number of runs, and where each begins.
inline std::vector<int> chord_code(const Chords& chords, int ndim) {
  std::vector<int> code;
  for (const ChordPlane& plane : chords.planes) {
    for (int a = 0; a < ndim - 2; ++a) code.push_back(static_cast<int>(plane.offset[static_cast<std::size_t>(a)]));
    code.push_back(static_cast<int>(plane.groups.size()));
    for (const ChordGroup& group : plane.groups) {
      code.push_back(static_cast<int>(group.length));
      code.push_back(static_cast<int>(group.starts.size()));
      for (const auto& start : group.starts) {
        code.push_back(static_cast<int>(start[0]));
        code.push_back(static_cast<int>(start[1]));
      }
    }
  }
  return code;
}

template <class T>
struct FootprintParams {
  PlaneImage<T> p;
  int leading;
  std::int64_t shape[max_ndim];
  int plane_count;
  int reach_y, reach_x;
  std::int64_t top, left;
  Border border;
  Offset first;
  const int* code;  // null: the small one
  int small_code[most_chord_code];
};

template <class T>
__device__ __forceinline__ void store_or_nan(const FootprintParams<T>& f, std::int64_t plane, std::int64_t y,
                                             std::int64_t x, T best, bool nan) {
  const PlaneImage<T>& p = f.p;
  T value = from_key(best, p.key);
  if (std::is_floating_point_v<T> && nan) {
    const std::int64_t source = met_index(f.shape, f.leading, plane, f.first.data(), f.border);
    const std::int64_t row = source < 0 ? -1 : border_index(y + f.first[f.leading], p.height, f.border);
    const std::int64_t at = row < 0 ? -1 : border_index(x + f.first[f.leading + 1], p.width, f.border);
    const T element = at < 0 ? p.constant : p.image[(source * p.height + row) * p.width + at];
    if (element != element) value = element;
  }
  p.out[(plane * p.height + y) * p.width + x] = value;
}

template <class T>
__global__ void __launch_bounds__(extreme_threads)
    extreme_footprint_kernel(const __grid_constant__ FootprintParams<T> f) {
  extern __shared__ __align__(16) unsigned char shared[];
  constexpr int per_thread = extreme_columns * extreme_rows<T> / extreme_threads;
  constexpr int row_step = extreme_threads / extreme_columns;
  const PlaneImage<T>& p = f.p;
  const int columns = extreme_columns + f.reach_x - 1;
  const int rows = extreme_rows<T> + f.reach_y - 1;
  T* const first = reinterpret_cast<T*>(shared);
  T* const second = first + rows * columns;
  const int* code = f.code ? f.code : f.small_code;
  const std::int64_t tiles_x = (p.width + extreme_columns - 1) / extreme_columns;
  const std::int64_t tiles_y = (p.height + extreme_rows<T> - 1) / extreme_rows<T>;
  const int column = threadIdx.x % extreme_columns;
  const int row = threadIdx.x / extreme_columns;
  for (std::int64_t block = blockIdx.x; block < p.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * extreme_columns;
    const std::int64_t y0 = block / tiles_x % tiles_y * extreme_rows<T>;
    const std::int64_t plane = block / tiles_x / tiles_y;
    T best[per_thread];
    bool begun = false, nan = false;
    const int* at = code;
    for (int k = 0; k < f.plane_count; ++k) {
      const std::int64_t source = met_index(f.shape, f.leading, plane, at, f.border);
      at += f.leading;
      __syncthreads();
      const bool met = load_tile(first, p, source, y0 + f.top, x0 + f.left, rows, columns, f.border, f.border);
      nan = __syncthreads_or(met) || nan;
      T* keys = first;
      int size = 1;
      for (int groups = *at++; groups > 0; --groups) {
        const int length = *at++;
        keys = grow_rows(keys, keys == first ? second : first, rows, columns, size, length);
        size = length;
        const T* mine = keys + row * columns + column;
        for (int runs = *at++; runs > 0; --runs) {
          const T* from = mine + at[0] * columns + at[1];
          at += 2;
#pragma unroll
          for (int j = 0; j < per_thread; ++j) {
            const T value = from[j * row_step * columns];
            best[j] = begun ? lesser(value, best[j]) : value;
          }
          begun = true;
        }
        // The next growth writes the other buffer, which nobody reads any more; the one after it waits for all.
      }
    }
    const std::int64_t x = x0 + column;
    if (x < p.width) {
#pragma unroll
      for (int j = 0; j < per_thread; ++j) {
        const std::int64_t y = y0 + row + j * row_step;
        if (y < p.height) store_or_nan(f, plane, y, x, best[j], nan);
      }
    }
  }
}

/// Every element of every run on its own.
template <class T>
struct DirectFootprint {
  FootprintParams<T> f;
  __device__ void operator()(std::int64_t i) const {
    const PlaneImage<T>& p = f.p;
    const std::int64_t x = i % p.width;
    const std::int64_t y = i / p.width % p.height;
    const std::int64_t plane = i / p.width / p.height;
    const int* at = f.code;
    T best{};
    bool begun = false;
    for (int k = 0; k < f.plane_count; ++k) {
      const std::int64_t source = met_index(f.shape, f.leading, plane, at, f.border);
      at += f.leading;
      for (int groups = *at++; groups > 0; --groups) {
        const int length = *at++;
        for (int runs = *at++; runs > 0; --runs) {
          const std::int64_t row = source < 0 ? -1 : border_index(y + f.top + at[0], p.height, f.border);
          for (int e = 0; e < length; ++e) {
            const std::int64_t c = row < 0 ? -1 : border_index(x + f.left + at[1] + e, p.width, f.border);
            const T key = to_key(c < 0 ? p.constant : p.image[(source * p.height + row) * p.width + c], p.key);
            best = begun ? lesser(key, best) : key;
            begun = true;
          }
          at += 2;
        }
      }
    }
    store_or_nan(f, plane, y, x, best, true);
  }
};

template <class T>
void extreme_of_footprint(const Array& out, const Array& image, const Chords& chords, Border border, double cval,
                          const KeyOf<T>& key) {
  const int ndim = image.ndim();
  FootprintParams<T> f{};
  f.p = {image.data_as<T>(),
         out.mutable_data_as<T>(),
         1,
         image.shape(ndim - 2),
         image.shape(ndim - 1),
         key,
         constant_of<T>(image.dtype(), cval)};
  f.leading = ndim - 2;
  for (int a = 0; a < ndim - 2; ++a) f.p.planes *= f.shape[a] = image.shape(a);
  constexpr std::int64_t most = 1 << 28;
  core::check(
      chords.rows < most && chords.columns < most && std::abs(chords.top) < most && std::abs(chords.left) < most,
      "extreme", "the footprint is too large");
  f.plane_count = static_cast<int>(chords.planes.size());
  f.reach_y = static_cast<int>(chords.rows);
  f.reach_x = static_cast<int>(chords.columns);
  f.top = chords.top;
  f.left = chords.left;
  f.border = border;
  f.first = chords.first;
  const std::vector<int> code = chord_code(chords, ndim);
  const std::int64_t shared = 2 * (extreme_rows<T> + chords.rows - 1) * (extreme_columns + chords.columns - 1) *
                              static_cast<std::int64_t>(sizeof(T));
  const bool fits = shared <= 2 * extreme_shared;
  Array memory;
  if (!fits || code.size() > most_chord_code) {
    memory = on_device(code, image.device());
    f.code = static_cast<const int*>(memory.data());
  } else {
    std::copy(code.begin(), code.end(), f.small_code);
  }
  if (!fits) {
    each(image.size(), 1, DirectFootprint<T>{f});
    return;
  }
  cuda::launch(extreme_footprint_kernel<T>,
               cuda::grid_for(f.p.planes * f.p.tiles_x() * f.p.tiles_y(), 1, std::int64_t{1} << 30),
               dim3(extreme_threads), static_cast<std::size_t>(shared), f);
}

}  // namespace opsin::OPSIN_TARGET::engine
