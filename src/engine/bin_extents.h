// SPDX-License-Identifier: Apache-2.0
// The least and the greatest value in each of many uniform bins between an image's least and greatest finite value.
#pragma once

#include <vector>

#include "engine/extent.h"

namespace opsin::OPSIN_TARGET::engine {

/// As in Extent: zero for an empty bin.
struct BinExtent {
  std::uint64_t low_complement;
  std::uint64_t high;
};

/// The bin of a finite value.
struct BinBetween {
  double low, per_unit;
  std::int64_t bins;
  HD std::int64_t operator()(double x) const {
    const double place = (x - low) * per_unit;
    return place < static_cast<double>(bins) ? static_cast<std::int64_t>(place) : bins - 1;
  }
};
template <class C>
HD BinBetween bins_between(const Extent& whole, std::int64_t bins) {
  const double low = whole.least<C>(), high = whole.greatest<C>();
  return {low, high > low ? static_cast<double>(bins) / (high - low) : 0.0, bins};
}

/// Widens the bins by the finite elements of a C-contiguous floating image; `whole` is their extent. Where *dense,
/// which is 0, is set afterwards, a bin holds several values, and the bins need not be complete.
template <class C>
void find_bin_extents(BinExtent* extents, std::int64_t bins, int* dense, const Extent* whole, const Array& image);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/values_cuda.h"
#else
#include "engine/extent_cpu.h"
#include "engine/pieces_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA

__device__ __forceinline__ void raise_key(std::uint64_t* key, std::uint64_t value) {
  atomicMax(reinterpret_cast<unsigned long long*>(key), static_cast<unsigned long long>(value));
}

template <class C>
__global__ void __launch_bounds__(256)
    bin_extents_kernel(BinExtent* extents, const std::int64_t bins, int* dense, const Extent* whole,
                       const __grid_constant__ MaskedImage image) {
  if (__ldcg(dense)) return;
  const BinBetween bin = bins_between<C>(*whole, bins);
  each_group_anywhere<C>(image, [&](const C(&values)[values_width], unsigned present) {
#pragma unroll
    for (int e = 0; e < values_width; ++e) {
      const C x = values[e];
      if (!(present >> e & 1) || x - x != C(0)) continue;
      BinExtent* const at = extents + bin(x);
      const std::uint64_t key = extent_key(x);
      // Both halves, which are written one after the other. Most values lie within what their bin has already: the read
      // spares them the atomic operations.
      const ulonglong2 seen = __ldcg(reinterpret_cast<const ulonglong2*>(at));
      if ((seen.x && seen.x != ~key) || (seen.y && seen.y != key)) *dense = 1;
      if (~key > seen.x) raise_key(&at->low_complement, ~key);
      if (key > seen.y) raise_key(&at->high, key);
    }
  });
}

template <class C>
void find_bin_extents(BinExtent* extents, std::int64_t bins, int* dense, const Extent* whole, const Array& image) {
  if (image.size() == 0) return;
  // Where values are as dense as noise is, a small part shows it, and the whole image need not look for its bins.
  constexpr std::int64_t part = 1 << 18;
  const Array line = image.reshape({image.size()});
  const auto look = [&](const Array& elements) {
    const MaskedImage all = masked_image(elements, std::nullopt);
    cuda::launch(bin_extents_kernel<C>, values_grid(all, 256, 8), dim3(256), 0, extents, bins, dense, whole, all);
  };
  if (image.size() > 2 * part) look(line.slice(0, 0, part));
  look(line);
}

#else

/// A task's own bins, which join the others in the end.
template <class C>
class BinExtentCounter {
 public:
  BinExtentCounter(BinExtent* all, const BinBetween& bin)
      : all_(all), bin_(bin), own_(static_cast<std::size_t>(bin.bins)) {}
  BinExtentCounter(BinExtentCounter&&) = default;
  ~BinExtentCounter() {
    for (std::size_t i = 0; i < own_.size(); ++i) {
      if (own_[i].high == 0) continue;
      raise_key(all_[i].low_complement, own_[i].low_complement);
      raise_key(all_[i].high, own_[i].high);
    }
  }
  void operator()(const C* values, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      const C x = values[i];
      if (x - x != 0) continue;
      BinExtent& at = own_[static_cast<std::size_t>(bin_(x))];
      const std::uint64_t key = extent_key(x);
      at.low_complement = std::max(at.low_complement, ~key);
      at.high = std::max(at.high, key);
    }
  }

 private:
  BinExtent* all_;
  BinBetween bin_;
  std::vector<BinExtent> own_;
};

template <class C>
void find_bin_extents(BinExtent* extents, std::int64_t bins, int*, const Extent* whole, const Array& image) {
  const BinBetween bin = bins_between<C>(*whole, bins);
  for_each_worker<C>(image, std::nullopt, [&] { return BinExtentCounter<C>(extents, bin); });
}

#endif

}  // namespace opsin::OPSIN_TARGET::engine
