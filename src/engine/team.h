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

/// A running sum for Team::running(): T sums of term(i), i from 0 up or from n - 1 down, each given to to(i, sum).
template <class T, class Term, class To>
struct RunningSum {
  using Type = T;
  bool down;
  Term term;
  To to;

  HD std::int64_t index(std::int64_t k, std::int64_t n) const { return down ? n - 1 - k : k; }
};
template <class T, class Term, class To>
HD RunningSum<T, Term, To> upward(const Term& term, const To& to) {
  return {false, term, to};
}
template <class T, class Term, class To>
HD RunningSum<T, Term, To> downward(const Term& term, const To& to) {
  return {true, term, to};
}

class Team {
 public:
  static constexpr int warp = 32, warps = team_size / warp;
  static constexpr int most_running = 4;

  /// What a team needs of its block's shared memory on CUDA.
  struct Memory {
    double terms[most_running][team_size];
    double values[warps];
    std::int64_t indices[warps];
  };

#ifdef __CUDA_ARCH__
  __device__ explicit Team(Memory& memory) : memory_(memory) {}
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
    if (rank() == task * warp % size()) f();
  }

  /// f(0) + ... + f(n - 1) in int64, to all threads. Waits.
  template <class F>
  HD std::int64_t sum(std::int64_t n, const F& f) const {
    std::int64_t sum = 0;
    for (std::int64_t i = rank(); i < n; i += size()) sum += f(i);
#ifdef __CUDA_ARCH__
#pragma unroll
    for (int step = warp / 2; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
    if (rank() % warp == 0) memory_.indices[rank() / warp] = sum;
    __syncthreads();
    sum = 0;
#pragma unroll
    for (int w = 0; w < warps; ++w) sum += memory_.indices[w];
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
    std::int64_t own = 0;
    for (std::int64_t i = begin; i < end; ++i) own += f(i);
    std::int64_t up_to = own;  // of the warp's threads up to this one
#pragma unroll
    for (int step = 1; step < warp; step *= 2) {
      const std::int64_t before = __shfl_up_sync(0xffffffffu, up_to, step);
      if (rank() % warp >= step) up_to += before;
    }
    if (rank() % warp == warp - 1) memory_.indices[rank() / warp] = up_to;
    __syncthreads();
    sum = up_to - own;
    std::int64_t total = 0;
#pragma unroll
    for (int w = 0; w < warps; ++w) {
      if (w < rank() / warp) sum += memory_.indices[w];
      total += memory_.indices[w];
    }
#endif
    for (std::int64_t i = begin; i < end; ++i) to(i, sum += f(i));
    wait();
#ifdef __CUDA_ARCH__
    return total;
#else
    return sum;
#endif
  }

  /// Several running sums beside each other, each with its additions one after the other. The terms may not depend on
  /// what the sums are given to. Waits.
  template <class... Sums>
  HD void running(std::int64_t n, const Sums&... sums) const {
    static_assert(sizeof...(Sums) <= most_running);
#ifdef __CUDA_ARCH__
    // The team brings terms into shared memory and takes sums from there; a thread of each sum's own adds.
    double carry = 0;
    for (std::int64_t base = 0; base < n; base += team_size) {
      const std::int64_t k = base + rank();
      int s = 0;
      if (k < n) ((terms<Sums>(s++)[rank()] = sums.term(sums.index(k, n))), ...);
      __syncthreads();
      s = 0;
      ((rank() == s * warp ? add_up(terms<Sums>(s), base == 0, carry) : void(), ++s), ...);
      __syncthreads();
      s = 0;
      if (k < n) (sums.to(sums.index(k, n), terms<Sums>(s++)[rank()]), ...);
    }
    __syncthreads();
#else
    (run(n, sums), ...);
#endif
  }

  /// The first index of the greatest f(i), i in [0, n), n > 0; to all threads. Waits.
  template <class F>
  HD std::int64_t argmax(std::int64_t n, const F& f) const {
    std::int64_t best = rank() < n ? rank() : 0;
    double value = f(best);
    for (std::int64_t i = rank() + size(); i < n; i += size()) take(value, best, f(i), i);
#ifdef __CUDA_ARCH__
#pragma unroll
    for (int step = warp / 2; step > 0; step /= 2) {
      const double other = __shfl_xor_sync(0xffffffffu, value, step);
      const std::int64_t at = __shfl_xor_sync(0xffffffffu, best, step);
      take(value, best, other, at);
    }
    if (rank() % warp == 0) {
      memory_.values[rank() / warp] = value;
      memory_.indices[rank() / warp] = best;
    }
    __syncthreads();
    value = memory_.values[0];
    best = memory_.indices[0];
#pragma unroll
    for (int w = 1; w < warps; ++w) take(value, best, memory_.values[w], memory_.indices[w]);
    __syncthreads();
#endif
    return best;
  }

 private:
  HD static void take(double& value, std::int64_t& best, double x, std::int64_t i) {
    if (leads(x, i, value, best)) {
      value = x;
      best = i;
    }
  }

#ifdef __CUDA_ARCH__
  template <class Sum>
  __device__ typename Sum::Type* terms(int s) const {
    return reinterpret_cast<typename Sum::Type*>(memory_.terms[s]);
  }

  /// Terms to sums in place, in order. Those of the next group are on their way while one is added up. Beyond the last
  /// term lies what was there; nothing follows it.
  template <class T>
  __device__ static void add_up(T* terms, bool first, double& carry) {
    constexpr int group = 16;
    T sum = static_cast<T>(carry);
    T next[group];
#pragma unroll
    for (int e = 0; e < group; ++e) next[e] = terms[e];
    for (int at = 0; at < team_size; at += group) {
      T now[group];
#pragma unroll
      for (int e = 0; e < group; ++e) now[e] = next[e];
      if (at + group < team_size) {
#pragma unroll
        for (int e = 0; e < group; ++e) next[e] = terms[at + group + e];
      }
#pragma unroll
      for (int e = 0; e < group; ++e) {
        sum = first && at + e == 0 ? now[0] : sum + now[e];
        now[e] = sum;
      }
#pragma unroll
      for (int e = 0; e < group; ++e) terms[at + e] = now[e];
    }
    carry = sum;
  }

  Memory& memory_;
#else
  template <class Sum>
  static void run(std::int64_t n, const Sum& s) {
    typename Sum::Type sum = 0;
    for (std::int64_t k = 0; k < n; ++k) {
      const std::int64_t i = s.index(k, n);
      const typename Sum::Type term = s.term(i);
      sum = k == 0 ? term : sum + term;
      s.to(i, sum);
    }
  }

  std::int64_t index_;
#endif
};

#ifdef OPSIN_TARGET_CUDA
template <class F>
__global__ void __launch_bounds__(team_size) team_kernel(const F f) {
  __shared__ Team::Memory memory;
#ifdef __CUDA_ARCH__
  f(Team(memory));
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
