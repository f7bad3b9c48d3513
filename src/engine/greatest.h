// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// The greatest value of a C-contiguous image of uint8 or uint16 with elements. Waits for a CUDA device; throws
/// CudaError under stream capture.
int greatest(const Array& image);

}  // namespace opsin::OPSIN_TARGET::engine
