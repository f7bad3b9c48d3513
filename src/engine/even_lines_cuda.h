// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/even_lines.h, for float32 lines: the points lie in shared memory, one access each. From global
// memory the lanes of a warp, each with a point of its own, would wait for as many cache lines.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"

namespace opsin::OPSIN_TARGET::engine {

struct alignas(16) SharedPoint {
  float x, y;
  double slope;
};

struct SharedPoints {
  const SharedPoint* points;
  float least, greatest;
  __device__ SharedPoint at(int j) const { return points[j]; }
  __device__ float x(int j) const { return points[j].x; }
  __device__ float first() const { return least; }
  __device__ float last() const { return greatest; }
};

inline constexpr int even_lines_block = 256;
inline constexpr int even_lines_most = 1024;  // points: more would keep blocks from running beside each other

__global__ void __launch_bounds__(even_lines_block, 6)
    even_lines_kernel(float* to, const float* from, const std::int64_t size, const LineTable table) {
  constexpr int width = 4, ahead = 2;
  using Four = Pack<float, width>;
  __shared__ SharedPoint points[even_lines_most];
  const int n = static_cast<int>(table.n);
  for (int i = threadIdx.x; i < n; i += even_lines_block) {
    points[i] = {static_cast<float>(table.x[i]), static_cast<float>(table.y[i]), table.slope[i]};
  }
  __syncthreads();
  const SharedPoints lines{points, points[0].x, points[n - 1].x};
  const auto per_unit = static_cast<float>(points[n - 1].slope);
  const auto value = [&](float at) {
    return static_cast<float>(interpolated(lines, n, line_guess(at, lines.least, per_unit, n - 1), at));
  };
  const std::int64_t packs = size / width, step = static_cast<std::int64_t>(gridDim.x) * even_lines_block;
  const std::int64_t thread = blockIdx.x * static_cast<std::int64_t>(even_lines_block) + threadIdx.x;
  for (std::int64_t i = thread; i < packs; i += ahead * step) {
    Four pack[ahead];
#pragma unroll
    for (int a = 0; a < ahead; ++a) {
      if (i + a * step < packs) pack[a] = reinterpret_cast<const Four*>(from)[i + a * step];
    }
#pragma unroll
    for (int a = 0; a < ahead; ++a) {
      if (i + a * step >= packs) continue;
#pragma unroll
      for (int e = 0; e < width; ++e) pack[a].value[e] = value(pack[a].value[e]);
      reinterpret_cast<Four*>(to)[i + a * step] = pack[a];
    }
  }
  if (thread < size - packs * width) to[packs * width + thread] = value(from[packs * width + thread]);
}

/// Whether it has been done.
inline bool along_shared_lines(const Array& out, const Array& image, const LineTable& table) {
  const auto line = [](const Array& a) {
    return a.dtype() == DType::float32 && a.is_contiguous() && reinterpret_cast<std::uintptr_t>(a.data()) % 16 == 0;
  };
  if (!line(out) || !line(image) || table.n > even_lines_most) return false;
  const std::int64_t packs = (image.size() + 3) / 4;
  cuda::launch(even_lines_kernel, cuda::grid_for(packs, even_lines_block, std::int64_t{cuda::multiprocessors()} * 6),
               dim3(even_lines_block), 0, out.mutable_data_as<float>(), image.data_as<float>(), image.size(), table);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
