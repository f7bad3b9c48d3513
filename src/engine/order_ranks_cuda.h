// SPDX-License-Identifier: Apache-2.0
// Any rank of any footprint on CUDA: a block sorts its tile's elements once, and each of its warps moves windows along
// rows. A window is a set of ranks: bits in shared memory, and in the lanes' registers how many of them lie in front.
#pragma once

#include <bit>

#include "engine/order_ranks.h"
#include "engine/order_view_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int rank_threads = 512;
inline constexpr int order_warps = rank_threads / 32;
/// So that a warp's lanes hold one block of 256 ranks each.
inline constexpr int most_tile_elements = 8192;

/// A key and where it lies in the tile, in the order of the keys.
template <class K>
struct TileElement {
  K key;
  std::uint32_t index;
  __device__ static TileElement of(K key, int index) { return {key, static_cast<std::uint32_t>(index)}; }
  __device__ K get_key() const { return key; }
  __device__ int get_index() const { return static_cast<int>(index); }
  __device__ bool operator<(const TileElement& o) const { return key < o.key || (key == o.key && index < o.index); }
};

/// Both in one number: the index in the lower 16 or 32 bits.
template <class K>
struct PackedElement {
  using Bits = std::conditional_t<sizeof(K) == 4, std::uint64_t, std::uint32_t>;
  static constexpr int shift = sizeof(K) == 4 ? 32 : 16;
  Bits v;
  __device__ static PackedElement of(K key, int index) {
    return {static_cast<Bits>(key) << shift | static_cast<Bits>(index)};
  }
  __device__ K get_key() const { return static_cast<K>(v >> shift); }
  __device__ int get_index() const { return static_cast<int>(v & 0xffff); }
  __device__ bool operator<(const PackedElement& o) const { return v < o.v; }
};

template <class K>
using SortedElement = std::conditional_t<sizeof(K) == 8, TileElement<K>, PackedElement<K>>;

template <class K>
struct RanksParams {
  OrderView<K> v;
  int rank;
  int band, strip, segment;  // rows and columns of a tile of windows, and how many of a row a warp makes
  int rows, line;            // of the tile of elements, in one plane of the footprint
  int elements, numbers;     // elements of the tile, and that rounded up to a power of two
  const std::int32_t *first, *step;
  int first_count, enter_count, step_count;
};

/// A warp's set of ranks: lane i knows how many of its members lie in the blocks of 256 ranks up to the i-th. That is
/// kept up to date by votes, since shared memory and shuffles are what a window waits for.
class WarpRanks {
 public:
  __device__ WarpRanks(unsigned* bits, int numbers)
      : bits_(bits), numbers_(numbers), lane_(static_cast<int>(threadIdx.x) % 32) {}

  __device__ void clear() {
    for (int i = lane_; i < numbers_ / 32; i += 32) bits_[i] = 0;
    members_ = 0;
    __syncwarp();
  }
  /// All lanes together: each adds a rank (by = 1), removes one (-1), or does neither (0). Theirs are different, but
  /// may share words. __syncwarp() comes before find().
  __device__ void change(int rank, int by) {
    if (by != 0) atomicXor(bits_ + rank / 32, 1u << rank % 32);
    const unsigned added = __ballot_sync(all_lanes, by > 0);
    unsigned less = 0, same = __ballot_sync(all_lanes, by != 0);  // lanes with ranks of lower blocks, of this lane's
#pragma unroll
    for (int i = 4; i >= 0; --i) {
      const unsigned theirs = __ballot_sync(all_lanes, (rank >> (8 + i) & 1) != 0);
      const unsigned own = 0u - static_cast<unsigned>(lane_ >> i & 1);
      less |= same & ~theirs & own;
      same &= ~(theirs ^ own);
    }
    members_ += __popc((less | same) & added) - __popc((less | same) & ~added);
  }
  /// The member of rank k, to all lanes.
  __device__ int find(int k) const {
    const int block = __ffs(static_cast<int>(__ballot_sync(all_lanes, members_ > k))) - 1;
    const int before = __shfl_sync(all_lanes, members_, (block + 31) % 32);
    k -= block == 0 ? 0 : before;
    const unsigned own = lane_ < 8 ? bits_[block * 8 + lane_] : 0;
    int sum = __popc(own);
#pragma unroll
    for (int d = 1; d < 8; d *= 2) {
      const int lower = __shfl_up_sync(all_lanes, sum, d);
      if (lane_ >= d) sum += lower;
    }
    const int word = __ffs(static_cast<int>(__ballot_sync(all_lanes, sum > k))) - 1;
    k -= __shfl_sync(all_lanes, sum - __popc(own), word);
    const unsigned bits = __shfl_sync(all_lanes, own, word);
    const bool here = (bits >> lane_ & 1) != 0 && __popc(bits & ((1u << lane_) - 1)) == k;
    return (block * 8 + word) * 32 + __ffs(static_cast<int>(__ballot_sync(all_lanes, here))) - 1;
  }

 private:
  static constexpr unsigned all_lanes = 0xffffffffu;

  unsigned* bits_;
  int numbers_, lane_;
  int members_ = 0;
};

