// SPDX-License-Identifier: Apache-2.0
// Linear filters of arrays of any number of axes: scipy.ndimage.
//
// An integer result equals SciPy's to the bit: every pass along an axis sums in double and goes through the result's
// dtype, as SciPy's does. A float64 result equals SciPy's to the bit, but for the uniform filters, which sum each
// window anew. A float32 result of an input of at most 32 bits (float32, 8 and 16 bit integers) is summed in float32
// and lies within a few ulp of the largest value under the filter; SciPy rounds after every axis. float16 is refused,
// as SciPy refuses it. A bool result is true where SciPy's sum, truncated to a byte, is not 0.
//
// A vector with one element in an option struct speaks for all filtered axes. `axes` left out means every axis.
#pragma once

#include <complex>
#include <functional>
#include <initializer_list>
#include <optional>
#include <variant>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::ndimage {

/// Where a result goes: a new array of the input's dtype, a new one of this dtype, or this array. An array has the
/// input's shape, any dtype that SciPy takes, and may overlap the input.
using Output = std::variant<std::monostate, DType, Array>;

using Complex = std::complex<double>;

/// The weights of a filter, on the host. From an array on a GPU they are copied, which waits for the GPU.
struct Weights {
  Extents shape;
  std::vector<double> real;
  std::vector<double> imag;  // empty for real weights

  Weights() = default;
  Weights(std::initializer_list<double> values);  // NOLINT: implicit on purpose
  Weights(const std::vector<double>& values);     // NOLINT
  Weights(const Array& values);                   // NOLINT
  bool is_complex() const { return !imag.empty(); }
};

struct Correlate1dOptions {
  int axis = -1;
  Output output = {};
  Border mode = Border::reflect;
  Complex cval = 0;
  /// Moves the filter: -(n / 2) <= origin <= (n - 1) / 2 for n weights.
  int origin = 0;
};

/// Correlation of every line along an axis. Complex weights are conjugated. Throws RuntimeError for weights that are
/// not one-dimensional or none, IndexError for the axis, ValueError for the origin.
Array correlate1d(const Array& input, const Weights& weights, const Correlate1dOptions& options = {});
/// The same with the weights reversed and not conjugated.
Array convolve1d(const Array& input, const Weights& weights, const Correlate1dOptions& options = {});

struct CorrelateOptions {
  Output output = {};
  Border mode = Border::reflect;
  Complex cval = 0;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};

/// Correlation with weights of as many axes as are filtered. Weights of at most 2.2e-16 are left out.
Array correlate(const Array& input, const Weights& weights, const CorrelateOptions& options = {});
Array convolve(const Array& input, const Weights& weights, const CorrelateOptions& options = {});

struct GaussianFilterOptions {
  /// 0 smooths, k > 0 takes the k-th derivative of the Gaussian.
  std::vector<int> order = {0};
  Output output = {};
  std::vector<Border> mode = {Border::reflect};
  Complex cval = 0;
  double truncate = 4.0;
  /// Half the length of the filter in place of truncate * sigma.
  std::vector<std::optional<int>> radius = {std::nullopt};
  std::optional<std::vector<int>> axes = std::nullopt;
};

/// Axes with a sigma of at most 1e-15 are not filtered.
Array gaussian_filter(const Array& input, const std::vector<double>& sigma, const GaussianFilterOptions& options = {});

struct GaussianFilter1dOptions {
  int axis = -1;
  int order = 0;
  Output output = {};
  Border mode = Border::reflect;
  Complex cval = 0;
  double truncate = 4.0;
  std::optional<int> radius = std::nullopt;
};
Array gaussian_filter1d(const Array& input, double sigma, const GaussianFilter1dOptions& options = {});

struct UniformFilter1dOptions {
  int axis = -1;
  Output output = {};
  Border mode = Border::reflect;
  Complex cval = 0;
  int origin = 0;
};
/// Mean of `size` neighbours. The cost does not grow with the size on the CPU.
Array uniform_filter1d(const Array& input, std::int64_t size, const UniformFilter1dOptions& options = {});

struct UniformFilterOptions {
  Output output = {};
  std::vector<Border> mode = {Border::reflect};
  Complex cval = 0;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// Axes with a size of at most 1 are not filtered.
Array uniform_filter(const Array& input, const std::vector<std::int64_t>& size = {3},
                     const UniformFilterOptions& options = {});

struct DerivativeOptions {
  int axis = -1;
  Output output = {};
  std::vector<Border> mode = {Border::reflect};
  Complex cval = 0;
};
/// [-1, 0, 1] along the axis, then [1, 2, 1] (sobel) or [1, 1, 1] (prewitt) along every other.
Array sobel(const Array& input, const DerivativeOptions& options = {});
Array prewitt(const Array& input, const DerivativeOptions& options = {});

struct LaplaceOptions {
  Output output = {};
  std::vector<Border> mode = {Border::reflect};
  Complex cval = 0;
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// Sum of [1, -2, 1] along the axes.
Array laplace(const Array& input, const LaplaceOptions& options = {});

struct GaussianDerivativeOptions {
  Output output = {};
  std::vector<Border> mode = {Border::reflect};
  Complex cval = 0;
  std::optional<std::vector<int>> axes = std::nullopt;
  double truncate = 4.0;
  std::vector<std::optional<int>> radius = {std::nullopt};
};
/// Sum of the Gaussian's second derivatives; root of the sum of squares of its first derivatives.
Array gaussian_laplace(const Array& input, const std::vector<double>& sigma,
                       const GaussianDerivativeOptions& options = {});
Array gaussian_gradient_magnitude(const Array& input, const std::vector<double>& sigma,
                                  const GaussianDerivativeOptions& options = {});

/// The derivative of an image along an axis as a new array of this dtype.
using Derivative = std::function<Array(const Array& input, int axis, DType dtype, Border mode, Complex cval)>;

/// Sum of a caller's second derivatives, and root of the sum of squares of a caller's first derivatives.
Array generic_laplace(const Array& input, const Derivative& derivative2, const LaplaceOptions& options = {});
Array generic_gradient_magnitude(const Array& input, const Derivative& derivative, const LaplaceOptions& options = {});

}  // namespace opsin::ndimage
