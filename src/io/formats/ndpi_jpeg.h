// SPDX-License-Identifier: Apache-2.0
// A level of an NDPI file: one JPEG whose restart intervals can be decoded each for itself.
#pragma once

#include <memory>

#include "io/slide_data.h"
#include "io/tiff/directory.h"

namespace opsin::io {

/// The image of a directory with restart intervals as tiles, or as one tile where its JPEG has none that tile its rows.
StoredImage ndpi_level(const std::shared_ptr<const tiff::File>& file, const tiff::Directory& directory);

}  // namespace opsin::io
