// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/spacing.h. Points are sorted by cells as wide as the distance. In rounds, a point is dropped when
// an earlier one near it is kept, and kept when all earlier ones near it are dropped; decisions are final, so it does
// not matter which of a round's are seen. The host looks after every few rounds whether any point is left.
#pragma once

#include <algorithm>

#include "core/cuda/launch.h"
#include "core/device_api.h"
#include "engine/select.h"

namespace opsin::OPSIN_TARGET::engine {
namespace {

struct CellGrid {
  const std::int64_t* points;
  std::uint64_t* cell;  // of each point; then sorted
  std::int64_t* order;  // points by cell
  std::uint8_t* state;  // 0 open, 1 kept, 2 dropped
  unsigned int* open;   // how many were left open
  std::int64_t count;
  std::int64_t width;
  std::int64_t cells[max_ndim];
  int ndim;

  __device__ std::uint64_t place(const std::int64_t* at) const {
    std::uint64_t id = 0;
    for (int a = 0; a < ndim; ++a) id = id * static_cast<std::uint64_t>(cells[a]) + static_cast<std::uint64_t>(at[a]);
    return id;
  }
  /// The first of the sorted points whose cell is not below `id`.
  __device__ std::int64_t lower_bound(std::uint64_t id) const {
    std::int64_t low = 0, high = count;
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      if (cell[middle] < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
};

__global__ void cell_kernel(const CellGrid g) {
  const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (i >= g.count) return;
  std::int64_t at[max_ndim];
  for (int a = 0; a < g.ndim; ++a) at[a] = g.points[i * g.ndim + a] / g.width;
  g.cell[i] = g.place(at);
  g.order[i] = i;
}

/// The cells of the points in the order that these were sorted into.
__global__ void sorted_cell_kernel(const CellGrid g, std::uint64_t* sorted) {
  const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (i < g.count) sorted[i] = g.cell[g.order[i]];
}

__global__ void spacing_round_kernel(const CellGrid g, const Spacing spacing) {
  const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (i >= g.count || g.state[i] != 0) return;
  const std::int64_t* const own = g.points + i * g.ndim;
  std::int64_t around = 1;
  for (int a = 0; a < g.ndim; ++a) around *= 3;
  bool waits = false;
  for (std::int64_t k = 0; k < around; ++k) {
    std::int64_t at[max_ndim];
    std::int64_t rest = k;
    bool inside = true;
    for (int a = 0; a < g.ndim; ++a, rest /= 3) {
      at[a] = own[a] / g.width + rest % 3 - 1;
      inside = inside && at[a] >= 0;
    }
    if (!inside) continue;
    const std::uint64_t id = g.place(at);
    for (std::int64_t s = g.lower_bound(id); s < g.count && g.cell[s] == id; ++s) {
      const std::int64_t j = g.order[s];
      if (j >= i) break;  // Within a cell, points keep their order.
      const std::uint8_t other = *static_cast<volatile std::uint8_t*>(g.state + j);
      if (other == 2 || !spacing.too_near(own, g.points + j * g.ndim, g.ndim)) continue;
      if (other == 1) {
        g.state[i] = 2;
        return;
      }
      waits = true;
    }
  }
  if (waits) {
    atomicAdd(g.open, 1u);
  } else {
    g.state[i] = 1;
  }
}

__global__ void kept_kernel(std::uint8_t* state, const std::int64_t n) {
  const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (i < n) state[i] = state[i] == 1 ? 1 : 0;
}

}  // namespace

Array spaced_points(const Array& points, const Spacing& spacing) {
  const std::int64_t n = points.shape(0);
  const Device device = points.device();
  const Array state = Array::zeros({n}, DType::uint8, device);
  if (n == 0) return state;
  const Array cell = Array::empty({n}, DType::uint64, device);
  const Array order = Array::empty({n}, DType::int64, device);
  const Array open = Array::zeros({1}, DType::uint32, device);
  CellGrid g{points.data_as<std::int64_t>(),
             cell.mutable_data_as<std::uint64_t>(),
             order.mutable_data_as<std::int64_t>(),
             state.mutable_data_as<std::uint8_t>(),
             open.mutable_data_as<unsigned int>(),
             n,
             std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(spacing.distance))),
             {},
             static_cast<int>(points.shape(1))};
  // Cells of different places may share a number where an image has more than that along an axis; what lies in them is
  // measured all the same.
  const int bits = 62 / g.ndim;
  for (int a = 0; a < g.ndim; ++a) g.cells[a] = std::int64_t{1} << bits;
  const dim3 grid(static_cast<unsigned>((n + 127) / 128));
  cuda::launch(cell_kernel, grid, dim3(128), 0, g);
  const Array sorted = sorted_by(cell, order);
  g.order = sorted.mutable_data_as<std::int64_t>();
  const Array sorted_cell = Array::empty({n}, DType::uint64, device);
  cuda::launch(sorted_cell_kernel, grid, dim3(128), 0, g, sorted_cell.mutable_data_as<std::uint64_t>());
  g.cell = sorted_cell.mutable_data_as<std::uint64_t>();
  const auto stream = current_stream();
  for (unsigned int left = 1; left > 0;) {
    for (int round = 0; round < 4; ++round) {
      core::device_api().fill_zero(g.open, sizeof(unsigned int), stream);
      cuda::launch(spacing_round_kernel, grid, dim3(128), 0, g, spacing);
    }
    core::device_api().copy(&left, g.open, sizeof left, core::CopyKind::device_to_host, stream);
  }
  cuda::launch(kept_kernel, grid, dim3(128), 0, g.state, n);
  return state;
}

}  // namespace opsin::OPSIN_TARGET::engine
