// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/draw.h. Every thread finds its place in the stream, so uniform numbers are independent. A normal
// number takes one word, or a few more in one of a hundred cases: where it starts follows from all numbers before it.
// So:
//
//   1. a number is drawn from every word as if it started there, and how many words it takes is kept;
//   2. for each chunk of words and each place where its first number may start: where the first number of the next
//      chunk starts, and how many numbers there are between; such maps of chunks are joined to maps of groups;
//   3. one thread follows the maps of the groups from the first word, then one for each group those of its chunks;
//   4. the numbers that really start are written side by side.
#pragma once

#include <algorithm>
#include <vector>

#include "core/cuda/launch.h"
#include "core/device_api.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int draw_threads = 256;
inline constexpr int draw_chunk = 1024;  // words
inline constexpr int draw_starts = 64;   // places where a chunk's first number may start; a number takes no more words
inline constexpr int draw_group = 128;   // chunks

/// The map of a group at one start.
struct GroupMap {
  std::uint32_t next, numbers;
};
/// Where the first number of a group or chunk starts, and which number it is.
struct DrawEntry {
  std::int64_t number;
  std::int64_t start;
};
/// What the host has to know in the end.
struct DrawReport {
  std::uint64_t words;     // of all numbers together; 0 where the words did not reach
  std::uint64_t too_long;  // whether a number takes more words than a chunk has starts
};

static __global__ void __launch_bounds__(draw_threads)
    draw_words_kernel(double* __restrict__ values, std::uint8_t* __restrict__ lengths, const std::int64_t words,
                      const random::Pcg64 stream, const random::Pcg64::Stride step,
                      const random::Ziggurat* __restrict__ tables, DrawReport* report) {
  __shared__ random::Ziggurat z;
  for (int i = threadIdx.x; i < random::Ziggurat::layers; i += draw_threads) {
    z.scale[i] = tables->scale[i];
    z.height[i] = tables->height[i];
    z.inside[i] = tables->inside[i];
  }
  __syncthreads();
  const std::int64_t thread = blockIdx.x * std::int64_t{draw_threads} + threadIdx.x;
  const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * draw_threads;
  random::Pcg64 own{stream.stride(static_cast<std::uint64_t>(thread) + 1)(stream.state), stream.increment};
  for (std::int64_t i = thread; i < words; i += threads) {
    const std::uint64_t bits = own.bits();
    int taken = 1;
    double value = random::normal_from(z, bits);
    if (!random::normal_at_once(z, bits)) {
      random::Pcg64 ahead = own;
      value = random::normal_beyond(z, bits, [&] {
        ++taken;
        return ahead.next();
      });
      if (taken > draw_starts) report->too_long = 1;
    }
    values[i] = value;
    lengths[i] = static_cast<std::uint8_t>(min(taken, draw_starts));
    own.state = step(own.state);
  }
}

/// The words of a chunk at which longer numbers would start.
struct DrawChunk {
  std::uint8_t lengths[draw_chunk];
  std::uint64_t longer[draw_chunk / 64];

  /// By the first draw_chunk / 16 threads; all wait.
  __device__ void load(const std::uint8_t* from) {
    if (threadIdx.x < draw_chunk / 16) {
      const auto part = reinterpret_cast<const uint4*>(from)[threadIdx.x];
      reinterpret_cast<uint4*>(lengths)[threadIdx.x] = part;
      const unsigned in[4] = {part.x, part.y, part.z, part.w};
      unsigned marks = 0;
#pragma unroll
      for (int i = 0; i < 16; ++i) marks |= static_cast<unsigned>((in[i / 4] >> 8 * (i % 4) & 255u) != 1u) << i;
      reinterpret_cast<std::uint16_t*>(longer)[threadIdx.x] = static_cast<std::uint16_t>(marks);
    }
    __syncthreads();
  }
  /// The first such word from `at` on, or draw_chunk.
  __device__ int next_longer(int at) const {
    if (at >= draw_chunk) return draw_chunk;
    int w = at / 64;
    std::uint64_t marks = longer[w] & ~std::uint64_t{0} << at % 64;
    while (marks == 0 && ++w < draw_chunk / 64) marks = longer[w];
    return marks == 0 ? draw_chunk : 64 * w + __ffsll(static_cast<long long>(marks)) - 1;
  }
};

/// maps[start]: the next chunk's start in the upper half, the number of numbers in the lower one.
static __global__ void __launch_bounds__(draw_starts)
    map_chunks_kernel(std::uint32_t* __restrict__ maps, const std::uint8_t* __restrict__ lengths) {
  __shared__ alignas(16) DrawChunk chunk;
  const std::int64_t index = blockIdx.x;
  chunk.load(lengths + index * draw_chunk);
  int at = static_cast<int>(threadIdx.x);
  unsigned numbers = 0;
  while (at < draw_chunk) {
    const int longer = chunk.next_longer(at);
    numbers += static_cast<unsigned>(longer - at);
    if (longer == draw_chunk) {
      at = longer;
    } else {
      ++numbers;
      at = longer + chunk.lengths[longer];
    }
  }
  maps[index * draw_starts + threadIdx.x] = static_cast<unsigned>(at - draw_chunk) << 16 | numbers;
}

