// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/hysteresis.h: a forest of weak elements, joined by atomic minima (union-find), whose roots are
// marked by the strong ones. Four passes; the host waits for none of them.
#pragma once

#include "core/cuda/launch.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::engine {

/// Steps to the earlier neighbours, few enough to travel as a kernel argument: all of 4-d, or the faces of 8-d.
struct NeighbourSteps {
  static constexpr int most = 40;
  signed char step[most][max_ndim];
  int count;
};

/// `parent` leads to the least element of a tree by way of lesser ones.
template <class I>
struct Forest {
  I* parent;
  const std::uint8_t* state;
  std::uint8_t* out;
  I shape[max_ndim];
  int ndim;
  NeighbourSteps steps;

  __device__ bool is_weak(I i) const { return state[i] != 0; }
  __device__ I root(I i) const {
    for (I above = __ldcg(parent + i); above != i; above = __ldcg(parent + i)) i = above;
    return i;
  }
  __device__ static I lower(int* p, int value) { return atomicMin(p, value); }
  __device__ static I lower(std::int64_t* p, std::int64_t value) {
    return atomicMin(reinterpret_cast<long long*>(p), static_cast<long long>(value));
  }
  /// The greater root is put under the lesser one, again where another thread was there first.
  __device__ void join(I a, I b) const {
    for (;;) {
      a = root(a);
      b = root(b);
      if (a == b) return;
      if (a < b) {
        const I t = a;
        a = b;
        b = t;
      }
      const I was = lower(parent + a, b);
      if (was == a) return;
      a = was;
    }
  }
};

/// Runs within a warp are trees from the start: most elements of an image need no join along their line.
template <class I>
__global__ void plant_kernel(const __grid_constant__ Forest<I> f, const std::int64_t n) {
  const I width = f.shape[f.ndim - 1];
  const int lane = threadIdx.x % 32;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const std::int64_t whole = (n + 31) / 32 * 32;  // All lanes of a warp vote.
  for (std::int64_t at = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; at < whole; at += step) {
    const I i = static_cast<I>(at);
    const bool here = at < n && f.is_weak(i);
    const bool linked = here && lane > 0 && i % width != 0 && f.is_weak(i - 1);
    const unsigned starts = ~__ballot_sync(0xffffffffu, linked);
    if (at >= n) continue;
    const int start = 31 - __clz(static_cast<int>(starts & (0xffffffffu >> (31 - lane))));
    f.parent[i] = here ? i - static_cast<I>(lane - start) : i;
    f.out[i] = 0;
  }
}

template <class I>
struct JoinNeighbours {
  Forest<I> f;
  __device__ void operator()(std::int64_t at) const {
    const I i = static_cast<I>(at);
    if (!f.is_weak(i)) return;
    I position[max_ndim];
    I rest = i;
    for (int a = f.ndim - 1; a >= 0; --a) {
      position[a] = rest % f.shape[a];
      rest /= f.shape[a];
    }
    const int last = f.ndim - 1;
    const bool left = position[last] > 0 && f.is_weak(i - 1);
    if (left && i % 32 == 0) f.join(i, i - 1);
    for (int k = 0; k < f.steps.count; ++k) {
      I j = 0, column = 0;
      bool inside = true;
      for (int a = 0; a < f.ndim; ++a) {
        column = position[a] + f.steps.step[k][a];
        inside = inside && column >= 0 && column < f.shape[a];
        j = j * f.shape[a] + column;
      }
      if (!inside || (left && j == i - 1) || !f.is_weak(j)) continue;
      // Where both have a left neighbour, those two are joined, and the lines do the rest.
      if (left && column > 0 && f.is_weak(j - 1)) continue;
      f.join(i, j);
    }
  }
};

template <class I>
struct MarkRoots {
  Forest<I> f;
  __device__ void operator()(std::int64_t at) const {
    const I i = static_cast<I>(at);
    if (f.state[i] & strong) f.out[f.root(i)] = 1;
  }
};

/// A root's own mark is written as it is.
template <class I>
struct TakeMark {
  Forest<I> f;
  __device__ void operator()(std::int64_t at) const {
    const I i = static_cast<I>(at);
    f.out[i] = f.is_weak(i) ? f.out[f.root(i)] : 0;
  }
};

template <class I>
void run_hysteresis(const Array& out, const Array& state, const NeighbourSteps& steps) {
  const Array parent = Array::empty(state.shape(), sizeof(I) == 4 ? DType::int32 : DType::int64, state.device());
  Forest<I> f{};
  f.parent = parent.mutable_data_as<I>();
  f.state = state.data_as<std::uint8_t>();
  f.out = out.mutable_data_as<std::uint8_t>();
  f.ndim = std::max(1, state.ndim());
  f.shape[0] = 1;
  for (int a = 0; a < state.ndim(); ++a) f.shape[a] = static_cast<I>(state.shape(a));
  f.steps = steps;
  const std::int64_t n = state.size();
  cuda::launch(plant_kernel<I>, cuda::grid_for(n, 256), dim3(256), 0, f, n);
  each(n, 1, JoinNeighbours<I>{f});
  each(n, 1, MarkRoots<I>{f});
  each(n, 1, TakeMark<I>{f});
}

inline void hysteresis(const Array& out, const Array& state, int connectivity) {
  if (state.size() == 0) return;
  NeighbourSteps steps{};
  for (const Offset& o : earlier_neighbours(std::max(1, state.ndim()), connectivity)) {
    core::check(steps.count < NeighbourSteps::most, "hysteresis", "too many neighbours on CUDA");
    for (std::size_t a = 0; a < max_ndim; ++a) steps.step[steps.count][a] = static_cast<signed char>(o[a]);
    ++steps.count;
  }
  if (state.size() < (std::int64_t{1} << 31)) {
    run_hysteresis<std::int32_t>(out, state, steps);
  } else {
    run_hysteresis<std::int64_t>(out, state, steps);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
