// SPDX-License-Identifier: Apache-2.0
// The SIZ marker of a JPEG 2000 codestream (ISO/IEC 15444-1 A.5.1), and the boxes around a codestream in a JP2 file.
#pragma once

#include <cstdint>
#include <vector>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {

struct Jpeg2000Component {
  std::uint32_t bits;
  bool is_signed;
  std::uint32_t dx;
  std::uint32_t dy;
};

/// Sizes on the reference grid: x0 <= x < x1, tiles of tile_width x tile_height from (tile_x0, tile_y0) on.
struct Jpeg2000Header {
  std::uint32_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::uint32_t tile_x0 = 0, tile_y0 = 0, tile_width = 0, tile_height = 0;
  std::vector<Jpeg2000Component> components;
  std::uint32_t bits = 0;  // the most of any component
  bool is_signed = false;
  std::uint64_t tiles = 0;  // inside the image

  std::uint32_t width() const { return x1 - x0; }
  std::uint32_t height() const { return y1 - y0; }
};

/// The codestream itself: `in`, or what its contiguous-codestream box holds.
Bytes jpeg2000_codestream(Bytes in);

/// True when the JP2 header names sYCC (enumerated colour space 18).
bool jpeg2000_is_ycbcr(Bytes in);

Jpeg2000Header read_jpeg2000_header(Bytes codestream);

/// Throws unless components fit the request and the number of tiles its size.
void check_jpeg2000_header(const Jpeg2000Header& header, const ImageRequest& request);

}  // namespace opsin::io::codecs
