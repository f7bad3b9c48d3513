// SPDX-License-Identifier: Apache-2.0
// Work on small tables (histograms, look-up tables): the threads of one block on CUDA, one thread on the CPU. The
// functor is called once by each of them:
//
//   HD void operator()(const Team& team) const
//
// Tables lie in the arrays' device memory. What one thread wrote, the others read after team.wait(). Where there are
// several tables, there is a team for each, team.index() being its number.
#pragma once

#include <cstdint>

#include "core/math.h"

#ifdef OPSIN_TARGET_CUDA
#include "core/cuda/launch.h"
#else
#include "core/threads.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int team_size = 256;

/// True where value a at index i comes before value b at index j as NumPy's argmax has it: the greatest value, NaN
/// above all, and of equal ones the first.
HD bool leads(double a, std::int64_t i, double b, std::int64_t j) {
  if (a != a || b != b) return a != a && (b == b || i < j);
  return a > b || (a == b && i < j);
}

class Team {
 public:
#ifdef __CUDA_ARCH__
  __device__ explicit Team(double* values, std::int64_t* indices) : values_(values), indices_(indices) {}
  __device__ std::int64_t index() const { return blockIdx.x; }
  __device__ int rank() const { return threadIdx.x; }
  __device__ int size() const { return team_size; }
  __device__ void wait() const { __syncthreads(); }
#else
  explicit Team(std::int64_t index = 0) : index_(index) {}
  HD std::int64_t index() const { return index_; }
  HD int rank() const { return 0; }
  HD int size() const { return 1; }
  HD void wait() const {}
#endif

  /// f(i) for every i in [0, n), in any order, and waits.
  template <class F>
  HD void each(std::int64_t n, const F& f) const {
    for (std::int64_t i = rank(); i < n; i += size()) f(i);
    wait();
  }

  /// f() on one thread; tasks of different numbers below 8 run beside each other until the next wait.
  template <class F>
  HD void alone(int task, const F& f) const {
    if (rank() == task * 32 % size()) f();
  }

  /// f(0) + ... + f(n - 1) in int64, to all threads. Waits.
  template <class F>
  HD std::int64_t sum(std::int64_t n, const F& f) const {
    std::int64_t sum = 0;
    for (std::int64_t i = rank(); i < n; i += size()) sum += f(i);
#ifdef __CUDA_ARCH__
    indices_[rank()] = sum;
    __syncthreads();
    for (int step = team_size / 2; step > 0; step /= 2) {
      if (rank() < step) indices_[rank()] += indices_[rank() + step];
      __syncthreads();
    }
    sum = indices_[0];
    __syncthreads();
#endif
    return sum;
  }

  /// to(i, f(0) + ... + f(i)) for every i in [0, n), in int64; returns the whole sum to all threads. f is called twice.
  /// Waits.
  template <class F, class To>
  HD std::int64_t cumulate(std::int64_t n, const F& f, const To& to) const {
    const std::int64_t part = (n + size() - 1) / size();
    const std::int64_t begin = rank() * part < n ? rank() * part : n;
    const std::int64_t end = begin + part < n ? begin + part : n;
    std::int64_t sum = 0;
#ifdef __CUDA_ARCH__
    for (std::int64_t i = begin; i < end; ++i) sum += f(i);
    indices_[rank()] = sum;
    __syncthreads();
    if (rank() == 0) {
      std::int64_t before = 0;
      for (int k = 0; k < team_size; ++k) {
        const std::int64_t own = indices_[k];
        indices_[k] = before;
        before += own;
      }
      indices_[team_size] = before;
    }
    __syncthreads();
    sum = indices_[rank()];
    const std::int64_t total = indices_[team_size];
#endif
    for (std::int64_t i = begin; i < end; ++i) to(i, sum += f(i));
    wait();
#ifdef __CUDA_ARCH__
    return total;
#else
    return sum;
#endif
  }

  /// The first index of the greatest f(i), i in [0, n), n > 0; to all threads. Waits.
  template <class F>
  HD std::int64_t argmax(std::int64_t n, const F& f) const {
    std::int64_t best = rank() < n ? rank() : 0;
    double value = f(best);
    for (std::int64_t i = rank() + size(); i < n; i += size()) {
      const double x = f(i);
      if (leads(x, i, value, best)) {
        value = x;
        best = i;
      }
    }
#ifdef __CUDA_ARCH__
    values_[rank()] = value;
    indices_[rank()] = best;
    __syncthreads();
    for (int step = team_size / 2; step > 0; step /= 2) {
      if (rank() < step && leads(values_[rank() + step], indices_[rank() + step], values_[rank()], indices_[rank()])) {
        values_[rank()] = values_[rank() + step];
        indices_[rank()] = indices_[rank() + step];
      }
      __syncthreads();
    }
    best = indices_[0];
    __syncthreads();
#endif
    return best;
  }

 private:
#ifdef __CUDA_ARCH__
  double* values_;
  std::int64_t* indices_;
#else
  std::int64_t index_;
#endif
};

#ifdef OPSIN_TARGET_CUDA
template <class F>
__global__ void team_kernel(const F f) {
  __shared__ double values[team_size];
  __shared__ std::int64_t indices[team_size + 1];
#ifdef __CUDA_ARCH__
  f(Team(values, indices));
#endif
}

template <class F>
void run_team(const F& f, std::int64_t teams = 1) {
  if (teams > 0) cuda::launch(team_kernel<F>, dim3(static_cast<unsigned>(teams)), dim3(team_size), 0, f);
}
#else
template <class F>
void run_team(const F& f, std::int64_t teams = 1) {
  core::parallel_for(teams, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(Team(i));
  });
}
#endif

}  // namespace opsin::OPSIN_TARGET::engine
