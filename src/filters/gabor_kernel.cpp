// SPDX-License-Identifier: Apache-2.0
#include "filters/gabor_kernel.h"
#include "core/target.h"

namespace opsin::OPSIN_TARGET::filters {

Array gabor_kernel(double frequency, const opsin::filters::GaborKernelOptions& o) {
  core::check_plain(is_complex(o.dtype), "dtype must be complex");
  const GaborShape s = gabor_shape(frequency, o);
  const Array kernel = Array::empty({2 * s.y0 + 1, 2 * s.x0 + 1}, o.dtype);
  const auto fill = [&]<class C>(std::complex<C>* to) {
    const C amplitude = static_cast<C>(s.amplitude());
    for (int y = -s.y0; y <= s.y0; ++y) {
      for (int x = -s.x0; x <= s.x0; ++x) *to++ = std::complex<C>(s.at(y, x)) * amplitude;
    }
  };
  if (o.dtype == DType::complex64) {
    fill(kernel.mutable_data_as<std::complex<float>>());
  } else {
    fill(kernel.mutable_data_as<std::complex<double>>());
  }
  return kernel;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, gabor_kernel, Array, double, const opsin::filters::GaborKernelOptions&)
