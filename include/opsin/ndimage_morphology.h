// SPDX-License-Identifier: Apache-2.0
// Minimum and maximum filters and morphology of arrays of any number of axes: scipy.ndimage.
//
// Results equal SciPy's to the bit. Images are bool, integers, float32 or float64; float16 and complex images throw. A
// 64 bit integer goes through double, as SciPy's filters do. NaN is what SciPy makes of it: under a box it depends on
// the lines it lies in, under any other footprint the result is NaN where the footprint's first element meets one.
//
// A vector with one element in an option struct speaks for all filtered axes. `axes` left out means every axis.
#pragma once

#include <optional>
#include <vector>

#include "opsin/ndimage.h"

namespace opsin::ndimage {

/// The elements of a neighbourhood, on the host. From an array on a GPU they are copied, which waits for the GPU.
struct Footprint {
  Extents shape;
  std::vector<std::uint8_t> inside;  // C order, 0 or 1

  Footprint() = default;
  Footprint(const Extents& shape, const std::vector<std::uint8_t>& inside) : shape(shape), inside(inside) {}
  Footprint(const Array& elements);  // NOLINT: implicit on purpose; any nonzero element is inside
  /// The footprint turned by 180 degrees.
  Footprint mirrored() const;
  /// A footprint of odd sizes: even ones get a row of zeros, at the end or at the beginning.
  Footprint padded(bool at_end) const;
};

/// What a filter looks at: a box of `size`, a flat `footprint`, or a `structure` of heights, over all of its elements
/// or over those of `footprint`.
struct Neighbourhood {
  std::vector<std::int64_t> size = {};
  std::optional<Footprint> footprint = std::nullopt;
  std::optional<Weights> structure = std::nullopt;
};

struct ExtremeFilter1dOptions {
  int axis = -1;
  Output output = {};
  Border mode = Border::reflect;
  double cval = 0;
  int origin = 0;
};
/// Extreme of `size` neighbours along an axis. The cost grows with the logarithm of the size. Throws RuntimeError for a
/// size below 1, IndexError for the axis, ValueError for the origin.
Array minimum_filter1d(const Array& input, std::int64_t size, const ExtremeFilter1dOptions& options = {});
Array maximum_filter1d(const Array& input, std::int64_t size, const ExtremeFilter1dOptions& options = {});

struct ExtremeFilterOptions {
  Output output = {};
  /// Several are taken for boxes alone.
  std::vector<Border> mode = {Border::reflect};
  double cval = 0;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// Extreme of a neighbourhood. Throws ValueError for an empty footprint or an origin outside, RuntimeError for a
/// footprint of another number of axes.
Array minimum_filter(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
Array maximum_filter(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});

/// Erosion: the least of element - height; dilation: the greatest of element + height under the mirrored neighbourhood.
Array grey_erosion(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
Array grey_dilation(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
/// Erosion, then dilation; and the other way round.
Array grey_opening(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
Array grey_closing(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
/// input - opening, closing - input; bool: where they differ.
Array white_tophat(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
Array black_tophat(const Array& input, const Neighbourhood& neighbourhood, const ExtremeFilterOptions& options = {});
/// dilation - erosion, dilation + erosion - 2 input. Integers wrap. Throw TypeError for bool images.
Array morphological_gradient(const Array& input, const Neighbourhood& neighbourhood,
                             const ExtremeFilterOptions& options = {});
Array morphological_laplace(const Array& input, const Neighbourhood& neighbourhood,
                            const ExtremeFilterOptions& options = {});

struct BinaryOptions {
  /// Repeats; below 1: until nothing changes.
  int iterations = 1;
  /// Where it is zero, elements stay as they are.
  std::optional<Array> mask = std::nullopt;
  /// A bool array by default, else an array of any real dtype.
  std::optional<Array> output = std::nullopt;
  bool border_value = false;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// Erosion and dilation of a binary image (nonzero is true) by a structure; without elements, by the cross. Throw
/// RuntimeError for a structure of another number of axes or without elements, TypeError for complex images. With
/// iterations < 1 a CUDA call waits for the device, unless the structure is symmetric and at most 3 elements wide.
Array binary_erosion(const Array& input, const Footprint& structure = {}, const BinaryOptions& options = {});
Array binary_dilation(const Array& input, const Footprint& structure = {}, const BinaryOptions& options = {});

struct HitOrMissOptions {
  std::optional<Array> output = std::nullopt;
  std::vector<int> origin1 = {0};
  /// By default origin1.
  std::optional<std::vector<int>> origin2 = std::nullopt;
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// True where all elements of structure1 are true and all of structure2 are false. By default the cross, and what is
/// not in structure1.
Array binary_hit_or_miss(const Array& input, const Footprint& structure1 = {}, const Footprint& structure2 = {},
                         const HitOrMissOptions& options = {});

struct FillHolesOptions {
  std::optional<Array> output = std::nullopt;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// The image and the background that is not connected with the outside. Waits as dilation with iterations < 1 does.
Array binary_fill_holes(const Array& input, const Footprint& structure = {}, const FillHolesOptions& options = {});

/// The cross (connectivity 1) up to the full cube of side 3, and its repeated dilation by itself.
Footprint generate_binary_structure(int rank, int connectivity);

}  // namespace opsin::ndimage
