// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/ranked.h: a radix selection of 11 bits at a time, for all places at once. Blocks count the next
// digit of what shares a place's upper bits in shared memory, and the last block to finish takes the digits.
#pragma once

#include "engine/values_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int ranked_block = 512;
inline constexpr int ranked_blocks = 2;  // of a multiprocessor: each leaves counts in global memory
inline constexpr int most_digit_bits = 11;

struct RankedState {
  Ranked known;
  unsigned int arrived;
  alignas(16) unsigned long long counts[most_ranks << most_digit_bits];  // of a place's line all places that share bits
};

/// A digit of the keys.
struct Digit {
  int shift, bits;
  __device__ std::uint64_t above(std::uint64_t key) const { return key >> shift >> bits; }
  __device__ int values() const { return 1 << bits; }
};

/// KeyOfBits on words that are no wider than needed.
template <class U>
struct NarrowKey {
  U mask, high, infinity;
  bool has_sign, real;

  __device__ explicit NarrowKey(const KeyOfBits& k)
      : mask(static_cast<U>(~std::uint64_t{0} >> (64 - k.bits))),
        high(static_cast<U>(std::uint64_t{1} << (k.bits - 1))),
        infinity(static_cast<U>(k.infinity)),
        has_sign(k.has_sign),
        real(k.real) {}
  __device__ U operator()(U b) const {
    if (!real) return has_sign ? b ^ high : b;
    if ((b & ~high) > infinity) return mask;
    return b & high ? ~b & mask : b | high;
  }
};

/// The first place whose element shares all digits before this one with the element of place i.
__device__ inline int line_of(const std::uint64_t (&key)[most_ranks], int i, const Digit& digit) {
  int line = 0;
  while (digit.above(key[line]) != digit.above(key[i])) ++line;
  return line;
}

/// One warp finds the digit of a place whose rank is `rank` among what a line counts, and takes those before it off.
__device__ inline int find_digit(const unsigned long long* counts, const Digit& digit, std::int64_t& rank) {
  constexpr unsigned all = 0xffffffffu;
  const int lane = threadIdx.x % 32, part = digit.values() / 32;
  const auto up_to = [&](std::int64_t own) {
#pragma unroll
    for (int step = 1; step < 32; step *= 2) {
      const std::int64_t before = __shfl_up_sync(all, own, step);
      if (lane >= step) own += before;
    }
    return own;
  };
  std::int64_t own = 0;
  for (int k = 0; k < part; k += 2) {
    const auto two = __ldcg(reinterpret_cast<const ulonglong2*>(counts + lane * part + k));
    own += static_cast<std::int64_t>(two.x + two.y);
  }
  std::int64_t end = up_to(own);
  int holder = __ffs(__ballot_sync(all, end - own <= rank && rank < end)) - 1;
  rank -= __shfl_sync(all, end - own, holder);
  const int base = holder * part;
  for (int at = 0;; at += 32) {
    own = at + lane < part ? static_cast<std::int64_t>(__ldcg(counts + base + at + lane)) : 0;
    end = up_to(own);
    holder = __ffs(__ballot_sync(all, end - own <= rank && rank < end)) - 1;
    if (holder >= 0 || at + 32 >= part) {
      rank -= __shfl_sync(all, end - own, holder);
      return base + at + holder;
    }
    rank -= __shfl_sync(all, end, 31);
  }
}

/// C is int32 or int64, which the bits of elements are read as. `first`: nothing is known yet but the places in
/// `start`.
template <class C, bool First>
__global__ void __launch_bounds__(ranked_block, ranked_blocks)
    count_digits_kernel(RankedState* state, const __grid_constant__ MaskedImage image, const KeyOfBits key_of,
                        const Digit digit, const __grid_constant__ Ranked start) {
  using U = std::make_unsigned_t<C>;
  extern __shared__ unsigned int digit_counts[];
  const int values = digit.values(), lines = First ? 1 : most_ranks;
  for (int i = threadIdx.x; i < lines * values; i += ranked_block) digit_counts[i] = 0;
  const NarrowKey<U> key(key_of);
  U above[most_ranks];
#pragma unroll
  for (int r = 0; r < most_ranks; ++r) above[r] = First ? U(0) : static_cast<U>(digit.above(state->known.key[r]));
  __syncthreads();
  each_group<C>(image, [&](const C(&bits)[values_width], unsigned present) {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const U k = key(static_cast<U>(bits[e]));
      int line = present >> e & 1 ? 0 : -1;
      if constexpr (!First) {
        const U prefix = k >> digit.shift >> digit.bits;
        int found = -1;
#pragma unroll
        for (int r = most_ranks - 1; r >= 0; --r) found = prefix == above[r] ? r : found;
        line = line < 0 ? line : found;
      }
      const int at = line * values + static_cast<int>(k >> digit.shift & static_cast<U>(values - 1));
      if (line >= 0) atomicAdd(digit_counts + at, 1u);
    }
  });
  __syncthreads();
  for (int i = threadIdx.x; i < lines * values; i += ranked_block) {
    if (digit_counts[i] > 0) atomicAdd(state->counts + i, static_cast<unsigned long long>(digit_counts[i]));
  }
  __threadfence();
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(&state->arrived, 1u) == gridDim.x - 1;
  __syncthreads();
  if (!last) return;
  __threadfence();
  const int place = threadIdx.x / 32;
  std::int64_t rank = 0;
  std::uint64_t taken = 0;
  if (place < most_ranks) {
    rank = First ? start.rank[place] : state->known.rank[place];
    const int line = First ? 0 : line_of(state->known.key, place, digit);
    taken = static_cast<std::uint64_t>(find_digit(state->counts + line * values, digit, rank)) << digit.shift;
  }
  __syncthreads();
  if (place < most_ranks && threadIdx.x % 32 == 0) {
    state->known.rank[place] = rank;
    state->known.key[place] |= taken;
  }
  for (int i = threadIdx.x; i < lines * values; i += ranked_block) state->counts[i] = 0;
  if (threadIdx.x == 0) state->arrived = 0;
}

template <class C>
void count_digits(RankedState* state, const Array& bits, const KeyOfBits& key, const Ranked& start) {
  const MaskedImage image = masked_image(bits, std::nullopt);
  const dim3 grid = values_grid(image, ranked_block, ranked_blocks);
  for (int left = key.bits; left > 0;) {
    const int width = key.bits == 16 ? 8 : std::min(most_digit_bits, left);
    const bool first = left == key.bits;
    left -= width;
    const std::size_t bytes = (first ? 1 : most_ranks) * (sizeof(unsigned int) << width);
    cuda::launch(first ? count_digits_kernel<C, true> : count_digits_kernel<C, false>, grid, dim3(ranked_block), bytes,
                 state, image, key, Digit{left, width}, start);
  }
}

Array find_ranked(const Array& image, const std::int64_t (&ranks)[most_ranks], const KeyOfBits& key) {
  const Ranked start = unknown_at(ranks);
  const Array memory = Array::zeros({static_cast<std::int64_t>(sizeof(RankedState))}, DType::uint8, image.device());
  auto* const state = static_cast<RankedState*>(memory.mutable_data());
  const Array bits = bits_of(image, key);
  if (key.bits == 64) {
    count_digits<std::int64_t>(state, bits, key, start);
  } else {
    count_digits<std::int32_t>(state, bits, key, start);
  }
  return memory;
}

}  // namespace opsin::OPSIN_TARGET::engine
