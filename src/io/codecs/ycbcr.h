// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace opsin::io::codecs {

/// JFIF's conversion (BT.601, full range) in place, on the first three of `samples` values per pixel, rounded as
/// libjpeg rounds it.
void ycbcr_to_rgb(std::uint8_t* pixels, std::size_t count, std::size_t samples);

}  // namespace opsin::io::codecs
