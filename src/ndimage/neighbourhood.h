// SPDX-License-Identifier: Apache-2.0
// From the neighbourhoods of scipy.ndimage's arguments to steps of the engine.
#pragma once

#include <initializer_list>

#include "ndimage/extreme_steps.h"
#include "ndimage/result.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::OPSIN_TARGET::ndimage {

using opsin::ndimage::ExtremeFilterOptions;
using opsin::ndimage::Footprint;
using opsin::ndimage::Neighbourhood;

/// A minimum or maximum filter with an image's axes. Where `mirrors`, the neighbourhood and its origin are turned
/// first, as a dilation does.
Step step_of(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options, bool minimum,
             bool mirrors);

/// The same for a flat footprint that has all axes of the image, with its centre in its middle.
Step step_of(const Extents& shape, const Footprint& footprint, bool minimum, Border border, double cval);

/// Offsets of a footprint's elements, of all axes, in C order.
std::vector<engine::Offset> offsets_of(const Footprint& footprint, const std::vector<int>& origins);

/// A footprint of some axes as one of all, and origins for all. `name` stands in errors.
Footprint expanded(const Footprint& footprint, const std::vector<int>& axes, int ndim, const char* name);
std::vector<int> expanded(const std::vector<int>& origins, const std::vector<int>& axes, int ndim);

/// Runs the steps on an input of any strides. The result has the last one's dtype.
Array run_chain(const Array& input, const std::optional<Array>& out, std::span<const Step> steps);

}  // namespace opsin::OPSIN_TARGET::ndimage
