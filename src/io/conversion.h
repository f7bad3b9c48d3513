// SPDX-License-Identifier: Apache-2.0
// From the slide's samples to those of a batch.
#pragma once

#include <cstdint>
#include <vector>

#include "core/batch.h"
#include "opsin/loader.h"

namespace opsin::io {

/// What happens to samples between the slide and the batch.
struct Conversion {
  DType from, to;
  BatchLayout layout;
  std::vector<memory::Normalisation> channels;  // Empty when neither mean nor stddev is given.

  /// `count` channels of dtype `source`. Throws TypeError, ValueError.
  Conversion(DType source, std::int64_t count, const LoaderOptions& options);

  /// True when the slide's samples are the batch's as they are read.
  bool none() const { return channels.empty() && from == to && layout == BatchLayout::nhwc; }

  Extents shape(const Extents& nhwc) const {
    return layout == BatchLayout::nhwc ? nhwc : Extents{nhwc[0], nhwc[3], nhwc[1], nhwc[2]};
  }

  /// From (..., height, width, channels) to the batch's layout.
  void run(const Array& batch, const Array& pixels) const;
};

}  // namespace opsin::io
