// SPDX-License-Identifier: Apache-2.0
// Fourier transforms of images along any of their axes, of any length, float32 or float64. Nothing is normalised:
// forward and back gives the image times the number of elements along the axes.
//
//   forward   sum over n of x[n] e^(-2 pi i k n / N)
//   inverse   the same with e^(+2 pi i k n / N)
#pragma once

#include <vector>

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

enum class FftDirection { forward, inverse };

/// In place, along `axes` of a C-contiguous complex array.
void fft(const Array& spectrum, const std::vector<int>& axes, FftDirection direction);

/// Of a C-contiguous real image into a C-contiguous spectrum of the same precision that holds, along the last of
/// `axes`, the first n / 2 + 1 of n frequencies: the others follow from these.
void real_fft(const Array& spectrum, const Array& image, const std::vector<int>& axes);

/// Back from such a spectrum, which is overwritten on the way.
void inverse_real_fft(const Array& image, const Array& spectrum, const std::vector<int>& axes);

}  // namespace opsin::OPSIN_TARGET::engine
