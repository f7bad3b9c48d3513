// SPDX-License-Identifier: Apache-2.0
// Which elements are flagged, and lists in the order of their keys. The number of flagged elements decides a shape: to
// know it, the host waits for a CUDA device.
#pragma once

#include <vector>

#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Indices (int64, ascending, in C order) of the elements of a contiguous array of bytes that are not 0.
Array flagged(const Array& flags);

/// `values` (int64) in ascending order of `keys` (uint64); equal keys keep their order. Both are contiguous, and `keys`
/// is used up.
Array sorted_by(const Array& keys, const Array& values);

/// Boxes of the labels 1 ... count in an int64 image: two rows of ndim int64 numbers for each, first elements and last
/// ones, on the host. A label that is not there has a last element before its first.
std::vector<std::int64_t> label_boxes(const Array& labels, std::int64_t count);

}  // namespace opsin::OPSIN_TARGET::engine
