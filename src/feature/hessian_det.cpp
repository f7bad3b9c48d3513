// SPDX-License-Identifier: Apache-2.0
// Determinant of the Hessian. The approximation is SURF's (Bay et al., 2006): box filters of side int(3 sigma) over the
// integral image, whose corners are clipped to the image as scikit-image clips them.
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/integral.h"
#include "engine/pointwise.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

HD std::int64_t clip(std::int64_t i, std::int64_t n) { return i < 0 ? 0 : i < n ? i : n - 1; }

/// Rounded down: a negative sigma, which is not refused, gives boxes of negative sides.
HD std::int64_t floor_part(std::int64_t i, std::int64_t n) { return (i >= 0 ? i : i - (n - 1)) / n; }

struct BoxDeterminant {
  const double* sums;
  double* out;
  std::int64_t rows, columns, size;

  HD static double box(const double* top, const double* bottom, std::int64_t left, std::int64_t right) {
    const double sum = top[left] + bottom[right] - top[right] - bottom[left];
    return sum > 0 ? sum : 0;  // NaN counts as nothing, as there.
  }

  /// Clipped: the far corner is counted from the near one where the image holds that.
  struct Clipped {
    const BoxDeterminant& d;
    std::int64_t y, x;
    HD double operator()(std::int64_t dy, std::int64_t dx, std::int64_t height, std::int64_t width) const {
      const std::int64_t y0 = clip(y + dy, d.rows), x0 = clip(x + dx, d.columns);
      const std::int64_t y1 = clip(y0 + height, d.rows), x1 = clip(x0 + width, d.columns);
      return box(d.sums + y0 * d.columns, d.sums + y1 * d.columns, x0, x1);
    }
  };
  /// No corner leaves the image.
  struct Inside {
    const double* at;
    std::int64_t columns;
    HD double operator()(std::int64_t dy, std::int64_t dx, std::int64_t height, std::int64_t width) const {
      const double* top = at + dy * columns;
      return box(top, top + height * columns, dx, dx + width);
    }
  };

  template <class Box>
  HD double determinant(const Box& box) const {
    const std::int64_t half = floor_part(size - 1, 2), third = floor_part(size, 3), side = 2 * third - 1;
    const double weight = 1.0 / static_cast<double>(size) / static_cast<double>(size);
    const double corners = box(-third, 1, third, third) + box(1, -third, third, third) -
                           box(-third, -third, third, third) - box(1, 1, third, third);
    const double xy = -corners * weight;
    const double xx =
        -(box(1 - third, -half, side, size) - 3 * box(1 - third, -floor_part(third, 2), side, third)) * weight;
    const double yy =
        -(box(-half, 1 - third, size, side) - 3 * box(-floor_part(third, 2), 1 - third, third, side)) * weight;
    return xx * yy - 0.81 * (xy * xy);
  }

  HD void operator()(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    std::int64_t from = end, to = end;
    if (size > 0 && y >= size && y + size < rows && columns > 2 * size) {
      from = begin > size ? begin : size;
      to = end < columns - size ? end : columns - size;
      if (from >= to) from = to = end;
    }
    double* const line = out + y * columns;
    for (std::int64_t x = begin; x < from; ++x) line[x] = determinant(Clipped{*this, y, x});
    for (std::int64_t x = from; x < to; ++x) line[x] = determinant(Inside{sums + y * columns + x, columns});
    for (std::int64_t x = to; x < end; ++x) line[x] = determinant(Clipped{*this, y, x});
  }
};

struct Determinant2 {
  template <class V>
  HD void operator()(const V (&m)[3], V (&out)[1]) const {
    out[0] = m[0] * m[2] - m[1] * m[1];
  }
};

struct Determinant3 {
  template <class V>
  HD void operator()(const V (&m)[6], V (&out)[1]) const {
    out[0] =
        m[0] * (m[3] * m[5] - m[4] * m[4]) - m[1] * (m[1] * m[5] - m[4] * m[2]) + m[2] * (m[1] * m[4] - m[3] * m[2]);
  }
};

/// Gaussian elimination with pivots, in float64.
template <class C>
struct Elimination {
  const C* element[max_ndim * (max_ndim + 1) / 2];
  C* out;
  int n;

  HD void operator()(std::int64_t at) const {
    double a[max_ndim][max_ndim];
    int k = 0;
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) a[i][j] = a[j][i] = element[k++][at];
    }
    double result = 1;
    for (int i = 0; i < n; ++i) {
      int pivot = i;
      for (int r = i + 1; r < n; ++r) pivot = abs(a[r][i]) > abs(a[pivot][i]) ? r : pivot;
      if (pivot != i) {
        result = -result;
        for (int c = i; c < n; ++c) {
          const double t = a[i][c];
          a[i][c] = a[pivot][c];
          a[pivot][c] = t;
        }
      }
      result *= a[i][i];
      if (a[i][i] == 0) break;
      for (int r = i + 1; r < n; ++r) {
        const double factor = a[r][i] / a[i][i];
        for (int c = i + 1; c < n; ++c) a[r][c] -= factor * a[i][c];
      }
    }
    out[at] = static_cast<C>(result);
  }
};

}  // namespace

Array hessian_matrix_det(const Array& image, const opsin::feature::HessianMatrixDetOptions& o) {
  core::check_plain(!is_complex(image.dtype()), "Cannot convert from ", image.dtype(), " to float64.");
  const int n = image.ndim();
  if (n == 2 && o.approximate) {
    core::check<TypeError>(o.sigma.size() == 1, "feature.hessian_matrix_det", "sigma must be one number here");
    const Array sums = engine::integral_image(image.contiguous(), scaling_to_unit(image.dtype()));
    const Array out = core::empty_result(image.shape(), DType::float64, image.device());
    const BoxDeterminant f{sums.data_as<double>(), out.mutable_data_as<double>(), image.shape(0), image.shape(1),
                           static_cast<std::int64_t>(3 * o.sigma[0])};
    engine::each_span(image.shape(0), image.shape(1), f);
    return out;
  }
  core::check_plain<IndexError>(n > 0, "list index out of range");
  const std::vector<Array> h = opsin::feature::hessian_matrix(image, {.sigma = o.sigma});
  const Array out = core::empty_result(image.shape(), h[0].dtype(), image.device());
  with_real(out.dtype(), [&]<class C>(Tag<C>) {
    if (n == 2) {
      engine::pointwise<C, 3, 1>({out}, {h[0], h[1], h[2]}, Determinant2{});
    } else if (n == 3) {
      engine::pointwise<C, 6, 1>({out}, {h[0], h[1], h[2], h[3], h[4], h[5]}, Determinant3{});
    } else {
      Elimination<C> f{};
      for (std::size_t i = 0; i < h.size(); ++i) f.element[i] = h[i].template data_as<C>();
      f.out = out.mutable_data_as<C>();
      f.n = n;
      engine::each(out.size(), 1024, f);
    }
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, hessian_matrix_det, Array, const Array&, const opsin::feature::HessianMatrixDetOptions&)
