// SPDX-License-Identifier: Apache-2.0
// The two ends of binary_blobs() that know where an image lies.
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/array.h"

namespace opsin::data {

/// Sets the elements of a contiguous float64 image at these places to 1.
void set_seeds(const Array& image, const std::vector<std::int64_t>& places);

/// Which elements of a contiguous float64 image, none of them negative, are not below its `q`-quantile: bool.
Array not_below(const Array& image, double q);

}  // namespace opsin::data
