// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/mark_points.h"
#include "opsin/util_arrange.h"

namespace opsin::OPSIN_TARGET::util {

Array label_points(const Array& coords, const Extents& output_shape) {
  core::check<IndexError>(coords.ndim() > 1, "util.label_points", "coords must have two axes, got the shape ",
                          coords.shape());
  core::check_plain(coords.shape(1) == output_shape.size() && coords.ndim() == 2,
                    "Dimensionality of points should match the output shape");
  core::check<TypeError>(!is_complex(coords.dtype()), "util.label_points", "coordinates must be real");
  const Array labels = core::empty_result(output_shape, DType::uint64, coords.device());
  core::fill_zero(labels);
  const Array places = coords.astype(DType::float64);
  const Array problem = Array::zeros({1}, DType::int32, coords.device());
  engine::PointMarks marks{places.data_as<double>(),
                           coords.shape(0),
                           output_shape.size(),
                           {},
                           static_cast<unsigned long long*>(labels.mutable_data()),
                           problem.mutable_data_as<int>()};
  for (int d = 0; d < output_shape.size(); ++d) marks.shape[d] = output_shape[d];
  engine::mark_points(marks);
  const double found = problem.item();
  core::check_plain(found != 2, "Coordinates should be positive and start from 0");
  core::check<IndexError>(found != 1, "util.label_points", "a point lies outside an image of the shape ", output_shape);
  return labels;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, label_points, Array, const Array&, const Extents&)
