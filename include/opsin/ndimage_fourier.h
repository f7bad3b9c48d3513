// SPDX-License-Identifier: Apache-2.0
// Filters that are applied to a spectrum: scipy.ndimage's.
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/ndimage.h"

namespace opsin::ndimage {

struct FourierOptions {
  /// Negative for the spectrum of a complex transform. Else that of a real one, which holds the frequencies that are
  /// not negative along `axis`, and this is the length that the axis had before.
  std::int64_t n = -1;
  int axis = -1;
  /// The dtype is float32, float64, complex64 or complex128. By default complex types and float32 stay, everything else
  /// becomes float64 (complex128 for a shift, whose result is always complex).
  Output output = {};
};

/// A spectrum times that of a Gaussian with this standard deviation: one for all axes, or one per axis.
/// These functions throw RuntimeError for a wrong number of parameters, float16 and outputs of another dtype or shape,
/// or real ones for a complex spectrum; IndexError for an axis that is none.
Array fourier_gaussian(const Array& input, const std::vector<double>& sigma, const FourierOptions& options = {});

/// That of a box with this side.
Array fourier_uniform(const Array& input, const std::vector<double>& size, const FourierOptions& options = {});

/// That of an ellipsoid with these axes. Throws NotImplementedError for more than three axes.
Array fourier_ellipsoid(const Array& input, const std::vector<double>& size, const FourierOptions& options = {});

/// That of a shift by so many elements.
Array fourier_shift(const Array& input, const std::vector<double>& shift, const FourierOptions& options = {});

}  // namespace opsin::ndimage