/// The maps of a group's chunks in shared memory; all wait. Returns how many chunks there are.
inline __device__ int load_maps(std::uint32_t* to, const std::uint32_t* __restrict__ maps, const std::int64_t chunks) {
  const std::int64_t first = blockIdx.x * std::int64_t{draw_group};
  const int n = static_cast<int>(min(std::int64_t{draw_group}, chunks - first));
  for (int i = threadIdx.x; i < n * draw_starts; i += draw_threads) to[i] = maps[first * draw_starts + i];
  __syncthreads();
  return n;
}

static __global__ void __launch_bounds__(draw_threads)
    map_groups_kernel(GroupMap* __restrict__ groups, const std::uint32_t* __restrict__ maps,
                      const std::int64_t chunks) {
  __shared__ std::uint32_t own[draw_group * draw_starts];
  const int n = load_maps(own, maps, chunks);
  if (threadIdx.x >= draw_starts) return;
  GroupMap all{threadIdx.x, 0};
  for (int k = 0; k < n; ++k) {
    const std::uint32_t map = own[k * draw_starts + static_cast<int>(all.next)];
    all = {map >> 16, all.numbers + (map & 0xffffu)};
  }
  groups[blockIdx.x * std::int64_t{draw_starts} + threadIdx.x] = all;
}

/// One block.
static __global__ void __launch_bounds__(draw_threads)
    enter_groups_kernel(DrawEntry* __restrict__ entries, const GroupMap* __restrict__ groups,
                        const std::int64_t count) {
  constexpr int most = 64;
  __shared__ GroupMap own[most * draw_starts];
  DrawEntry at{0, 0};
  for (std::int64_t first = 0; first < count; first += most) {
    const int n = static_cast<int>(min(std::int64_t{most}, count - first));
    for (int i = threadIdx.x; i < n * draw_starts; i += draw_threads) own[i] = groups[first * draw_starts + i];
    __syncthreads();
    if (threadIdx.x == 0) {
      for (int k = 0; k < n; ++k) {
        entries[first + k] = at;
        const GroupMap map = own[k * draw_starts + static_cast<int>(at.start)];
        at = {at.number + map.numbers, map.next};
      }
    }
    __syncthreads();
  }
}

static __global__ void __launch_bounds__(draw_threads)
    enter_chunks_kernel(DrawEntry* __restrict__ entries, const DrawEntry* __restrict__ groups,
                        const std::uint32_t* __restrict__ maps, const std::int64_t chunks) {
  __shared__ std::uint32_t own[draw_group * draw_starts];
  const int n = load_maps(own, maps, chunks);
  if (threadIdx.x != 0) return;
  DrawEntry at = groups[blockIdx.x];
  for (int k = 0; k < n; ++k) {
    entries[blockIdx.x * std::int64_t{draw_group} + k] = at;
    const std::uint32_t map = own[k * draw_starts + static_cast<int>(at.start)];
    at = {at.number + (map & 0xffffu), map >> 16};
  }
}

static __global__ void __launch_bounds__(draw_threads)
    write_numbers_kernel(double* __restrict__ to, const std::int64_t n, const double mean, const double deviation,
                         const double* __restrict__ values, const std::uint8_t* __restrict__ lengths,
                         const DrawEntry* __restrict__ entries, DrawReport* report) {
  __shared__ alignas(16) DrawChunk chunk;
  __shared__ std::uint64_t starts[draw_chunk / 64];
  __shared__ int before[draw_chunk / 64];
  const std::int64_t first = blockIdx.x * std::int64_t{draw_chunk};
  const DrawEntry entry = entries[blockIdx.x];
  if (entry.number >= n) return;
  if (threadIdx.x < draw_chunk / 64) starts[threadIdx.x] = ~std::uint64_t{0};
  chunk.load(lengths + first);
  if (threadIdx.x == 0) {
    const auto start = static_cast<int>(entry.start);
    starts[0] = ~std::uint64_t{0} << start;
    for (int at = chunk.next_longer(start); at < draw_chunk;) {
      const int end = at + chunk.lengths[at];
      for (int inside = at + 1; inside < min(end, draw_chunk); ++inside) {
        starts[inside / 64] &= ~(std::uint64_t{1} << inside % 64);
      }
      at = chunk.next_longer(end);
    }
    int sum = 0;
    for (int w = 0; w < draw_chunk / 64; ++w) {
      before[w] = sum;
      sum += __popcll(starts[w]);
    }
  }
  __syncthreads();
#pragma unroll
  for (int k = 0; k < draw_chunk / draw_threads; ++k) {
    const int at = static_cast<int>(threadIdx.x) + k * draw_threads, bit = at % 64;
    const std::uint64_t marks = starts[at / 64];
    const std::int64_t i = entry.number + before[at / 64] + __popcll(marks & ((std::uint64_t{1} << bit) - 1));
    if (!(marks >> bit & 1) || i >= n) continue;
    to[i] = mean + deviation * values[first + at];
    if (i == n - 1) report->words = static_cast<std::uint64_t>(first + at + chunk.lengths[at]);
  }
}

