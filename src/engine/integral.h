// SPDX-License-Identifier: Apache-2.0
// Running sums along every axis of an image, the first axis first. Each sum is added one by one as numpy.cumsum does,
// so that sums of floats are the same to the bit on every device.
#pragma once

#include "core/assign.h"
#include "core/dispatch.h"
#include "core/scaling.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// (axes before, axis, axes after) of a C-contiguous array.
struct AxisSplit {
  std::int64_t outer = 1, n = 1, inner = 1;
};
inline AxisSplit split_at(const Extents& shape, int axis) {
  AxisSplit s{1, shape[axis], 1};
  for (int a = 0; a < shape.size(); ++a) (a < axis ? s.outer : a > axis ? s.inner : s.n) *= a == axis ? 1 : shape[a];
  return s;
}

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/integral_cuda.h"
#else
#include "engine/integral_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `sums` and `image` are C-contiguous, of one shape and apart; the elements of `sums` have the type S: double, float
/// or int64, which stands for uint64 too.
template <class S>
void running_sums(const Array& sums, const Array& image, const Scaling& scaling = {}) {
  if (image.size() == 0) return;
  const int ndim = image.ndim();
  if (ndim == 2) return sum_planes<S>(sums, image, 1, scaling);
  const Extents flat = ndim == 0 ? Extents{1, 1} : Extents{1, image.shape(0)};
  if (ndim < 2) return sum_planes<S>(sums.reshape(flat), image.reshape(flat), 1, scaling);
  core::check(scaling.identity(), "running sums", "only planes are scaled");
  opsin::memory::assign(sums, image);
  for (int axis = 0; axis + 2 < ndim; ++axis) sum_axis(sums.mutable_data_as<S>(), split_at(sums.shape(), axis));
  sum_planes<S>(sums, sums, image.size() / (image.shape(ndim - 2) * image.shape(ndim - 1)), Scaling{});
}

/// In float64, with an image's elements scaled.
inline Array integral_image(const Array& image, const Scaling& scaling) {
  const Array sums = Array::empty(image.shape(), DType::float64, image.device());
  running_sums<double>(sums, image, scaling);
  return sums;
}

}  // namespace opsin::OPSIN_TARGET::engine
