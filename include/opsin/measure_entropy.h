// SPDX-License-Identifier: Apache-2.0
// Entropy: skimage.measure.
#pragma once

#include <optional>

#include "opsin/array.h"

namespace opsin::measure {

struct ShannonEntropyOptions {
  /// Of the logarithm; none for the natural one.
  std::optional<double> base = 2.0;
};
/// -sum p log p over the shares p of the different values of an image, as a 0-d float64 array; all NaN count as one
/// value. Throws TypeError for complex images.
Array shannon_entropy(const Array& image, const ShannonEntropyOptions& options = {});

}  // namespace opsin::measure
