// SPDX-License-Identifier: Apache-2.0
// Colour conversion: skimage.color.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "opsin/array.h"
#include "opsin/color_constants.h"
#include "opsin/color_difference.h"
#include "opsin/color_names.h"

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

/// The image three times and `alpha`, which broadcasts to its shape, along a new axis of length 4. Any dtype. An alpha
/// of another dtype is cast, with a warning where that changes it (on CUDA this waits for the device). Throws
/// ValueError where alpha does not fit, IndexError for an axis that is not there.
Array gray2rgba(const Array& image, const Array& alpha, const Gray2RgbOptions& options = {});

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

// All conversions below take an image with three channels along channel_axis; integers are scaled to [0, 1], signed
// ones to [-1, 1], whatever the space. The result has the image's shape; its dtype is float_result(). They throw
// ValueError for any other number of channels and for complex images, IndexError for an axis that is not there.

struct ConversionOptions {
  int channel_axis = -1;
};

struct WhiteOptions {
  /// See xyz_tristimulus_values().
  std::string illuminant = "D65";
  std::string observer = "2";
  int channel_axis = -1;
};

/// Hue, saturation and value, each in [0, 1] for RGB in [0, 1].
Array rgb2hsv(const Array& rgb, const ConversionOptions& options = {});
Array hsv2rgb(const Array& hsv, const ConversionOptions& options = {});

/// CIE 1931 XYZ of sRGB (IEC 61966-2-1), white at D65. The way back clips to [0, 1].
Array rgb2xyz(const Array& rgb, const ConversionOptions& options = {});
Array xyz2rgb(const Array& xyz, const ConversionOptions& options = {});

/// CIE 1931 RGB, from companded sRGB by a matrix alone, as scikit-image has it.
Array rgb2rgbcie(const Array& rgb, const ConversionOptions& options = {});
Array rgbcie2rgb(const Array& rgbcie, const ConversionOptions& options = {});

/// CIE 1976 L*a*b*. The ways back set Z to 0 where it would be negative, and warn with the number of such pixels: on
/// CUDA they wait for it, and throw CudaError under stream capture.
Array rgb2lab(const Array& rgb, const WhiteOptions& options = {});
Array xyz2lab(const Array& xyz, const WhiteOptions& options = {});
Array lab2xyz(const Array& lab, const WhiteOptions& options = {});
Array lab2rgb(const Array& lab, const WhiteOptions& options = {});

/// CIE 1976 L*u*v*; to and from RGB under D65.
Array rgb2luv(const Array& rgb, const ConversionOptions& options = {});
Array xyz2luv(const Array& xyz, const WhiteOptions& options = {});
Array luv2xyz(const Array& luv, const WhiteOptions& options = {});
Array luv2rgb(const Array& luv, const ConversionOptions& options = {});

/// CIE-LCh: the chroma of CIE-LAB, and its hue in [0, 2 pi]. The image may have more than three channels; those from
/// the fourth on pass through.
Array lab2lch(const Array& lab, const ConversionOptions& options = {});
Array lch2lab(const Array& lch, const ConversionOptions& options = {});

/// Luma and colour differences: PAL's, NTSC's, component video's, and SECAM's.
Array rgb2yuv(const Array& rgb, const ConversionOptions& options = {});
Array yuv2rgb(const Array& yuv, const ConversionOptions& options = {});
Array rgb2yiq(const Array& rgb, const ConversionOptions& options = {});
Array yiq2rgb(const Array& yiq, const ConversionOptions& options = {});
Array rgb2ypbpr(const Array& rgb, const ConversionOptions& options = {});
Array ypbpr2rgb(const Array& ypbpr, const ConversionOptions& options = {});
Array rgb2ydbdr(const Array& rgb, const ConversionOptions& options = {});
Array ydbdr2rgb(const Array& ydbdr, const ConversionOptions& options = {});

/// ITU-R BT.601 with 8 bits: Y in [16, 235], Cb and Cr in [16, 240]. The way back subtracts the offsets in the image's
/// own dtype, before it scales, as scikit-image does: integers wrap around. It throws TypeError for bool images and
/// ValueError for int8.
Array rgb2ycbcr(const Array& rgb, const ConversionOptions& options = {});
Array ycbcr2rgb(const Array& ycbcr, const ConversionOptions& options = {});

/// From one space to another by way of RGB, in one pass: "RGB", "HSV", "RGB CIE", "XYZ", "YUV", "YIQ", "YPbPr", "YCbCr"
/// or "YDbDr", in upper or lower case. RGB to RGB is the image itself. Throws ValueError for any other.
Array convert_colorspace(const Array& image, const std::string& fromspace, const std::string& tospace,
                         const ConversionOptions& options = {});

/// A stain matrix: three rows of one length, the number of stains on the one side of it.
class StainMatrix {
 public:
  StainMatrix(const Matrix& matrix) : columns_(3) {  // NOLINT: implicit on purpose
    for (const Triple& row : matrix) values_.insert(values_.end(), row.begin(), row.end());
  }
  /// Values row by row, their number three times `columns`. Throws ValueError otherwise.
  StainMatrix(std::vector<double> values, std::size_t columns) : values_(std::move(values)), columns_(columns) {
    if (values_.size() != 3 * columns_) throw ValueError("a stain matrix has three rows");
  }
  std::size_t columns() const { return columns_; }
  double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }

 private:
  std::vector<double> values_;
  std::size_t columns_;
};

/// Colour deconvolution (A. C. Ruifrok and D. A. Johnston, 2001): the amounts of the stains in an RGB image, log(rgb) /
/// log(1e-6) times conv_matrix, not below 0; and the image that amounts of stains give, clipped to 1. The other matrix
/// of each pair in opsin/color_constants.h goes the other way. The result is float64 (float32 under the float policy
/// "single") with as many channels as the matrix has columns.
Array separate_stains(const Array& rgb, const StainMatrix& conv_matrix, const ConversionOptions& options = {});
Array combine_stains(const Array& stains, const StainMatrix& conv_matrix, const ConversionOptions& options = {});
/// The same with haematoxylin, eosin and DAB.
Array rgb2hed(const Array& rgb, const ConversionOptions& options = {});
Array hed2rgb(const Array& hed, const ConversionOptions& options = {});

}  // namespace opsin::color
