// SPDX-License-Identifier: Apache-2.0
// Binary morphology: extremes of images of zeros and ones.
#pragma once

#include "ndimage/neighbourhood.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// An image as zeros and ones in a C-contiguous bool array: a copy unless it is one.
Array truth_of(const Array& image);

/// One erosion (minimum) or dilation of zeros and ones by a flat footprint that has an element.
Step binary_step(const Extents& shape, std::vector<engine::Offset> offsets, bool minimum, bool border_value);

/// The result of repeated steps: below one repeat, until nothing changes. Where `mask` (bool, or not defined) is false,
/// elements stay as they are. `centred`: the footprint holds its own centre, so that elements change one way only.
Array repeated(const Array& truth, const Step& step, int repeats, const Array& mask, bool centred);

}  // namespace opsin::OPSIN_TARGET::ndimage
