// SPDX-License-Identifier: Apache-2.0
// CUDA side of the separable engine: which kernel a bank gets, the tile kernel for double, and one axis at a time for
// whatever fits neither. Float banks stream: short taps in registers (separable_column_cuda.h), others through rings of
// rows in shared memory (separable_stream_cuda.h); images too small for that go by tiles (separable_small_cuda.h).
//
// The tile kernel folds along y first and x second, in SciPy's order, so that float64 results are the same to the bit.
// A block computes a tile 64 columns wide; lanes of a warp lie on neighbouring columns in both folds, so no bank
// conflicts.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "core/device_api.h"
#include "engine/long_axis_cuda.h"
#include "engine/separable_column_cuda.h"
#include "engine/separable_small_cuda.h"
#include "engine/separable_stream_cuda.h"
#include "engine/tile_fold_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The order of axes is SciPy's, two passes where that asks for the later axis first: see above.
inline constexpr bool folds_x_first = false;

inline constexpr int tile_width = 64;
inline constexpr int tile_height = 32;
inline constexpr int fold_width = 8;

template <class C>
struct DeviceFilter {
  int input;
  bool keep_tile;  // same input as the filter before
  bool keep_rows;  // and the same y taps
  DeviceTaps<C> y, x;
};

template <class C, int K, int O>
struct BankParams {
  Geometry g;
  Borders borders;
  std::int64_t first_row, rows;
  C* peak;
  int tile_rows, halo_left, halo_right, halo_above, halo_below;
  DeviceFilter<C> filters[K];
  Plane inputs[K];
  Plane outputs[O];
};

/// A call, not a copy for each filter of a bank: it holds a loop for every dtype.
template <class C>
__device__ __noinline__ void load_tile(C* tile, int pitch, int rows, int columns, const Plane& plane, const Geometry& g,
                                       const Borders& borders, std::int64_t outer, std::int64_t y_first,
                                       std::int64_t e_first, int thread, int threads) {
  const std::int64_t row = g.row();
  const bool inside = y_first >= 0 && y_first + rows <= g.height && e_first >= 0 && e_first + columns <= row;
  // A warp takes a row at a time, lanes along it.
  const int warp = thread / 32;
  const int lane = thread % 32;
  if (inside) {
    with_storage<C>(plane.dtype, [&]<class T>(Tag<T>) {
      const T* image = static_cast<const T*>(plane.data) + (outer * g.height + y_first) * row + e_first;
      for (int r = warp; r < rows; r += threads / 32) {
#pragma unroll 4
        for (int c = lane; c < columns; c += 32) {
          tile[r * pitch + c] = plane.scaling.apply(load_as<C>(image + r * row + c));
        }
      }
    });
    if (!plane.times) return;
    // The same thread meets the same elements again.
    const C* factor = static_cast<const C*>(plane.times) + (outer * g.height + y_first) * row + e_first;
    for (int r = warp; r < rows; r += threads / 32) {
#pragma unroll 4
      for (int c = lane; c < columns; c += 32) tile[r * pitch + c] *= factor[r * row + c];
    }
    return;
  }
  const char* image = static_cast<const char*>(plane.data);
  const std::int64_t item = static_cast<std::int64_t>(itemsize(plane.dtype));
  for (int r = warp; r < rows; r += threads / 32) {
    const std::int64_t y = border_index(y_first + r, g.height, borders.y);
    for (int c = lane; c < columns; c += 32) {
      const std::int64_t e = e_first + c;
      std::int64_t column = e;
      if (e < 0 || e >= row) {
        // Floor division: e may be negative.
        const std::int64_t x = (e >= 0 ? e : e - (g.inner - 1)) / g.inner;
        const std::int64_t from = border_index(x, g.width, borders.x);
        column = from < 0 ? -1 : from * g.inner + (e - x * g.inner);
      }
      C value = static_cast<C>(borders.cval);
      if (y >= 0 && column >= 0) {
        const char* at = image + ((outer * g.height + y) * row + column) * item;
        value = plane.dtype == dtype_of<C> ? *reinterpret_cast<const C*>(at) : load_one<C>(at, plane.dtype);
        value = plane.scaling.apply(value);
        if (plane.times) value *= static_cast<const C*>(plane.times)[(outer * g.height + y) * row + column];
      }
      tile[r * pitch + c] = value;
    }
  }
}