/// Draws with so many words, a multiple of draw_chunk.
inline DrawReport draw_from_words(double* to, std::int64_t n, Device device, const random::Pcg64& stream, double mean,
                                  double deviation, std::int64_t words) {
  const std::int64_t chunks = words / draw_chunk, groups = (chunks + draw_group - 1) / draw_group;
  const auto bytes = [&](std::int64_t size) { return Array::empty({size}, DType::uint8, device); };
  const auto blocks = [](std::int64_t count) { return dim3(static_cast<unsigned>(count)); };
  const Array values = Array::empty({words}, DType::float64, device), lengths = bytes(words);
  const Array maps = Array::empty({chunks, draw_starts}, DType::uint32, device);
  const Array group_maps = bytes(groups * draw_starts * std::int64_t{sizeof(GroupMap)});
  const Array entries = bytes((groups + chunks) * std::int64_t{sizeof(DrawEntry)});
  const Array reported = Array::zeros({2}, DType::uint64, device);
  const Array tables = on_device(std::vector<random::Ziggurat>{random::ziggurat()}, device);
  auto* const report = static_cast<DrawReport*>(reported.mutable_data());
  auto* const group_entries = static_cast<DrawEntry*>(entries.mutable_data());
  DrawEntry* const chunk_entries = group_entries + groups;
  auto* const of_groups = static_cast<GroupMap*>(group_maps.mutable_data());
  auto* const of_chunks = maps.mutable_data_as<std::uint32_t>();
  const auto* const read_lengths = lengths.data_as<std::uint8_t>();

  const dim3 grid = cuda::grid_for(words, draw_threads, std::int64_t{cuda::multiprocessors()} * 8);
  const auto step = stream.stride(std::uint64_t{grid.x} * draw_threads);
  cuda::launch(draw_words_kernel, grid, dim3(draw_threads), 0, values.mutable_data_as<double>(),
               lengths.mutable_data_as<std::uint8_t>(), words, stream, step,
               static_cast<const random::Ziggurat*>(tables.data()), report);
  cuda::launch(map_chunks_kernel, blocks(chunks), dim3(draw_starts), 0, of_chunks, read_lengths);
  cuda::launch(map_groups_kernel, blocks(groups), dim3(draw_threads), 0, of_groups, of_chunks, chunks);
  cuda::launch(enter_groups_kernel, dim3(1), dim3(draw_threads), 0, group_entries, of_groups, groups);
  cuda::launch(enter_chunks_kernel, blocks(groups), dim3(draw_threads), 0, chunk_entries, group_entries, of_chunks,
               chunks);
  cuda::launch(write_numbers_kernel, blocks(chunks), dim3(draw_threads), 0, to, n, mean, deviation,
               values.data_as<double>(), read_lengths, chunk_entries, report);
  return *static_cast<const DrawReport*>(reported.to({}).data());
}

inline void draw_normal(double* to, std::int64_t n, Device device, random::Generator& rng, double mean,
                        double deviation) {
  const random::Pcg64 stream = stream_of(rng);
  // A number takes 1.02 words.
  for (std::int64_t words = n + n / 32 + 4096;; words += words / 8) {
    const std::int64_t whole = (words + draw_chunk - 1) / draw_chunk * draw_chunk;
    const DrawReport report = draw_from_words(to, n, device, stream, mean, deviation, whole);
    if (report.too_long == 0 && report.words > 0) return rng.advance(report.words);
    if (report.too_long == 0) continue;
    // Never seen, but possible: one after the other.
    std::vector<double> numbers(static_cast<std::size_t>(n));
    for (double& x : numbers) x = mean + deviation * rng.normal();
    core::device_api().copy(to, numbers.data(), numbers.size() * sizeof(double), core::CopyKind::host_to_device,
                            current_stream());
    return;
  }
}

static __global__ void __launch_bounds__(draw_threads)
    draw_at_most_kernel(std::uint8_t* __restrict__ to, const std::int64_t n, const random::Pcg64 stream,
                        const random::Pcg64::Stride step, const double bound) {
  const std::int64_t thread = blockIdx.x * std::int64_t{draw_threads} + threadIdx.x;
  const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * draw_threads;
  random::Pcg64 own{stream.stride(static_cast<std::uint64_t>(thread) + 1)(stream.state), stream.increment};
  for (std::int64_t i = thread; i < n; i += threads) {
    to[i] = random::Pcg64::uniform(own.bits()) <= bound;
    own.state = step(own.state);
  }
}

inline void draw_at_most(std::uint8_t* to, std::int64_t n, const random::Generator& rng, double bound) {
  const random::Pcg64 stream = stream_of(rng);
  const dim3 grid = cuda::grid_for(n, draw_threads, std::int64_t{cuda::multiprocessors()} * 8);
  cuda::launch(draw_at_most_kernel, grid, dim3(draw_threads), 0, to, n, stream,
               stream.stride(std::uint64_t{grid.x} * draw_threads), bound);
}

}  // namespace opsin::OPSIN_TARGET::engine
