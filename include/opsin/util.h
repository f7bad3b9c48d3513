// SPDX-License-Identifier: Apache-2.0
// Utilities: skimage.util.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "opsin/array.h"
#include "opsin/error.h"
#include "opsin/util_arrange.h"
#include "opsin/util_noise.h"

namespace opsin::util {

struct ImgAsOptions {
  /// Return a copy even where the image has the wanted dtype already.
  bool force_copy = false;
};

/// An image in another dtype, its values rescaled from the range of the one to the range of the other: [0, 1] for
/// floats made from bool and unsigned integers, [-1, 1] for those made from signed ones, the whole range for integers.
/// `dtype` is boolean, uint8, uint16, int16, float32 or float64.
///
/// Float to float only casts. Float to integer takes [-1, 1], rounds to nearest even and clips what is negative where
/// the integer has no sign. Between integers the bits are scaled; to fewer bits, the values stay as they are (with a
/// warning) when all of them fit. Anything to bool is true above half the largest value. Values go through the float
/// type that scikit-image uses, float16 included, so results equal its bit for bit.
///
/// An image of that dtype already is returned as it is. Throws ValueError for complex images, for floats outside [-1,
/// 1] that shall become integers (unless the image holds NaN, as scikit-image), and for empty images where the
/// conversion looks at the values. Those that look (float or wider integer to integer) wait for a CUDA device.
Array img_as(const Array& image, DType dtype, const ImgAsOptions& options = {});

inline Array img_as_float32(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::float32, o); }
inline Array img_as_float64(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::float64, o); }
/// Floats of any width stay as they are; everything else becomes float64.
inline Array img_as_float(const Array& image, const ImgAsOptions& o = {}) {
  return img_as(image, is_floating(image.dtype()) ? image.dtype() : DType::float64, o);
}
inline Array img_as_uint(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::uint16, o); }
inline Array img_as_int(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::int16, o); }
inline Array img_as_ubyte(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::uint8, o); }
inline Array img_as_bool(const Array& image, const ImgAsOptions& o = {}) { return img_as(image, DType::boolean, o); }

/// The least and the largest value: 0 and 1 for bool, -1 and 1 for floats (scikit-image's range of a float image).
struct DTypeLimits {
  std::int64_t low = 0;
  std::uint64_t high = 0;
};
/// With `clip_negative` the low one is 0. Throws ValueError for complex types.
constexpr DTypeLimits dtype_limits(DType dtype, bool clip_negative = false) {
  if (is_complex(dtype)) throw ValueError("complex types have no limits");
  DTypeLimits limits{0, 1};
  const int bits = static_cast<int>(itemsize(dtype)) * 8;
  if (is_integer(dtype)) limits.high = ~std::uint64_t{0} >> (64 - bits + (is_signed(dtype) ? 1 : 0));
  if (is_signed(dtype)) limits.low = -static_cast<std::int64_t>(limits.high) - 1;
  if (is_floating(dtype)) limits.low = -1;
  if (clip_negative) limits.low = 0;
  return limits;
}

struct InvertOptions {
  /// Floats lie in [-1, 1] and change their sign; otherwise they lie in [0, 1] and become 1 - x.
  bool signed_float = false;
};
/// The image with its range turned round: the largest value of the dtype becomes the least.
Array invert(const Array& image, const InvertOptions& options = {});

enum class MemoryOrder : std::uint8_t {
  c,     // the last axis is contiguous
  f,     // the first one is
  any,   // f where the source is that and not c, else c
  keep,  // the axes in the source's order
};

struct CropOptions {
  bool copy = false;
  /// How a copy lies in memory.
  MemoryOrder order = MemoryOrder::keep;
};
/// Takes widths[i] = {before, after} elements off the ends of axis i: a view, or a copy. One pair stands for all axes.
/// Ends are cut as Python slices cut: an axis shorter than its widths becomes empty, a negative width counts from the
/// other end. Throws ValueError for any other number of pairs.
Array crop(const Array& image, std::span<const std::array<std::int64_t, 2>> widths, const CropOptions& options = {});

struct CompareImagesOptions {
  enum class Method : std::uint8_t { diff, blend, checkerboard } method = Method::diff;
  /// Tiles (rows, columns) of the checkerboard.
  std::array<std::int64_t, 2> n_tiles = {8, 8};
};
/// Shows the differences of two images of one shape, both as img_as_float(): |b - a|, (a + b) / 2, or tiles of the one
/// and the other in turn. Throws ValueError for different shapes, and for a checkerboard of images that are not 2-d.
Array compare_images(const Array& image0, const Array& image1, const CompareImagesOptions& options = {});

struct MapArrayOptions {
  /// Of the input's shape; its dtype becomes that of the result. It may overlap the inputs.
  std::optional<Array> out = std::nullopt;
};
/// Integers replaced: input_vals[i] by output_vals[i] (the last of equal ones counts), any other value by 0. The result
/// has the dtype of output_vals. Throws TypeError for an input that is no integer, ValueError for an `out` of another
/// shape, for values that have not one axis, or fewer output than input values.
Array map_array(const Array& input_arr, const Array& input_vals, const Array& output_vals,
                const MapArrayOptions& options = {});

/// The different rows of an array of two axes, in the order of their bytes. Waits for a CUDA device. Throws ValueError
/// for another number of axes and for rows without elements, NotImplementedError for 2^32 rows and more.
Array unique_rows(const Array& ar);

}  // namespace opsin::util
