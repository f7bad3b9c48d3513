// SPDX-License-Identifier: Apache-2.0
// Linear position-invariant filters of images with two axes, and their inverses.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "opsin/array.h"

namespace opsin::filters {

/// An image filtered by its impulse response, as its absolute value: float32 for float16 and float32 images, else
/// float64 (float64 for a response of double precision too). `response` holds the values around its centre, real or
/// complex: as many along each axis as the image has, or one more where that is even. Beyond its edges the image is 0.
/// These functions throw ValueError for an image without two axes, an empty or complex one, and another size of the
/// response. Memory: the spectra of image and response, both extended to twice their size, and one more such image:
/// twelve images.
Array filter_forward(const Array& data, const Array& response);

struct FilterInverseOptions {
  /// The gain at each frequency is held to this.
  double max_gain = 2;
};

/// The image divided by the response in the Fourier domain.
Array filter_inverse(const Array& data, const Array& response, const FilterInverseOptions& options = {});

struct WienerOptions {
  /// Ratio of the power of the noise and that of the image.
  double K = 0.25;
  /// The same per frequency, over the axes of the transform: 2 n - 1 for n elements, or 1 for all. One of double
  /// precision makes the result so.
  std::optional<Array> spectrum = std::nullopt;
};

/// The inverse with the least mean squared error for such a noise. Throws ValueError for a spectrum that does not fit.
Array wiener(const Array& data, const Array& response, const WienerOptions& options = {});

/// Rows and columns of the positions, seen from the centre, at which filters of such an image need a response: two
/// arrays of one axis where the image lies, the last column of a row before the first one of the next row.
struct LpiPositions {
  Array rows, columns;
};
LpiPositions lpi_positions(const Array& data);

/// A filter given by a function of rows and columns, as lpi_positions has them, on the CPU.
class LPIFilter2D {
 public:
  using ImpulseResponse = std::function<Array(const Array& rows, const Array& columns)>;

  explicit LPIFilter2D(ImpulseResponse impulse_response) : impulse_response_(std::move(impulse_response)) {}

  /// The values for images of this size, where the image lies.
  Array response(const Array& data) const {
    const LpiPositions at = lpi_positions(data);
    return impulse_response_(at.rows.to(Device{}), at.columns.to(Device{}))
        .contiguous()
        .reshape({data.shape(0) | 1, data.shape(1) | 1})
        .to(data.device());
  }
  Array operator()(const Array& data) const { return filter_forward(data, response(data)); }

 private:
  ImpulseResponse impulse_response_;
};

}  // namespace opsin::filters
