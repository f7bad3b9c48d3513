// SPDX-License-Identifier: Apache-2.0
// Images reduced block by block: skimage.measure.block_reduce.
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/array.h"

namespace opsin::measure {

/// NumPy's reductions of the same names.
enum class Reduction : std::uint8_t { sum, prod, mean, var, std, min, max, median };

struct BlockReduceOptions {
  /// One size for all axes, or one per axis.
  std::vector<std::int64_t> block_size = {2};
  Reduction func = Reduction::sum;
  /// What the last blocks lack, as an element of the image's dtype.
  double cval = 0;
};
/// One element for each block of the image. Sums and products of integers and bool are int64 (uint64 of unsigned ones)
/// and wrap; means, variances and medians of them float64; everything else keeps the dtype. Sums of floats are float64
/// inside. Throws ValueError for a size below 1 and a wrong number of them, TypeError for complex images,
/// MemoryError for a block of more than 2^40 elements.
Array block_reduce(const Array& image, const BlockReduceOptions& options = {});

/// The image, filled up with `cval`, as an array of blocks: as many axes again, for reductions of one's own. Throws as
/// block_reduce, and ValueError for more than four axes.
Array blocks(const Array& image, const std::vector<std::int64_t>& block_size, double cval = 0);

}  // namespace opsin::measure
