// SPDX-License-Identifier: Apache-2.0
#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/beta.h"
#include "engine/each.h"
#include "engine/pointwise.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

/// The nearest whole number, and whether it is not near.
struct Whole {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1], V& report) const {
    out[0] = rint(in[0]);
    const V off = pick(abs(in[0] - out[0]) <= broadcast<V>(1e-3), broadcast<V>(0), broadcast<V>(1));
    report = max(report, off);
  }
};

/// t with P(F >= t) = tail for Fisher's F with `degrees` and `degrees`.
double f_quantile(double tail, double degrees) {
  if (!(tail >= 0 && tail <= 1 && degrees > 0)) return NAN;
  if (tail > 0.5) return 1 / f_quantile(1 - tail, degrees);
  double low = 0, high = 1;
  for (int step = 0; step < 200; ++step) {
    const double middle = (low + high) / 2;
    (engine::symmetric_beta_tail(degrees / 2, middle) > tail ? low : high) = middle;
  }
  return (1 + low) / (1 - low);
}

/// Moments of the gradient in a window about a corner.
struct Normal {
  double xx = 0, xy = 0, yy = 0;                                      // sums of products
  double xx_x = 0, xx_y = 0, xy_x = 0, xy_y = 0, yy_x = 0, yy_y = 0;  // times coordinates
};

template <class C>
struct Subpixel {
  const C* image;
  std::int64_t rows, columns;
  const std::int64_t* corners;
  C* out;
  int reach;
  double dot_limit, edge_limit;

  /// The image in a frame of zeros.
  HD C pixel(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < rows && x >= 0 && x < columns ? image[y * columns + x] : C(0);
  }

  /// What of [-reach, reach] about `middle` lies on an axis of n pixels or next to it. One more step is taken for the
  /// zeros that follow for ever: they make NaN of infinite places.
  struct Part {
    int first, last;
    HD Part(std::int64_t middle, std::int64_t n, int reach) {
      constexpr std::int64_t far = std::int64_t{1} << 62;
      const std::int64_t centre = middle < -far ? -far : middle > far ? far : middle;
      const std::int64_t before = -2 - centre, behind = n + 1 - centre;
      first = static_cast<int>(before > -reach ? before < reach ? before : reach + 1 : -reach);
      last = static_cast<int>(behind < reach ? behind > -reach ? behind : -reach - 1 : reach);
    }
  };

  template <class F>
  HD void over_window(std::int64_t y0, std::int64_t x0, const F& f) const {
    const Part down_part(y0, rows, reach), across_part(x0, columns, reach);
    for (int y = down_part.first; y <= down_part.last; ++y) {
      for (int x = across_part.first; x <= across_part.last; ++x) {
        const auto at = [&](int dy, int dx) { return pixel(y0 + y + dy, x0 + x + dx); };
        const C down = C(2) * (at(1, 0) - at(-1, 0)) + ((at(1, -1) - at(-1, -1)) + (at(1, 1) - at(-1, 1)));
        const C across = C(2) * (at(0, 1) - at(0, -1)) + ((at(-1, 1) - at(-1, -1)) + (at(1, 1) - at(1, -1)));
        f(y, x, static_cast<double>(across * across), static_cast<double>(across * down),
          static_cast<double>(down * down));
      }
    }
  }

  /// Solves [[a, b], [b, d]] s = r in the image's precision, as LAPACK does: with a pivot. False when it is singular.
  HD static bool solve(C a, C b, C d, C r0, C r1, double (&s)[2]) {
    C first[3] = {a, b, r0}, second[3] = {b, d, r1};
    const bool swap = abs(b) > abs(a);
    const C* top = swap ? second : first;
    const C* bottom = swap ? first : second;
    if (top[0] == C(0)) return false;
    const C factor = bottom[0] / top[0];
    const C pivot = bottom[1] - factor * top[1];
    if (pivot == C(0)) return false;
    const C last = (bottom[2] - factor * top[2]) / pivot;
    s[1] = static_cast<double>(last);
    s[0] = static_cast<double>((top[2] - top[1] * last) / top[0]);
    return true;
  }

