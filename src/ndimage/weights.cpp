// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"
#include "opsin/ndimage.h"

namespace opsin::ndimage {

Weights::Weights(std::initializer_list<double> values)
    : shape{static_cast<std::int64_t>(values.size())}, real(values) {}

Weights::Weights(const std::vector<double>& values) : shape{static_cast<std::int64_t>(values.size())}, real(values) {}

Weights::Weights(const Array& values) : shape(values.shape()) {
  const auto host = [&](const Array& a) {
    const Array h = a.astype(DType::float64).to({});
    return std::vector<double>(h.data_as<double>(), h.data_as<double>() + h.size());
  };
  if (!opsin::is_complex(values.dtype())) {
    real = host(values);
    return;
  }
  const std::vector<double> pairs = host(values.view_real());
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    real.push_back(pairs[i]);
    imag.push_back(pairs[i + 1]);
  }
}

}  // namespace opsin::ndimage
