// SPDX-License-Identifier: Apache-2.0
// From scikit-image's footprints to steps of the engine.
#pragma once

#include "ndimage/neighbourhood.h"
#include "opsin/morphology.h"

namespace opsin::OPSIN_TARGET::morphology {

using ndimage::Step;
using opsin::morphology::Beyond;
using opsin::morphology::Footprints;

/// The cross where there is no footprint; even sizes padded.
Footprints normalized(const Footprints& footprint, int ndim, bool pad_end);
Footprints mirrored(Footprints footprint);

/// Appends an erosion (minimum) or dilation by a normalized footprint, of an image whose elements are of dtype `of`;
/// results go into dtype `to`.
void append(std::vector<Step>& steps, const Extents& shape, const Footprints& footprint, bool minimum, Beyond mode,
            double cval, DType of, DType to);

}  // namespace opsin::OPSIN_TARGET::morphology