template <class C, int K, int O, class E>
__global__ void __launch_bounds__(256) bank_kernel(const __grid_constant__ BankParams<C, K, O> p, const E epilogue) {
  extern __shared__ __align__(16) unsigned char shared[];
  const Geometry& g = p.g;
  const int inner = static_cast<int>(g.inner);
  const int rows = p.tile_rows + p.halo_above + p.halo_below;
  const int columns = tile_width + (p.halo_left + p.halo_right) * inner;
  const int pitch = columns;
  C* tile = reinterpret_cast<C*>(shared);
  C* mid = tile + rows * pitch;

  const std::int64_t e0 = static_cast<std::int64_t>(blockIdx.x) * tile_width;
  const std::int64_t blocks_y = (p.rows + p.tile_rows - 1) / p.tile_rows;
  const int thread = threadIdx.x;
  const int threads = blockDim.x;
  const int column = thread % tile_width;
  const int first_row = thread / tile_width * fold_width;

  for (std::int64_t block = blockIdx.y; block < g.outer * blocks_y; block += gridDim.y) {
    const std::int64_t outer = block / blocks_y;
    const std::int64_t row0 = (block - outer * blocks_y) * p.tile_rows;  // among the rows that are computed
    const std::int64_t y0 = p.first_row + row0;
    C value[K][fold_width];
#pragma unroll
    for (int k = 0; k < K; ++k) {
      const DeviceFilter<C>& f = p.filters[k];
      if (!f.keep_tile) {
        __syncthreads();
        load_tile(tile, pitch, rows, columns, p.inputs[f.input], g, p.borders, outer, y0 - p.halo_above,
                  e0 - static_cast<std::int64_t>(p.halo_left) * inner, thread, threads);
      }
      if (!f.keep_rows) {
        __syncthreads();
        for (int item = thread; item < columns * (p.tile_rows / fold_width); item += threads) {
          const int c = item % columns;
          const int r = item / columns * fold_width;
          C acc[fold_width];
          fold_of<K>(acc, tile + (r + p.halo_above + f.y.first) * pitch + c, pitch, pitch, f.y);
          // The row beyond the image's side edge shows cval, not the first axis' answer to it.
          const std::int64_t e = e0 + c - static_cast<std::int64_t>(p.halo_left) * inner;
          const bool constant = p.borders.x == Border::constant && (e < 0 || e >= g.row());
#pragma unroll
          for (int j = 0; j < fold_width; ++j) {
            mid[(r + j) * pitch + c] = constant ? static_cast<C>(p.borders.cval) : acc[j];
          }
        }
        __syncthreads();
      }
      fold_of<K>(value[k], mid + first_row * pitch + column + (p.halo_left + f.x.first) * inner, pitch, inner, f.x);
    }
    C result[O][fold_width] = {};
    const std::int64_t e = e0 + column;
    const bool inside = e < g.row();
    const std::int64_t left = p.rows - row0 - first_row;  // rows from this thread's first to the end
    const std::int64_t first = (outer * p.rows + row0 + first_row) * g.row() + e;
    if constexpr (Accumulates<E>) {
      if (epilogue.accumulate && inside) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          if (p.outputs[o].data == nullptr) continue;
          const C* from = static_cast<const C*>(p.outputs[o].data) + first;
#pragma unroll
          for (int j = 0; j < fold_width; ++j) {
            if (j < left) result[o][j] = from[j * g.row()];
          }
        }
      }
    }
