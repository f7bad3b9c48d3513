// SPDX-License-Identifier: Apache-2.0
// Histograms. The functor says which bin a value belongs to:
//
//   auto prepared() const               what a thread keeps of tables on the device, called before its first value
//   HD V operator()(V x) const          (of what prepared() returns) the bin, or `bins` for a value that has none
//   HD bool is_simple() const           where the device knows a shorter way in the usual case: whether this is one,
//   auto simple() const                 and what prepared() would return for it; CUDA alone
//   HD V quick(V x, bool& sure) const   (of what simple() returns) likewise the bin, unless it clears `sure`
//
// with V the value type of the compute type C, in which every bin number must be exact. Images of 8 and 16 bits have
// counts of their own for every value there is: see count_values().
#pragma once

#include <optional>

#include "core/dispatch.h"
#include "engine/loop.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Adds to counts (int64, C-contiguous) of `bins` elements, those of the image that the mask (bool, of the same shape)
/// holds where there is one.
template <class C, class F>
void count_bins(std::int64_t* counts, std::int64_t bins, const Array& image, const std::optional<Array>& mask,
                const F& bin);

/// bin = value - offset, in int64.
struct FromOffset {
  std::int64_t offset;
  std::int64_t bins;
  HD FromOffset prepared() const { return *this; }
  HD std::int64_t operator()(std::int64_t x) const {
    const auto i = static_cast<std::int64_t>(static_cast<std::uint64_t>(x) - static_cast<std::uint64_t>(offset));
    return i >= 0 && i < bins ? i : bins;
  }
};

/// The least value of an integer dtype of at most 16 bits, and how many there are.
inline std::int64_t least_value(DType t) { return is_signed(t) ? -(std::int64_t{1} << (8 * itemsize(t) - 1)) : 0; }
inline std::int64_t value_count(DType t) { return std::int64_t{1} << (8 * itemsize(t)); }

/// How often each value of an 8 or 16 bit integer dtype occurs: int64, from least_value() on.
Array count_values(const Array& image, const std::optional<Array>& mask = std::nullopt);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/histogram_cuda.h"
#else
#include "engine/histogram_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

inline Array count_values(const Array& image, const std::optional<Array>& mask) {
  const DType t = image.dtype();
  const Array counts = Array::zeros({value_count(t)}, DType::int64, image.device());
  const FromOffset bin{least_value(t), value_count(t)};
  count_narrow(counts.mutable_data_as<std::int64_t>(), bin, image, mask);
  return counts;
}

}  // namespace opsin::OPSIN_TARGET::engine
