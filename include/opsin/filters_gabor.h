// SPDX-License-Identifier: Apache-2.0
// Gabor filters.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::filters {

struct GaborKernelOptions {
  /// Direction of the harmonic in radians; 0 is along x.
  double theta = 0;
  /// Relates the standard deviations to the frequency where they are not given.
  double bandwidth = 1;
  /// Standard deviations in pixels along x and y, before the rotation by theta.
  std::optional<double> sigma_x = std::nullopt;
  std::optional<double> sigma_y = std::nullopt;
  /// The kernel ends at this many standard deviations.
  double n_stds = 3;
  /// Phase of the harmonic in radians.
  double offset = 0;
  /// complex64 or complex128.
  DType dtype = DType::complex128;
};

/// A complex harmonic of `frequency` (periods per pixel) under a Gaussian: a 2-D array on the CPU, of odd size.
/// Throws ValueError for parameters that give no finite kernel, and for a dtype that is not complex.
Array gabor_kernel(double frequency, const GaborKernelOptions& options = {});

struct GaborOptions {
  double theta = 0;
  double bandwidth = 1;
  std::optional<double> sigma_x = std::nullopt;
  std::optional<double> sigma_y = std::nullopt;
  double n_stds = 3;
  double offset = 0;
  Border mode = Border::reflect;
  double cval = 0;
};

/// The responses of a 2-D image to the real and to the imaginary part of a Gabor kernel: {real, imaginary}. Values are
/// not scaled; the dtype is kept (integers are truncated), but for float16, which becomes float32.
/// A kernel whose Gaussian is round, or not rotated, is applied as a sum of products of 1-D filters: within rounding of
/// the 2-D sum where the image is finite.
/// Throws ValueError unless the image is 2-D and not empty.
std::vector<Array> gabor(const Array& image, double frequency, const GaborOptions& options = {});

}  // namespace opsin::filters
