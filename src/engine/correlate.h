// SPDX-License-Identifier: Apache-2.0
// Correlation with an arbitrary kernel in any number of axes: sums over the kernel's nonzero elements in C order.
//
// Accuracy: float sums use fused multiply-adds; double sums do not, so that they equal SciPy's to the bit. An element
// of the kernel that is left out never meets a pixel, so a NaN spreads no further than the kernel's elements reach.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "core/border.h"
#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// One nonzero element of a kernel: out[i] += weight * in[i + offset]. Listed in C order of the offsets.
struct KernelElement {
  std::array<std::int64_t, max_ndim> offset{};
  double weight = 0;
};

/// The elements grouped by their offsets along all axes but the last two: a plane of the image each.
struct KernelPlane {
  std::array<std::int64_t, max_ndim> offset{};
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct KernelReach {
  std::int64_t above = 0, below = 0, left = 0, right = 0;  // rows and columns beyond the pixel's own, all >= 0
};

inline std::vector<KernelPlane> kernel_planes(const std::vector<KernelElement>& elements, int leading) {
  std::vector<KernelPlane> planes;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto same = [&](const KernelPlane& p) {
      return std::equal(p.offset.begin(), p.offset.begin() + leading, elements[i].offset.begin());
    };
    if (planes.empty() || !same(planes.back())) planes.push_back({elements[i].offset, i, i});
    planes.back().end = i + 1;
  }
  return planes;
}

inline KernelReach kernel_reach(const std::vector<KernelElement>& elements, int ndim) {
  KernelReach r;
  for (const KernelElement& e : elements) {
    const std::int64_t y = e.offset[static_cast<std::size_t>(ndim - 2)];
    const std::int64_t x = e.offset[static_cast<std::size_t>(ndim - 1)];
    r.above = std::max(r.above, -y);
    r.below = std::max(r.below, y);
    r.left = std::max(r.left, -x);
    r.right = std::max(r.right, x);
  }
  return r;
}

/// out = correlation of `image`, in the sums' type C. Both are C-contiguous, of one shape, real, and do not overlap.
template <class C>
void correlate(const Array& out, const Array& image, std::vector<KernelElement> elements, Border border, double cval);

extern template void correlate<float>(const Array&, const Array&, std::vector<KernelElement>, Border, double);
extern template void correlate<double>(const Array&, const Array&, std::vector<KernelElement>, Border, double);

}  // namespace opsin::OPSIN_TARGET::engine
