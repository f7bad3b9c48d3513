// SPDX-License-Identifier: Apache-2.0
// What the edge filters share and need not be compiled more than once.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/scaling.h"
#include "engine/correlate.h"
#include "opsin/filters_edges.h"

namespace opsin::OPSIN_TARGET::filters {

/// Convolution weights along the axis of the edge and along all others; both of 2 R + 1.
struct EdgeKernel {
  std::vector<double> edge;
  std::vector<double> smooth;
};

/// The taps of one axis' response in raster order, their weights multiplied in scikit-image's order.
std::vector<engine::KernelElement> edge_taps(const EdgeKernel& k, int ndim, int axis);

/// The response along any axes in any number of dimensions, one after another, and their magnitude.
void direct_edges(const Array& out, const Array& image, const Scaling& scaling, const EdgeKernel& k,
                  std::span<const int> axes, const opsin::filters::EdgeOptions& o);

/// The image as scaled numbers of a real dtype, C-contiguous when it is; itself when there is nothing to do.
Array as_float(const Array& image, DType dtype, const Scaling& scaling);

/// result *= mask, eroded by one element along all axes, with nothing set beyond its edges.
void mask_result(const Array& result, const std::optional<Array>& mask);

}  // namespace opsin::OPSIN_TARGET::filters
