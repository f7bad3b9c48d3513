// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/check.h"

namespace opsin::exposure {

/// scikit-image's words, where an image without a channel axis looks as if it had one.
inline void warn_of_color(const Array& image) {
  if (image.ndim() != 3 || image.shape(2) >= 4) return;
  core::warn(
      Warning::Category::user,
      "This might be a color image. The histogram will be computed on the flattened image. You can instead apply "
      "this function to each color channel, or set channel_axis.");
}

}  // namespace opsin::exposure