/// Where a tile's element lies: one place in 128 bytes stays empty, so that threads that take neighbours each find them
/// in different banks.
template <class E>
HD constexpr int sorted_place(int i) {
  return i + i / (128 / static_cast<int>(sizeof(E)));
}

/// Elements `distance` apart in the order of a bitonic sequence.
template <int Count, class E, class Rising>
__device__ __forceinline__ void exchange(E (&e)[Count], int distance, const Rising& rising) {
#pragma unroll
  for (int j = 0; j < Count; ++j) {
    if ((j & distance) != 0) continue;
    const E a = e[j], b = e[j + distance];
    const bool swap = (b < a) == rising(j);
    e[j] = swap ? b : a;
    e[j + distance] = swap ? a : b;
  }
}

/// What a thread holds between two visits of shared memory: Count elements `apart` from each other.
template <int Count, class E, class F>
__device__ __forceinline__ void of_each_group(E* elements, int numbers, int apart, const F& f) {
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < numbers / Count; i += rank_threads) {
    const int first = (i & -apart) * Count + (i & (apart - 1));
    E e[Count];
#pragma unroll
    for (int j = 0; j < Count; ++j) e[j] = elements[sorted_place<E>(first + j * apart)];
    f(e, first);
#pragma unroll
    for (int j = 0; j < Count; ++j) elements[sorted_place<E>(first + j * apart)] = e[j];
  }
}

/// The steps of a merge of `size` elements from the distance Count / 2 * apart down to `apart`.
template <int Count, class E>
__device__ __forceinline__ void merge_steps(E* elements, int numbers, int size, int apart) {
  of_each_group<Count>(elements, numbers, apart, [&](E(&e)[Count], int first) {
    const bool rising = (first & size) == 0;
#pragma unroll
    for (int distance = Count / 2; distance > 0; distance /= 2) exchange(e, distance, [&](int) { return rising; });
  });
}

/// Bitonic sort of a power of two of elements in shared memory, by all threads of the block: three steps at a time in
/// registers.
template <class E>
__device__ __forceinline__ void sort_tile(E* elements, int numbers) {
  of_each_group<8>(elements, numbers, 1, [&](E(&e)[8], int first) {
#pragma unroll
    for (int size = 2; size <= 8; size *= 2) {
#pragma unroll
      for (int distance = size / 2; distance > 0; distance /= 2) {
        exchange(e, distance, [&](int j) { return ((size < 8 ? j : first) & size) == 0; });
      }
    }
  });
  for (int size = 16, steps = 4; size <= numbers; size *= 2, ++steps) {
    int apart = size >> steps % 3;
    if (steps % 3 == 1) merge_steps<2>(elements, numbers, size, apart);
    if (steps % 3 == 2) merge_steps<4>(elements, numbers, size, apart);
    while (apart > 1) {
      apart /= 8;
      merge_steps<8>(elements, numbers, size, apart);
    }
  }
  __syncthreads();
}

template <class K>
__global__ void __launch_bounds__(rank_threads) ranks_kernel(const __grid_constant__ RanksParams<K> r) {
  extern __shared__ __align__(16) unsigned char tile_memory[];
  using E = SortedElement<K>;
  const OrderView<K>& v = r.v;
  E* sorted = reinterpret_cast<E*>(tile_memory);
  auto* bits = reinterpret_cast<unsigned*>(sorted + sorted_place<E>(r.numbers));
  auto* ranks = reinterpret_cast<std::uint16_t*>(bits + order_warps * (r.numbers / 32));
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  WarpRanks window(bits + warp * (r.numbers / 32), r.numbers);
  const int step = lane < r.step_count ? r.step[lane] : 0;
  const std::int64_t tiles_x = (v.width + r.strip - 1) / r.strip;
  const std::int64_t tiles_y = (v.height + r.band - 1) / r.band;
  const int segments = (r.strip + r.segment - 1) / r.segment;
  for (std::int64_t block = blockIdx.x; block < v.planes * tiles_y * tiles_x; block += gridDim.x) {
    const std::int64_t x0 = block % tiles_x * r.strip;
    const std::int64_t y0 = block / tiles_x % tiles_y * r.band;
    const std::int64_t plane = block / tiles_x / tiles_y;
    __syncthreads();
    load_order_tile(
        v, plane, y0 + v.top, x0 + v.left, r.rows, r.line, r.line,
        [](int column, const auto& key) { return key(column); },
        [&](int row, int column, K key) {
          const int i = row * r.line + column;
          sorted[sorted_place<E>(i)] = E::of(key, i);
        });
    for (int i = r.elements + static_cast<int>(threadIdx.x); i < r.numbers; i += rank_threads) {
      sorted[sorted_place<E>(i)] = E::of(static_cast<K>(~K(0)), i);
    }
    sort_tile(sorted, r.numbers);
    for (int i = static_cast<int>(threadIdx.x); i < r.numbers; i += rank_threads) {
      ranks[sorted[sorted_place<E>(i)].get_index()] = static_cast<std::uint16_t>(i);
    }
    __syncthreads();
    for (int item = warp; item < r.band * segments; item += order_warps) {
      const int row = item / segments, from = item % segments * r.segment;
      if (y0 + row >= v.height || x0 + from >= v.width) continue;
      const int windows =
          static_cast<int>(min(static_cast<std::int64_t>(min(r.segment, r.strip - from)), v.width - x0 - from));
      const std::uint16_t* corner = ranks + row * r.line + from;
      K* to = v.out + (plane * v.height + y0 + row) * v.width + x0 + from;
      window.clear();
      for (int first = 0; first < r.first_count; first += 32) {
        const int i = first + lane;
        window.change(i < r.first_count ? corner[r.first[i]] : 0, i < r.first_count ? 1 : 0);
      }
      __syncwarp();
      int found = 0;
      for (int x = 0; x < windows; ++x) {
        const int here = window.find(r.rank);
        found = x % 32 == lane ? here : found;
        if (x % 32 == 31 || x == windows - 1) {
          if (lane <= x % 32) to[x - x % 32 + lane] = from_order_key(sorted[sorted_place<E>(found)].get_key(), v.key);
        }
        __syncwarp();  // All have read the set.
        if (x + 1 < windows) {
          for (int first = 0; first < r.step_count; first += 32) {
            const int i = first + lane;
            const int at = first == 0 ? step : i < r.step_count ? r.step[i] : 0;
            window.change(corner[x + at], i >= r.step_count ? 0 : i < r.enter_count ? 1 : -1);
          }
        }
        __syncwarp();
      }
    }
  }
}

