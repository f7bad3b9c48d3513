// SPDX-License-Identifier: Apache-2.0
// Transforms along one axis, on the CPU; compiled once per number type.
#pragma once

#include <cstdint>

namespace opsin::OPSIN_TARGET::engine {

/// C-contiguous arrays as (outer, length, inner): lines of `length` elements that lie `inner` apart.
struct FftLayout {
  std::int64_t outer, length, inner;
};

/// Where lines start, in elements, for arrays of `length` elements along the axis.
struct FftStarts {
  std::int64_t length, inner;
  std::int64_t operator()(std::int64_t line) const { return line / inner * length * inner + line % inner; }
};

/// Complex lines, in place.
template <class C>
void fft_lines(C* data, const FftLayout& layout, bool inverse);

/// Real lines, `length` long, into the first length / 2 + 1 frequencies, and back.
template <class C>
void real_fft_lines(C* spectrum, const C* image, const FftLayout& layout);
template <class C>
void inverse_real_fft_lines(C* image, const C* spectrum, const FftLayout& layout);

}  // namespace opsin::OPSIN_TARGET::engine
