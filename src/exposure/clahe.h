// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::exposure {

/// The equalised levels, uint16 below 2^14, of a C-contiguous uint16 image that has at least one axis and is not empty.
Array clahe(const Array& image, const std::vector<std::int64_t>& kernel, double clip_limit, std::int64_t nbins);

}  // namespace opsin::OPSIN_TARGET::exposure
