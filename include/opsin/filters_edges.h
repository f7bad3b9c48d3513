// SPDX-License-Identifier: Apache-2.0
// Edge filters: skimage.filters.sobel and its relatives.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::filters {

struct EdgeOptions {
  /// Where it is zero, and within one element of that or of the image's edges, the result is 0. Any dtype, a shape that
  /// broadcasts to the image's.
  std::optional<Array> mask = std::nullopt;
  /// Edges along these axes; with more than one, or without, their magnitude. A negative axis repeats scikit-image's
  /// arithmetic: the smoothing weights apply along it as well.
  std::optional<std::vector<int>> axis = std::nullopt;
  Border mode = Border::reflect;
  double cval = 0;
};

struct EdgeMaskOptions {
  std::optional<Array> mask = std::nullopt;
};

struct LaplaceOptions {
  /// Kept for scikit-image's sake: at least 3, and without influence on the result.
  int ksize = 3;
  std::optional<Array> mask = std::nullopt;
};

/// Edge strength of an image of any number of axes: differences along one axis, smoothed along all others; of several
/// axes, the square root of the sum of squares over the number of the image's axes. The result has float_result()'s
/// dtype; integers are scaled to [0, 1] first.
/// Throws ValueError for complex images and for masks that do not fit, IndexError for an axis that the image has not.
Array sobel(const Array& image, const EdgeOptions& options = {});
Array scharr(const Array& image, const EdgeOptions& options = {});
Array prewitt(const Array& image, const EdgeOptions& options = {});
Array farid(const Array& image, const EdgeOptions& options = {});

/// One axis of a 2-D image: _h finds horizontal edges (axis 0), _v vertical ones. Throws ValueError unless the image is
/// 2-D and holds elements.
Array sobel_h(const Array& image, const EdgeMaskOptions& options = {});
Array sobel_v(const Array& image, const EdgeMaskOptions& options = {});
Array scharr_h(const Array& image, const EdgeMaskOptions& options = {});
Array scharr_v(const Array& image, const EdgeMaskOptions& options = {});
Array prewitt_h(const Array& image, const EdgeMaskOptions& options = {});
Array prewitt_v(const Array& image, const EdgeMaskOptions& options = {});
Array farid_h(const Array& image, const EdgeMaskOptions& options = {});
Array farid_v(const Array& image, const EdgeMaskOptions& options = {});

/// Roberts' cross of a 2-D image: the magnitude, and the differences along the two diagonals.
Array roberts(const Array& image, const EdgeMaskOptions& options = {});
Array roberts_pos_diag(const Array& image, const EdgeMaskOptions& options = {});
Array roberts_neg_diag(const Array& image, const EdgeMaskOptions& options = {});

/// Discrete Laplacian, with the positive centre that scikit-image gives it, of an image of any number of axes.
Array laplace(const Array& image, const LaplaceOptions& options = {});

}  // namespace opsin::filters
