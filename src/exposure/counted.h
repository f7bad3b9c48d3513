// SPDX-License-Identifier: Apache-2.0
// Histograms as other operations read them: on the device, before anybody waits for it.
#pragma once

#include <optional>

#include "opsin/array.h"
#include "opsin/exposure.h"

namespace opsin::OPSIN_TARGET::exposure {

struct Bins {
  Array centres;  // int64 for integers, the image's dtype for floats, float64 for bool
  Array status;   // int32, one element: engine::status; not defined for integers
  Array extent;   // an engine::Extent; defined for floats and bool whose range is the image's
  Array edges;    // an engine::BinEdges of type `compute`; not defined for integers
  DType compute{};
  std::int64_t offset = 0;  // the first value of integers
};

/// For integers of at most 16 bits, every value of the dtype has a bin. Wider ones wait for a CUDA device where the
/// range is the image's.
Bins bins_of(const Array& image, std::int64_t nbins, opsin::exposure::SourceRange range,
             const std::optional<Array>& mask = std::nullopt);

/// How many elements each bin holds: int64.
Array count_in(const Bins& bins, const Array& image, const std::optional<Array>& mask = std::nullopt);

/// A status word on the host; waits for a CUDA device. 0 where it is not defined.
int read_status(const Array& status);

/// Throws what a status says of the bins.
void check_status(int found);
inline void check_status(const Array& status) { check_status(read_status(status)); }

/// Throws CudaError while the current stream is captured and the image's values will have to be looked at.
void refuse_capture(const char* op, const Array& image);

}  // namespace opsin::OPSIN_TARGET::exposure
