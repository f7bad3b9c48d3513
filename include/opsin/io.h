// SPDX-License-Identifier: Apache-2.0
// Image files as arrays.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "opsin/array.h"
#include "opsin/slide.h"

namespace opsin::io {

struct ImreadOptions {
  /// One page (IFD) of a TIFF, SubIFDs not counted, whatever the others are; unset: the stack that the file is.
  std::optional<int> page;
  SlideLimits limits;
};

/// An image file (TIFF, PNG, JPEG, JPEG 2000, WebP) at full resolution, with its own dtype: axes (t, z, y, x,
/// channels), of which t, z and channels are left out where there is one. Channels that are separate pages (ImageJ,
/// OME, QPTIFF) come before y: (t, z, channels, y, x). Pixels are as stored: palettes stay indices, WhiteIsZero and
/// Orientation are not applied; YCbCr is RGB. Throws IoError, UnsupportedFormatError, IndexError for a page that is not
/// there.
Array imread(const std::string& path, const ImreadOptions& options = {});
Array imread(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const ImreadOptions& options = {});
Array imread(std::shared_ptr<const ByteSource> source, const ImreadOptions& options = {});

}  // namespace opsin::io
