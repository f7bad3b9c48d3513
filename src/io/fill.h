// SPDX-License-Identifier: Apache-2.0
// One value into many samples.
#pragma once

#include <cstddef>
#include <cstdint>

#include "opsin/dtype.h"

namespace opsin::io {

/// `count` samples, `step` bytes apart, in each of `rows` rows, `row_stride` bytes apart. The value is rounded and
/// clamped to what an integer dtype holds; NaN becomes 0 there.
void fill_samples(std::byte* data, std::ptrdiff_t row_stride, std::ptrdiff_t step, std::int64_t count,
                  std::int64_t rows, DType dtype, double value);

/// The bytes of such a sample, at most 16.
void sample_bytes(DType dtype, double value, std::byte* out);

}  // namespace opsin::io