/// A tile's rows and columns of windows, so that what they reach fits; nothing below a useful size.
struct RankTile {
  std::int64_t band = 0, strip = 0;
};

/// The largest tile: the more windows, the less is sorted for each. But a small image still gives every
/// multiprocessor something to do.
inline RankTile rank_tile(const Reach& reach, std::int64_t planes, std::int64_t height, std::int64_t width) {
  constexpr std::int64_t useful = 64;
  const std::int64_t most = std::max<std::int64_t>(1024, planes * height * width / cuda::multiprocessors());
  RankTile best;
  for (std::int64_t band = std::min<std::int64_t>(height, 64); band > 0; band = band == 1 ? 0 : (band + 1) / 2) {
    const std::int64_t fitting =
        most_tile_elements / (reach.plane_count() * (band + reach.rows - 1)) - (reach.columns - 1);
    const std::int64_t strip =
        std::min({fitting / 32 * 32, std::max<std::int64_t>(32, most / band / 32 * 32), (width + 31) / 32 * 32});
    if (strip > 0 && band * strip > best.band * best.strip) best = {band, strip};
  }
  return best.band * best.strip >= std::min(useful, height * width) ? best : RankTile{};
}

/// False where no useful tile fits.
template <class K>
bool ranks_of_footprint(const OrderJob<K>& job) {
  const Reach& reach = job.reach;
  if (reach.rows > most_tile_elements || reach.columns > most_tile_elements) return false;
  Array offsets;
  const OrderView<K> v = order_view(job, offsets);
  const RankTile tile = rank_tile(reach, v.planes, v.height, v.width);
  if (tile.band == 0) return false;
  RanksParams<K> r{};
  r.v = v;
  r.rank = static_cast<int>(job.rank);
  r.band = static_cast<int>(tile.band);
  r.strip = static_cast<int>(tile.strip);
  r.segment = r.band >= order_warps ? r.strip : 32;
  r.rows = static_cast<int>(tile.band + reach.rows - 1);
  r.line = static_cast<int>(tile.strip + reach.columns - 1);
  r.elements = static_cast<int>(reach.plane_count()) * r.rows * r.line;
  r.numbers = std::max(1024, static_cast<int>(std::bit_ceil(static_cast<unsigned>(r.elements))));
  const TileStrides strides{r.line, static_cast<std::int64_t>(r.rows) * r.line};
  std::vector<std::int32_t> code = footprint_indices(reach, strides);
  r.first_count = static_cast<int>(code.size());
  const FootprintStep step = footprint_step(reach, strides, 0, 1);
  code.insert(code.end(), step.enter.begin(), step.enter.end());
  code.insert(code.end(), step.leave.begin(), step.leave.end());
  r.enter_count = static_cast<int>(step.enter.size());
  r.step_count = static_cast<int>(step.enter.size() + step.leave.size());
  const Array memory = on_device(code, job.image.device());
  r.first = static_cast<const std::int32_t*>(memory.data());
  r.step = r.first + r.first_count;
  const auto numbers = static_cast<std::size_t>(r.numbers);
  const std::size_t shared =
      static_cast<std::size_t>(sorted_place<SortedElement<K>>(r.numbers)) * sizeof(SortedElement<K>) + numbers * 2 +
      order_warps * numbers / 8;
  const std::int64_t blocks = v.planes * ((v.height + r.band - 1) / r.band) * ((v.width + r.strip - 1) / r.strip);
  cuda::launch(ranks_kernel<K>, cuda::grid_for(blocks, 1, std::int64_t{1} << 30), dim3(rank_threads), shared, r);
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
