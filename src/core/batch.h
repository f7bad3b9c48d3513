// SPDX-License-Identifier: Apache-2.0
// Images with interleaved channels into a batch as a network wants it.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "opsin/array.h"

namespace opsin::memory {

/// What is subtracted from a channel, and what it is then divided by.
using Normalisation = std::array<double, 2>;

/// to = (from - mean) / deviation per channel, for arrays (..., channels) of one shape, any strides and any real dtype;
/// `to` is floating. `channels` has one entry per channel. Computed in float32, in float64 where either dtype has more
/// bits than that holds. On CUDA one kernel does it for up to four channels.
void normalise(const Array& to, const Array& from, std::span<const Normalisation> channels);

}  // namespace opsin::memory
