// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "core/check.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::ndimage {

Footprint::Footprint(const Array& elements) : shape(elements.shape()) {
  const bool bytes = elements.dtype() == DType::boolean || elements.dtype() == DType::uint8;
  const bool ready = bytes && elements.device().kind == DeviceKind::cpu && elements.is_contiguous();
  const Array truths = ready ? elements : elements.astype(DType::boolean).to({});
  const auto* p = static_cast<const std::uint8_t*>(truths.data());
  inside.resize(static_cast<std::size_t>(truths.size()));
  std::transform(p, p + inside.size(), inside.begin(), [](std::uint8_t e) { return e != 0 ? 1 : 0; });
}

Footprint Footprint::mirrored() const {
  Footprint result = *this;
  std::reverse(result.inside.begin(), result.inside.end());
  return result;
}

Footprint Footprint::padded(bool at_end) const {
  if (std::all_of(shape.begin(), shape.end(), [](std::int64_t n) { return n % 2 != 0; })) return *this;
  Footprint result;
  for (const std::int64_t n : shape) result.shape.push_back(n % 2 == 0 ? n + 1 : n);
  result.inside.assign(static_cast<std::size_t>(result.shape.product()), 0);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0, step = 1;
    for (int a = shape.size() - 1; a >= 0; --a) {
      const bool shifted = shape[a] % 2 == 0 && !at_end;
      at += (rest % shape[a] + (shifted ? 1 : 0)) * step;
      rest /= shape[a];
      step *= result.shape[a];
    }
    result.inside[static_cast<std::size_t>(at)] = inside[i];
  }
  return result;
}

Footprint generate_binary_structure(int rank, int connectivity) {
  core::check(rank <= max_ndim, "ndimage.generate_binary_structure", "rank must be at most ", max_ndim, ", got ", rank);
  Footprint result;
  for (int a = 0; a < rank; ++a) result.shape.push_back(3);
  for (std::int64_t i = 0; i < result.shape.product(); ++i) {
    std::int64_t distance = 0;
    for (std::int64_t rest = i, a = 0; a < rank; ++a, rest /= 3) distance += std::abs(rest % 3 - 1);
    result.inside.push_back(distance <= std::max(1, connectivity) ? 1 : 0);
  }
  return result;
}

}  // namespace opsin::ndimage