#pragma unroll
    for (int j = 0; j < fold_width; ++j) {
      C in[K], out[O];
#pragma unroll
      for (int k = 0; k < K; ++k) in[k] = value[k][j];
#pragma unroll
      for (int o = 0; o < O; ++o) out[o] = result[o][j];
      epilogue(in, out);
#pragma unroll
      for (int o = 0; o < O; ++o) result[o][j] = out[o];
    }
    if constexpr (FindsPeak<E>) {
      C peak = C(0);
#pragma unroll
      for (int j = 0; j < fold_width; ++j) {
        if (inside && j < left) peak = greater_or_nan(peak, result[E::peak_output][j]);
      }
      if (p.peak != nullptr) raise_peak_warp(p.peak, peak);
    }
    if (inside) {
#pragma unroll
      for (int o = 0; o < O; ++o) {
        const Plane& plane = p.outputs[o];
        if (plane.data == nullptr) continue;
        if (plane.dtype == dtype_of<C>) {
          C* to = static_cast<C*>(plane.data) + first;
#pragma unroll
          for (int j = 0; j < fold_width; ++j) {
            if (j < left) to[j * g.row()] = result[o][j];
          }
        } else {
          const auto item = static_cast<std::int64_t>(itemsize(plane.dtype));
#pragma unroll
          for (int j = 0; j < fold_width; ++j) {
            if (j >= left) continue;
            store_one<C>(static_cast<char*>(plane.data) + (first + j * g.row()) * item, plane.dtype, result[o][j]);
          }
        }
      }
    }
  }
}

template <class C>
DeviceTaps<C> device_taps(const Taps& t) {
  DeviceTaps<C> d{};
  d.n = t.size();
  d.first = t.first;
  d.symmetry = t.symmetry;
  d.identity = t.identity();
  for (int i = 0; i < d.n; ++i) d.w[i] = static_cast<C>(t.weight[static_cast<std::size_t>(i)]);
  return d;
}

template <class C, int K, int O, class E>
void run_tile_bank(const Bank<K, O>& bank, const E& epilogue) {
  BankParams<C, K, O> p{};
  p.g = bank.geometry;
  p.borders = bank.borders;
  p.first_row = bank.first_row;
  p.rows = bank.row_count();
  p.peak = static_cast<C*>(bank.peak);
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[k];
    p.filters[k].input = k;
    p.filters[k].keep_tile = k > 0 && f.input == bank.filters[k - 1].input;
    p.filters[k].keep_rows = p.filters[k].keep_tile && f.y == bank.filters[k - 1].y;
    p.filters[k].y = device_taps<C>(f.y);
    p.filters[k].x = device_taps<C>(f.x);
    p.inputs[k] = bank.inputs[static_cast<std::size_t>(f.input)];
    p.halo_above = std::max(p.halo_above, f.y.before());
    p.halo_below = std::max(p.halo_below, f.y.after());
    p.halo_left = std::max(p.halo_left, f.x.before());
    p.halo_right = std::max(p.halo_right, f.x.after());
  }
  for (int o = 0; o < O; ++o) p.outputs[o] = bank.outputs[o];
  const int halo = p.halo_above + p.halo_below;
  p.tile_rows = tile_height;
  const int threads = p.tile_rows / fold_width * tile_width;
  const int columns = tile_width + (p.halo_left + p.halo_right) * static_cast<int>(p.g.inner);
  const std::size_t shared = sizeof(C) * static_cast<std::size_t>((2 * p.tile_rows + halo) * columns);
  const auto blocks_x = (p.g.row() + tile_width - 1) / tile_width;
  const auto blocks_y = (p.rows + p.tile_rows - 1) / p.tile_rows;
  core::check(blocks_x < (std::int64_t{1} << 31), "separable", "rows of more than 2^37 elements are not supported");
  const dim3 grid(static_cast<unsigned>(blocks_x),
                  static_cast<unsigned>(std::min<std::int64_t>(p.g.outer * blocks_y, 65535)));
  cuda::launch(bank_kernel<C, K, O, E>, grid, dim3(static_cast<unsigned>(threads)), shared, p, epilogue);
}

// Compiled once, in separable_axes_per_real.cpp.
extern template void run_long_axis<float>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);
extern template void run_long_axis<double>(const Geometry&, const Plane&, const Plane&, const Taps&, Border, double);

