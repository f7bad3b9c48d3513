// SPDX-License-Identifier: Apache-2.0
// Planes of samples to pixels whose samples adjoin: what decoders of images end with, and too slow as a loop over
// bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace opsin::io::codecs {

/// One row: three planes of `width` samples each to `out`.
void interleave3(const std::array<const std::uint8_t*, 3>& planes, std::size_t width, std::uint8_t* out);
/// The same from values that fit into 8 bits.
void interleave3(const std::array<const std::int32_t*, 3>& planes, std::size_t width, std::uint8_t* out);

}  // namespace opsin::io::codecs