  HD void operator()(std::int64_t i) const {
    const std::int64_t y0 = corners[2 * i], x0 = corners[2 * i + 1];
    Normal n;
    over_window(y0, x0, [&](int y, int x, double xx, double xy, double yy) {
      n.xx += xx, n.xy += xy, n.yy += yy;
      n.xx_x += xx * x, n.xx_y += xx * y;
      n.xy_x += xy * x, n.xy_y += xy * y;
      n.yy_x += yy * x, n.yy_y += yy * y;
    });
    const C xx = static_cast<C>(n.xx), xy = static_cast<C>(n.xy), yy = static_cast<C>(n.yy);
    double dot[2], edge[2];
    out[2 * i] = out[2 * i + 1] = static_cast<C>(NAN);
    if (!solve(xx, -xy, yy, static_cast<C>(n.xx_y - n.xy_x), static_cast<C>(n.yy_x - n.xy_y), dot)) return;
    if (!solve(yy, xy, xx, static_cast<C>(n.yy_y + n.xy_x), static_cast<C>(n.xx_x + n.xy_y), edge)) return;
    double dot_variance = 0, edge_variance = 0;
    over_window(y0, x0, [&](int y, int x, double gxx, double gxy, double gyy) {
      const double dot_y = y - dot[0], dot_x = x - dot[1], edge_y = y - edge[0], edge_x = x - edge[1];
      dot_variance += gxx * dot_y * dot_y - 2 * gxy * dot_x * dot_y + gyy * dot_x * dot_x;
      edge_variance += gyy * edge_y * edge_y + 2 * gxy * edge_x * edge_y + gxx * edge_x * edge_x;
    });
    constexpr double spacing = 2.220446049250313e-16;
    if (dot_variance < spacing && edge_variance < spacing) return;
    const double ratio = dot_variance == 0 ? INFINITY : edge_variance / dot_variance;
    const bool is_edge = ratio<edge_limit, is_dot = ratio> dot_limit;
    if (is_edge == is_dot) return;
    const double* found = is_edge ? edge : dot;
    out[2 * i] = static_cast<C>(static_cast<double>(y0) + found[0]);
    out[2 * i + 1] = static_cast<C>(static_cast<double>(x0) + found[1]);
  }
};

}  // namespace

Array corner_subpix(const Array& given, const Array& corners, const opsin::feature::CornerSubpixOptions& o) {
  const DType dtype = float_result(given.dtype());
  core::check(o.window_size >= 1, "feature.corner_subpix", "window_size must be >= 1, got ", o.window_size);
  core::check_plain(corners.ndim() == 2 && corners.shape(1) == 2, "corners must be rows of (row, column), got shape ",
                    corners.shape());
  const std::int64_t count = corners.shape(0);
  const Array out = core::empty_result({count, 2}, dtype, given.device());
  if (count == 0) return out;
  core::check_plain(given.ndim() == 2, "too many values to unpack (expected 2)");
  const Array places = Array::empty({count, 2}, DType::int64, given.device());
  const int level = is_floating(corners.dtype()) ? engine::pointwise<double, 1, 1>({places}, {corners}, Whole{}) : 0;
  core::check_plain(level == 0, "Integer argument required but received fractions, check inputs.");
  if (!is_floating(corners.dtype())) memory::assign(places, corners);
  const double degrees = static_cast<double>(o.window_size) * o.window_size - 2;
  const double dot_limit = f_quantile(1 - o.alpha, degrees), edge_limit = f_quantile(o.alpha, degrees);
  with_real(dtype, [&]<class C>(Tag<C>) {
    const Array image = given.dtype() == dtype ? given.contiguous() : given.astype(dtype);
    engine::each(count, 8,
                 Subpixel<C>{image.data_as<C>(), image.shape(0), image.shape(1), places.data_as<std::int64_t>(),
                             out.mutable_data_as<C>(), (o.window_size - 1) / 2, dot_limit, edge_limit});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_subpix, Array, const Array&, const Array&, const opsin::feature::CornerSubpixOptions&)
