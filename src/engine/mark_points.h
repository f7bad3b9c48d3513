// SPDX-License-Identifier: Apache-2.0
// Numbers of points written into an image, the last of those at one place.
#pragma once

#include "core/math.h"
#include "opsin/array.h"

#ifdef OPSIN_TARGET_CUDA
#include "core/cuda/launch.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

struct PointMarks {
  const double* coords;  // (points, axes), C-contiguous
  std::int64_t points;
  int ndim;
  std::int64_t shape[max_ndim];
  unsigned long long* labels;  // C-contiguous, zeros
  int* problem;                // raised to 1 by a place outside the image, to 2 by a negative coordinate

  /// The place of a point, or -1 with a problem.
  HD std::int64_t place(std::int64_t point, int& found) const {
    std::int64_t at = 0;
    for (int d = 0; d < ndim; ++d) {
      const double c = coords[point * ndim + d];
      if (c < 0) {
        found = 2;
        return -1;
      }
      const double rounded = rint(c);
      if (!(rounded < static_cast<double>(shape[d]))) {
        found = found > 1 ? found : 1;
        return -1;
      }
      at = at * shape[d] + static_cast<std::int64_t>(rounded);
    }
    return at;
  }
};

#ifdef OPSIN_TARGET_CUDA

inline __global__ void mark_points_kernel(const PointMarks marks) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < marks.points; i += step) {
    int found = 0;
    const std::int64_t at = marks.place(i, found);
    if (at >= 0) {
      atomicMax(marks.labels + at, static_cast<unsigned long long>(i + 1));
    } else {
      atomicMax(marks.problem, found);
    }
  }
}

inline void mark_points(const PointMarks& marks) {
  if (marks.points > 0) {
    cuda::launch(mark_points_kernel, cuda::grid_for(marks.points, 128), dim3(128), 0, marks);
  }
}

#else

inline void mark_points(const PointMarks& marks) {
  for (std::int64_t i = 0; i < marks.points; ++i) {
    const std::int64_t at = marks.place(i, *marks.problem);
    if (at >= 0) marks.labels[at] = static_cast<unsigned long long>(i + 1);
  }
}

#endif

}  // namespace opsin::OPSIN_TARGET::engine
