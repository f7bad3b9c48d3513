// SPDX-License-Identifier: Apache-2.0
// Gabor kernels that are sums of products of 1-D filters.
#pragma once

#include <vector>

#include "core/dispatch.h"
#include "core/math.h"
#include "engine/separable.h"
#include "filters/gabor_kernel.h"

namespace opsin::OPSIN_TARGET::filters {

/// SciPy's cast of a sum to bool is C's cast to a byte: what truncates to zero is false.
struct TowardZero {
  template <class V>
  HD static V cut(V x) {
    const V zero = broadcast<V>(Element<V>(0));
    return pick(abs(x) < broadcast<V>(Element<V>(1)), zero, x);
  }
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = cut(in[0]);
  }
};

/// Responses of a real image to a kernel whose Gaussian has these standard deviations along the image's axes.
template <class C>
void run_gabor_folds(const std::vector<Array>& out, const Array& image, const GaborShape& s, double sigma_x,
                     double sigma_y, Border mode);

/// The fold of a harmonic that does not change along y, in an object of its own: gabor_pair_per_real.cpp.
template <class C>
void run_gabor_pair(const engine::Bank<2, 2>& bank, bool to_bool);

// Compiled in gabor_folds_per_real.cpp.
extern template void run_gabor_folds<float>(const std::vector<Array>&, const Array&, const GaborShape&, double, double,
                                            Border);
extern template void run_gabor_folds<double>(const std::vector<Array>&, const Array&, const GaborShape&, double, double,
                                             Border);

inline void separable_gabor(const std::vector<Array>& out, const Array& image, const GaborShape& s, double sigma_x,
                            double sigma_y, Border mode) {
  with_real(out[0].dtype() == DType::float32 ? DType::float32 : DType::float64,
            [&]<class C>(Tag<C>) { run_gabor_folds<C>(out, image, s, sigma_x, sigma_y, mode); });
}

}  // namespace opsin::OPSIN_TARGET::filters
