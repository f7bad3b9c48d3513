// SPDX-License-Identifier: Apache-2.0
// The head of a JPEG stream, SOI to SOS, where it does not come with the data: patched, or made from TIFF tags.
#pragma once

#include <cstdint>
#include <vector>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {

/// A copy of the head with another frame size. Throws IoError when the markers cannot be followed to the end of SOS.
std::vector<std::byte> jpeg_head_with_size(Bytes head, std::uint32_t width, std::uint32_t height);

/// The head of a baseline stream that tags 512-530 describe.
std::vector<std::byte> jpeg_head_from_tags(const OldJpeg& tags, std::uint32_t width, std::uint32_t height,
                                           std::uint32_t samples);

/// Bytes from the first marker to the end of SOS, 0 when there is no SOS.
std::size_t jpeg_head_size(Bytes stream);

}  // namespace opsin::io::codecs
