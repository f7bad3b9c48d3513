// SPDX-License-Identifier: Apache-2.0
// Binary morphology: extremes of images of zeros and ones.
#pragma once

#include "ndimage/neighbourhood.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// An image as zeros and ones in a C-contiguous bool array: a copy unless it is one.
Array truth_of(const Array& image);

/// The same where any byte that is not zero may stand for true: what steps read. Bytes are not copied.
Array truths_of(const Array& image);

/// Where an output takes zeros and ones as they are: its own array, or none.
Array place_in(const core::Output& output);
void store(const core::Output& output, const Array& truth);

/// One erosion (minimum) or dilation of zeros and ones by a flat footprint that has an element.
Step binary_step(const Extents& shape, std::vector<engine::Offset> offsets, bool minimum, bool border_value);

/// The result of repeated steps: below one repeat, until nothing changes. Where `mask` (bool, or not defined) is false,
/// elements stay as they are, which are zeros and ones then. `centred`: the footprint holds its own centre, so that
/// elements change one way only. `out`: an array that the result may go into, not defined where there is none.
Array repeated(const Array& truth, const Step& step, int repeats, const Array& mask, bool centred, const Array& out);

}  // namespace opsin::OPSIN_TARGET::ndimage
