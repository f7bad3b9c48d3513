// SPDX-License-Identifier: Apache-2.0
// Grey and binary morphology of images of any number of axes: skimage.morphology.
//
// Results equal scikit-image's to the bit. Images are bool, integers, float32 or float64; others throw.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "opsin/ndimage_morphology.h"

namespace opsin::morphology {

/// A flat footprint and how many times it is applied. Even sizes get a row of zeros, see pad_footprint of scikit-image.
struct FootprintPart {
  ndimage::Footprint footprint;
  int repeats = 1;
};
/// One footprint, or a sequence whose parts are applied one after the other. Empty: the cross.
using Footprints = std::vector<FootprintPart>;

/// What lies beyond the edges. `max` and `min` are the dtype's extremes, `ignore` is what does not count: max in an
/// erosion, min in a dilation.
enum class Beyond { reflect, constant, nearest, mirror, wrap, max, min, ignore };
/// Throws ValueError for other names.
Beyond beyond_from_name(std::string_view name);

struct GreyOptions {
  /// An array of the image's shape and any real dtype. It may overlap the image.
  std::optional<Array> out = std::nullopt;
  Beyond mode = Beyond::reflect;
  double cval = 0;
};

/// The least and the greatest element under the footprint (the greatest under the footprint as it is: not mirrored).
/// Throw RuntimeError for a footprint of another number of axes, ValueError for one without elements.
Array erosion(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});
Array dilation(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});
/// Erosion, then dilation under the mirrored footprint; and the other way round.
Array opening(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});
Array closing(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});
/// image - opening and closing - image; bool: where they differ.
Array white_tophat(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});
Array black_tophat(const Array& image, const Footprints& footprint = {}, const GreyOptions& options = {});

struct BinaryOptions {
  /// An array of the image's shape and any real dtype; by default a new bool array.
  std::optional<Array> out = std::nullopt;
  /// `max`, `min` or `ignore`.
  Beyond mode = Beyond::ignore;
};
/// Of a binary image (nonzero is true). A footprint with an even size is padded at its end here.
Array binary_erosion(const Array& image, const Footprints& footprint = {}, const BinaryOptions& options = {});
Array binary_dilation(const Array& image, const Footprints& footprint = {}, const BinaryOptions& options = {});
Array binary_opening(const Array& image, const Footprints& footprint = {}, const BinaryOptions& options = {});
Array binary_closing(const Array& image, const Footprints& footprint = {}, const BinaryOptions& options = {});

}  // namespace opsin::morphology
