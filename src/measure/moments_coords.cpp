// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "core/same_device.h"
#include "core/target.h"
#include "engine/sum_each.h"
#include "measure/small_arrays.h"
#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

/// Product of the powers of a point's coordinates; the output's index holds the powers.
struct PointPowers {
  const double* points;
  const double* centre_at;  // null: the numbers
  double centre[max_ndim];
  int ndim, size;

  HD double operator()(std::int64_t output, std::int64_t point) const {
    double product = 1;
    for (int a = ndim - 1; a >= 0; --a) {
      const double from = centre_at != nullptr ? centre_at[a] : centre[a];
      product *= whole_power(points[point * ndim + a] - from, static_cast<int>(output % size));
      output /= size;
    }
    return product;
  }
};

struct Sum {
  const double* points;
  int ndim;
  HD double operator()(std::int64_t axis, std::int64_t point) const { return points[point * ndim + axis]; }
};

struct Divide {
  double* values;
  double by;
  HD void operator()(std::int64_t i) const { values[i] /= by; }
};

}  // namespace

Array moments_coords_central(const Array& coords, const opsin::measure::MomentsCoordsOptions& o) {
  const DType dtype = o.wide ? DType::float64 : float_result(coords.dtype());
  core::check_plain(coords.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(coords.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
  core::check(o.order >= 0, "measure.moments_coords", "order must be >= 0, got ", o.order);
  core::check<MemoryError>(o.order < std::numeric_limits<int>::max(), "measure.moments_coords",
                           "no memory for moments of order ", o.order);
  const std::int64_t n = coords.shape(0);
  const auto ndim = static_cast<int>(std::min<std::int64_t>(coords.shape(1), max_ndim + 1));
  core::check(ndim <= max_ndim, "measure.moments_coords", "points of more than ", max_ndim, " coordinates");
  const Array points = coords.dtype() == DType::float64 ? coords.contiguous() : coords.astype(DType::float64);
  PointPowers f{points.data_as<double>(), nullptr, {}, ndim, o.order + 1};
  Array centre;
  if (const auto* numbers = std::get_if<std::vector<double>>(&o.center)) {
    core::check_plain(numbers->size() == 1 || numbers->size() == static_cast<std::size_t>(ndim),
                      "operands could not be broadcast together: ", ndim, " coordinates and a center of ",
                      numbers->size());
    for (int a = 0; a < ndim; ++a) f.centre[a] = (*numbers)[numbers->size() == 1 ? 0 : static_cast<std::size_t>(a)];
  } else if (const auto* given = std::get_if<Array>(&o.center)) {
    core::check_plain(given->size() == ndim, "operands could not be broadcast together: ", ndim,
                      " coordinates and a center of shape ", given->shape());
    core::check_same_device(coords, *given);
    centre = given->astype(DType::float64);
  } else {
    centre = Array::empty({ndim}, DType::float64, coords.device());
    engine::sum_each(centre.mutable_data_as<double>(), ndim, n, Sum{points.data_as<double>(), ndim});
    engine::each(ndim, 1, Divide{centre.mutable_data_as<double>(), static_cast<double>(n)});
  }
  if (centre.defined()) f.centre_at = centre.data_as<double>();
  Extents shape;
  for (int a = 0; a < ndim; ++a) shape.push_back(o.order + 1);
  const Array out = Array::empty(shape, DType::float64, coords.device());
  engine::sum_each(out.mutable_data_as<double>(), out.size(), n, f);
  return as_result(out, dtype);
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, moments_coords_central, Array, const Array&, const opsin::measure::MomentsCoordsOptions&)
