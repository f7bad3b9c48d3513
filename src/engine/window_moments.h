// SPDX-License-Identifier: Apache-2.0
// The mean and the mean square of the window about each pixel of a plane, and what a functor makes of them:
//
//   template <class V> HD V operator()(V mean, V mean_square) const
//
// Sums are float64 whatever C is: their difference is a variance. Windows slide: a row enters, another one leaves. NaN
// and infinity would never leave a sum, so a sum that is not finite is taken anew from its own elements. Beyond the
// edges the plane is mirrored about its outermost pixels.
#pragma once

#include "core/border.h"
#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// `image` and `out` are C-contiguous, with two axes, apart; out's elements are C. Both sizes are odd. False where the
/// window is too wide for the device's memory: nothing was done then.
template <class C, class F>
bool window_moments(const Array& out, const Array& image, std::int64_t rows, std::int64_t columns, const F& f);

/// Squares are of type C before they are summed.
template <class C>
HD double square_of(C x) {
  return static_cast<double>(x * x);
}

HD bool is_finite(double x) { return x - x == 0; }

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/window_moments_cuda.h"
#else
#include "engine/window_moments_cpu.h"
#endif
