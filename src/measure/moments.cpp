// SPDX-License-Identifier: Apache-2.0
// One axis after the other is summed away, the last one first: the image is read once.
#include <limits>

#include "core/target.h"
#include "engine/power_sums.h"
#include "measure/small_arrays.h"
#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

using opsin::measure::Centre;

double spacing_of(const std::vector<double>& spacing, int axis) {
  if (spacing.empty()) return 1;
  core::check_plain<IndexError>(static_cast<std::size_t>(axis) < spacing.size(), "index ", axis,
                                " is out of bounds for a spacing of ", spacing.size(), " elements");
  return spacing[static_cast<std::size_t>(axis)];
}

/// Float64 moments about a centre, which nothing stands for the origin here.
Array sums_about(const Array& image, const Centre& centre, int order, const std::vector<double>& spacing) {
  core::check(order >= 0, "measure.moments", "order must be >= 0, got ", order);
  core::check<MemoryError>(order < std::numeric_limits<int>::max(), "measure.moments",
                           "no memory for moments of order ", order);
  const auto* const numbers = std::get_if<std::vector<double>>(&centre);
  Array array;
  if (const auto* given = std::get_if<Array>(&centre)) array = given->astype(DType::float64);
  core::check(!array.defined() || array.device() == image.device(), "measure.moments_central", "center must lie on ",
              image.device());
  const int ndim = image.ndim();
  const auto given = numbers ? static_cast<std::int64_t>(numbers->size()) : array.defined() ? array.size() : ndim;
  core::check_plain<IndexError>(given >= ndim, "a center of ", given, " elements for an image of ", ndim, " axes");
  Array sums = image.contiguous();
  if (ndim == 0) return sums.astype(DType::float64);
  for (int axis = ndim - 1; axis >= 0; --axis) {
    engine::Coordinate at{spacing_of(spacing, axis)};
    if (numbers) at.centre = (*numbers)[static_cast<std::size_t>(axis)];
    if (array.defined()) at.centre_at = array.data_as<double>() + axis;
    sums = engine::power_sums(sums, axis, order + 1, at);
  }
  return sums;
}

/// Moments about the centroid from raw ones, in place: a polynomial shift along each axis.
struct ToCentral {
  double* m;
  int ndim, order;

  HD void operator()() const {
    const int size = order + 1;
    std::int64_t count = 1;
    for (int a = 0; a < ndim; ++a) count *= size;
    double centre[max_ndim];
    for (std::int64_t a = 0, step = count; a < ndim; ++a) {
      step /= size;
      centre[a] = m[step] / m[0];
    }
    for (std::int64_t a = 0, step = count; a < ndim; ++a) {
      step /= size;
      for (std::int64_t line = 0; line < count / size; ++line)
        shift(m + line / step * step * size + line % step, step, centre[a]);
    }
    // scikit-image's formulas for planes and volumes leave the first moments zero, which they are but for rounding.
    const bool formulas = (ndim == 2 || ndim == 3) && order < 4;
    for (std::int64_t i = 0; i < count; ++i) {
      int total = 0;
      for (std::int64_t rest = i; rest > 0; rest /= size) total += static_cast<int>(rest % size);
      if (total > order || (formulas && total == 1)) m[i] = 0;
    }
  }

 private:
  /// m_p becomes the sum over i of binomial(p, i) (-centre)^(p - i) m_i.
  HD void shift(double* line, std::int64_t step, double centre) const {
    for (int p = order; p > 0; --p) {
      double sum = 0, weight = 1;  // weight: binomial(p, i) (-centre)^(p - i), from i = p down
      for (int i = p; i >= 0; --i) {
        sum += weight * line[i * step];
        weight = weight * -centre * i / (p - i + 1);
      }
      line[p * step] = sum;
    }
  }
};

/// First moments over the zeroth.
struct Quotients {
  double* out;
  const double* m;
  int ndim;
  HD void operator()() const {
    for (int a = 0; a < ndim; ++a) out[a] = m[std::int64_t{1} << (ndim - 1 - a)] / m[0];
  }
};

}  // namespace

Array moments(const Array& image, const opsin::measure::MomentsOptions& o) {
  const DType dtype = float_result(image.dtype());
  return as_result(sums_about(image, {}, o.order, o.spacing), dtype);
}

Array moments_central(const Array& image, const opsin::measure::MomentsCentralOptions& o) {
  const DType dtype = float_result(image.dtype());
  const Array m = sums_about(image, o.center, o.order, o.spacing);
  if (std::holds_alternative<std::monostate>(o.center)) {
    core::check_plain<IndexError>(image.ndim() > 0 && o.order > 0, "index 1 is out of bounds for axis 0 with size ",
                                  o.order + 1);
    once(ToCentral{m.mutable_data_as<double>(), image.ndim(), o.order});
  }
  return as_result(m, dtype);
}

Array centroid(const Array& image, const opsin::measure::CentroidOptions& o) {
  const DType dtype = float_result(image.dtype());
  const Array m = sums_about(image, {}, 1, o.spacing);
  const Array out = Array::empty({image.ndim()}, DType::float64, image.device());
  once(Quotients{out.mutable_data_as<double>(), m.data_as<double>(), image.ndim()});
  return as_result(out, dtype);
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, moments, Array, const Array&, const opsin::measure::MomentsOptions&)
OPSIN_EXPORT(measure, moments_central, Array, const Array&, const opsin::measure::MomentsCentralOptions&)
OPSIN_EXPORT(measure, centroid, Array, const Array&, const opsin::measure::CentroidOptions&)