/// True when the filters' halos and weights fit a tile.
template <int K, int O>
bool fits_tile(const Bank<K, O>& bank, std::size_t item) {
  int above = 0, below = 0, left = 0, right = 0;
  for (const Filter& f : bank.filters) {
    if (f.y.size() > most_tile_taps || f.x.size() > most_tile_taps) return false;
    above = std::max(above, f.y.before());
    below = std::max(below, f.y.after());
    left = std::max(left, f.x.before());
    right = std::max(right, f.x.after());
  }
  const std::int64_t columns = tile_width + (left + right) * bank.geometry.inner;
  return (2 * tile_height + above + below) * columns * static_cast<std::int64_t>(item) <= 220 * 1024;
}

/// One pass, when the bank's halos and weights fit a kernel and its order of axes changes nothing.
template <class C, int K, int O, class E>
bool run_in_one_pass(const Bank<K, O>& bank, const E& epilogue) {
  if constexpr (std::is_same_v<C, float>) {
    // With Border::constant SciPy's second axis sees cval beyond the edge, not the first axis' answer to it. The
    // streaming kernel's order agrees when cval is 0 or when the taps sum to 1.
    for (const Filter& f : bank.filters) {
      if (f.y.identity() || f.x.identity() || bank.borders.cval == 0) continue;
      if (bank.borders.x != Border::constant && bank.borders.y != Border::constant) continue;
      if (std::fabs(f.y.sum() - 1) > 1e-6 || std::fabs(f.x.sum() - 1) > 1e-6) return false;
    }
    if (run_small(bank, epilogue) || run_columns(bank, epilogue)) return true;
    StreamPlan<K, O> plan;
    if (!plan_stream(bank, plan)) return false;
    run_stream<K, O, E>(plan, epilogue);
  } else {
    if (!fits_tile(bank, sizeof(C))) return false;
    run_tile_bank<C, K, O, E>(bank, epilogue);
  }
  return true;
}

// Compiled once, in separable_per_real.cpp.
extern template bool run_in_one_pass<float, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
extern template bool run_in_one_pass<double, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);

template <class C, int K, int O, class E>
void run_bank(const Bank<K, O>& bank, const E& epilogue) {
  if (bank.geometry.size() == 0 || bank.row_count() == 0) return;
  if (run_in_one_pass<C, K, O, E>(bank, epilogue)) return;
  // One axis at a time: each filter into an image of its own, then the epilogue over those.
  const Device device{DeviceKind::cuda, core::device_api().get_device()};
  const Geometry& g = bank.geometry;
  const auto axis = [&](bool y, const Plane& from, const Plane& to, const Taps& taps, Border border) {
    const Geometry view =
        y ? Geometry{g.outer, g.height, g.row(), 1} : Geometry{1, g.outer * g.height, g.width, g.inner};
    const Filter filter = y ? Filter{0, taps, {}} : Filter{0, {}, taps};
    const Bank<1, 1> one{view, {from}, {filter}, {border, border, bank.borders.cval}, {to}};
    if (!run_in_one_pass<C, 1, 1, Identity>(one, Identity{})) {
      run_long_axis<C>(y ? view : Geometry{g.outer * g.height, g.width, g.inner, 1}, from, to, taps, border,
                       bank.borders.cval);
    }
  };
  Bank<K, O> last{g, {}, {}, bank.borders, bank.outputs, bank.first_row, bank.rows, bank.peak};
  std::vector<Array> images;
  const auto image = [&]() -> Plane {
    images.push_back(Array::empty({g.size()}, dtype_of<C>, device));
    return {images.back().mutable_data(), dtype_of<C>, {}};
  };
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[k];
    Plane now = bank.inputs[static_cast<std::size_t>(f.input)];
    if (!f.y.identity()) {
      const Plane next = image();
      axis(true, now, next, f.y, bank.borders.y);
      now = next;
    }
    if (!f.x.identity()) {
      const Plane next = image();
      axis(false, now, next, f.x, bank.borders.x);
      now = next;
    }
    last.inputs.push_back(now);
    last.filters[k] = Filter{k, {}, {}};
  }
  run_in_one_pass<C, K, O, E>(last, epilogue);
}

}  // namespace opsin::OPSIN_TARGET::engine
