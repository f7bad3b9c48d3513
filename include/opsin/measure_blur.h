// SPDX-License-Identifier: Apache-2.0
// How blurred an image is: skimage.measure.blur_effect.
#pragma once

#include <cstdint>
#include <optional>

#include "opsin/array.h"

namespace opsin::measure {

struct BlurEffectOptions {
  /// Size of the box that blurs the image again.
  std::int64_t h_size = 11;
  /// The axis of three colours, of which the luminance is measured.
  std::optional<int> channel_axis = std::nullopt;
};
/// How blurred an image is along each of its axes, from 0 to 1: how little of its edges another blur takes away. A
/// float64 array. F. Crete, T. Dolmiere, P. Ladret, M. Nicolas, "The blur effect: perception and estimation with a new
/// no-reference perceptual blur metric", 2007. Throws ValueError for complex images, RuntimeError for float16 ones and
/// a size below 1.
Array blur_effect(const Array& image, const BlurEffectOptions& options = {});

}  // namespace opsin::measure
