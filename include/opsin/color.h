// SPDX-License-Identifier: Apache-2.0
// Colour conversion: skimage.color.
#pragma once

#include <array>

#include "opsin/array.h"

namespace opsin::color {

struct Rgb2GrayOptions {
  int channel_axis = -1;
};

/// Luminance of an RGB image: 0.2125 R + 0.7154 G + 0.0721 B (CRT phosphors, ITU-R BT.709 as scikit-image rounds it).
/// `rgb` has 3 channels along channel_axis; integers are scaled to [0, 1]. The result lacks that axis; its dtype is
/// float_result(). Throws ValueError for any other number of channels and for complex images.
Array rgb2gray(const Array& rgb, const Rgb2GrayOptions& options = {});

struct Gray2RgbOptions {
  /// Of the result.
  int channel_axis = -1;
};

/// The image three times along a new axis of the result. Any dtype. Throws IndexError for an axis that is not there.
Array gray2rgb(const Array& image, const Gray2RgbOptions& options = {});

struct Rgba2RgbOptions {
  /// Red, green and blue in [0, 1].
  std::array<double, 3> background = {1, 1, 1};
  int channel_axis = -1;
};

/// An RGBA image laid over a background: (1 - alpha) * background + alpha * color, clipped to [0, 1]. `rgba` has 4
/// channels along channel_axis, the result 3; integers are scaled to [0, 1]; the dtype is float_result(). Throws
/// ValueError for any other number of channels, a background outside [0, 1] and complex images, IndexError for an axis
/// that is not there.
Array rgba2rgb(const Array& rgba, const Rgba2RgbOptions& options = {});

}  // namespace opsin::color
