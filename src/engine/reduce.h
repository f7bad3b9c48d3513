// SPDX-License-Identifier: Apache-2.0
// The greatest value of an image, kept in one element on the device, so that the next pass can read it without the host
// waiting for it.
//
// A peak is the maximum of values that are zero or greater, NaN above everything as in numpy.max. It starts as zero.
// The bits of such values, read as an unsigned integer, have the same order, NaN last: an integer maximum finds the
// peak in any order of threads, always the same one.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C>
using PeakBits = std::conditional_t<sizeof(C) == 4, unsigned int, unsigned long long>;

/// The greater of two, NaN where either is NaN. As a running maximum: the first argument is what was found so far.
template <class V>
HD V greater_or_nan(V found, V x) {
  return pick(x > found, x, pick(x == x, found, x));
}

/// A zero peak on the device of this call's arrays.
template <class C>
Array new_peak(Device device);

/// Raises *peak to the greatest element of a C-contiguous image of type C.
template <class C>
void find_peak(C* peak, const Array& image);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/reduce_cuda.h"
#else
#include "engine/reduce_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

template <class C>
Array new_peak(Device device) {
  return Array::zeros({1}, sizeof(C) == 4 ? DType::float32 : DType::float64, device);
}

}  // namespace opsin::OPSIN_TARGET::engine
