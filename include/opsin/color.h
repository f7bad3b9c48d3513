// SPDX-License-Identifier: Apache-2.0
// Colour conversion: skimage.color.
#pragma once

#include "opsin/array.h"

namespace opsin::color {

struct Rgb2GrayOptions {
  int channel_axis = -1;
};

/// Luminance of an RGB image: 0.2125 R + 0.7154 G + 0.0721 B (CRT phosphors, ITU-R BT.709 as scikit-image rounds it).
/// `rgb` has 3 channels along channel_axis; integers are scaled to [0, 1]. The result lacks that axis; its dtype is
/// float_result(). Throws ValueError for any other number of channels and for complex images.
Array rgb2gray(const Array& rgb, const Rgb2GrayOptions& options = {});

}  // namespace opsin::color
