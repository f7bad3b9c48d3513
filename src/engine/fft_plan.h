// SPDX-License-Identifier: Apache-2.0
// How a Fourier transform of some length is done on the CPU: its factors and the roots of unity that its passes need.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace opsin::engine {

/// The greatest prime factor that has a pass of its own. A length with a greater one is done as a convolution.
inline constexpr int most_fft_radix = 61;

/// One pass of a Stockham transform: `count` groups of `radix` elements, `stride` neighbours at a time.
struct FftPass {
  int radix;
  std::int64_t groups;
  std::int64_t stride;
  std::size_t roots;  // where its roots start: radix - 1 of each group
  std::size_t unit;   // where the radix' own roots start, unless it is 2, 3, 4 or 5
};

/// Lengths whose prime factors are small.
struct FftPlan {
  std::int64_t length = 1;
  std::vector<FftPass> passes;
  std::vector<std::complex<double>> roots;  // e^(-2 pi i k / n)
};

/// Any length: by passes, or after Bluestein as a convolution with a chirp ("A linear filtering approach to the
/// computation of discrete Fourier transform", IEEE Transactions on Audio and Electroacoustics 18, 1970).
struct FftMethod {
  FftPlan plan;                             // of the length, or of the convolution
  std::vector<std::complex<double>> chirp;  // empty without a convolution
};

FftMethod plan_fft(std::int64_t length);

}  // namespace opsin::engine
