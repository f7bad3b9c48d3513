// SPDX-License-Identifier: Apache-2.0
// Old-style JPEG (Compression 6): tags 512-521.
#pragma once

#include <cstdint>

#include "io/slide_data.h"
#include "io/tiff/directory.h"

namespace opsin::io {

/// Fills old_jpeg and old_jpeg_bytes. Throws IoError for tables that are not inside the file.
void read_old_jpeg(const tiff::Directory& directory, Encoding& encoding);

/// The tile table of an image that has no StripOffsets: its one tile is the interchange stream. Throws IoError when
/// there is more than one tile, or no such stream.
TileTablePtr old_jpeg_table(const tiff::Directory& directory, std::uint64_t tiles);

}  // namespace opsin::io
