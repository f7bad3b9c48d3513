// SPDX-License-Identifier: Apache-2.0
// What thresholds ask of a histogram that the caller made.
#pragma once

#include "core/check.h"
#include "exposure/counted.h"

namespace opsin::OPSIN_TARGET::filters {

inline void check_histogram(const char* op, const Array& counts, const Array& centres) {
  core::check(counts.ndim() == 1 && centres.shape() == counts.shape(), op,
              "a histogram is counts and bin centers of one length, got shapes ", counts.shape(), " and ",
              centres.shape());
  core::check(!is_complex(counts.dtype()) && !is_complex(centres.dtype()), op, "a histogram is real");
  core::check_plain<IndexError>(counts.size() > 0, "index 0 is out of bounds for axis 0 with size 0");
  exposure::refuse_capture(op, counts);
}

}  // namespace opsin::OPSIN_TARGET::filters
