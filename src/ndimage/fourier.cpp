// SPDX-License-Identifier: Apache-2.0
// Each axis has a table of factors, made where it is used; a line of the spectrum is multiplied by the product of the
// other axes' factors and the table of the last one. An ellipsoid's factor is one of the distance: its tables hold
// squares, from which the factors of frequencies that are not negative are made, since the others' are the same.
#include <cmath>
#include <numbers>

#include "core/assign.h"
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "ndimage/result.h"
#include "opsin/ndimage_fourier.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::FourierOptions;

enum class Kind { gaussian, uniform, ellipsoid, shift };

struct Axes {
  std::int64_t size[max_ndim];
  std::int64_t start[max_ndim];  // of the axis' table
  int ndim;
};

/// Entries of all tables, one after the other; a shift's are pairs.
struct PutTables {
  Kind kind;
  Axes axes;
  double parameter[max_ndim];
  double length[max_ndim];  // before the transform
  int half;                 // the axis without negative frequencies, or -1
  double* table;

  HD void operator()(std::int64_t at) const {
    int d = axes.ndim - 1;
    while (at < axes.start[d]) --d;
    const std::int64_t i = at - axes.start[d];
    const auto k = static_cast<double>(d == half || i < (axes.size[d] + 1) / 2 ? i : i - axes.size[d]);
    const double pi = std::numbers::pi;
    const double per_index = pi * parameter[d] / length[d];
    if (kind == Kind::gaussian) {
      table[at] = ::exp(-2 * per_index * per_index * k * k);
    } else if (kind == Kind::uniform) {
      // SciPy's box of no or a negative side keeps the mean alone.
      const double x = per_index * (k < 0 ? -k : k);
      table[at] = k == 0 ? 1 : x > 0 ? ::sin(x) / x : x != x ? x : 0;
    } else if (kind == Kind::ellipsoid) {
      table[at] = per_index * k * per_index * k;
    } else {
      table[2 * at] = ::cos(2 * per_index * k);
      table[2 * at + 1] = -::sin(2 * per_index * k);
    }
  }
};

/// Where a line starts in the tables of the axes but the last: f(axis, entry).
template <class F>
HD void each_axis_of(const Axes& axes, std::int64_t line, const F& f) {
  int d = axes.ndim - 2;
  for (; d > 0; --d) {
    f(axes.start[d] + line % axes.size[d]);
    line /= axes.size[d];
  }
  if (d == 0) f(axes.start[0] + line);  // without a division: a plane has none
}

/// Of real or complex numbers, as `Numbers` says.
template <class C, int Numbers>
struct Multiply {
  const C* from;
  C* to;
  const double* table;
  Axes axes;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int last = axes.ndim - 1;
    double others = 1;
    each_axis_of(axes, line, [&](std::int64_t at) { others *= table[at]; });
    const double* factor = table + axes.start[last];
    const std::int64_t corner = line * axes.size[last];
    for (std::int64_t i = begin; i < end; ++i) {
      for (int n = 0; n < Numbers; ++n) {
        const std::int64_t at = (corner + i) * Numbers + n;
        to[at] = static_cast<C>(static_cast<double>(from[at]) * (others * factor[i]));
      }
    }
  }
};

/// The spectrum of a unit ball of one, two or three axes at this squared distance.
HD double ball(double squared, int ndim) {
  const double r = ::sqrt(squared);
  if (r == 0) return 1;
  if (ndim == 1) return ::sin(r) / r;
  if (ndim == 2) return 2 * ::j1(r) / r;
  return 3 * (::sin(r) - r * ::cos(r)) / (r * r * r);
}

/// Factors of the first entries of every axis: as many as differ.
struct PutBall {
  const double* table;
  Axes axes;
  std::int64_t kept[max_ndim];
  double* ball_at;

  PutBall(const double* squares, const Axes& all, int half) : table(squares), axes(all), kept{}, ball_at(nullptr) {
    for (int d = 0; d < axes.ndim; ++d) kept[d] = d == half ? axes.size[d] : axes.size[d] / 2 + 1;
  }
  std::int64_t count() const {
    std::int64_t n = 1;
    for (int d = 0; d < axes.ndim; ++d) n *= kept[d];
    return n;
  }
  HD void operator()(std::int64_t at) const {
    const int last = axes.ndim - 1;
    std::int64_t line = at / kept[last];
    double others = 0;
    for (int d = last - 1; d >= 0; --d) {
      others += table[axes.start[d] + line % kept[d]];
      line /= kept[d];
    }
    ball_at[at] = ball(others + table[axes.start[last] + at % kept[last]], axes.ndim);
  }
};

template <class C, int Numbers>
struct MultiplyByBall {
  const C* from;
  C* to;
  PutBall balls;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const Axes& axes = balls.axes;
    const int last = axes.ndim - 1;
    const std::int64_t size = axes.size[last], kept = balls.kept[last], corner = line * size;
    std::int64_t row = 0, step = 1;
    for (int d = last - 1; d >= 0; --d) {
      const std::int64_t i = d > 0 ? line % axes.size[d] : line;
      row += (i < balls.kept[d] ? i : axes.size[d] - i) * step;
      step *= balls.kept[d];
      if (d > 0) line /= axes.size[d];
    }
    const double* const factor = balls.ball_at + row * kept;
    for (std::int64_t i = begin; i < end; ++i) {
      for (int n = 0; n < Numbers; ++n) {
        const std::int64_t at = (corner + i) * Numbers + n;
        to[at] = static_cast<C>(static_cast<double>(from[at]) * factor[i < kept ? i : size - i]);
      }
    }
  }
};

/// From real or complex numbers of type T, as `Numbers` says.
template <class C, class T, int Numbers>
struct Rotate {
  const T* from;
  C* to;
  const double* table;
  Axes axes;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int last = axes.ndim - 1;
    double x = 1, y = 0;
    each_axis_of(axes, line, [&](std::int64_t at) {
      const double u = table[2 * at], v = table[2 * at + 1];
      const double next = x * u - y * v;
      y = x * v + y * u;
      x = next;
    });
    const double* factor = table + 2 * axes.start[last];
    const std::int64_t corner = line * axes.size[last];
    for (std::int64_t i = begin; i < end; ++i) {
      const double u = x * factor[2 * i] - y * factor[2 * i + 1];
      const double v = x * factor[2 * i + 1] + y * factor[2 * i];
      const auto a = static_cast<double>(from[Numbers * (corner + i)]);
      const double b = Numbers == 2 ? static_cast<double>(from[Numbers * (corner + i) + 1]) : 0.0;
      to[2 * (corner + i)] = static_cast<C>(a * u - b * v);
      to[2 * (corner + i) + 1] = static_cast<C>(a * v + b * u);
    }
  }
};

DType default_dtype(const Array& input, bool always_complex) {
  const DType t = input.dtype();
  if (is_complex(t)) return t;
  return always_complex ? DType::complex128 : t == DType::float32 ? t : DType::float64;
}

DType checked_dtype(const Array& input, const FourierOptions& o, bool always_complex) {
  const auto fits = [&](DType t) {
    return is_complex(t) || (!always_complex && (t == DType::float32 || t == DType::float64));
  };
  DType dtype = default_dtype(input, always_complex);
  if (const auto* t = std::get_if<DType>(&o.output)) {
    core::check_plain<RuntimeError>(fits(*t), "output type not supported");
    dtype = *t;
  } else if (const auto* a = std::get_if<Array>(&o.output)) {
    core::check_plain<RuntimeError>(a->shape() == input.shape(), "output shape not correct");
    core::check_plain<RuntimeError>(fits(a->dtype()), "data type not supported");
    dtype = a->dtype();
  }
  core::check_plain<RuntimeError>(is_complex(dtype) || !is_complex(input.dtype()), "data type not supported");
  core::check_plain<RuntimeError>(input.dtype() != DType::float16, "data type not supported");
  return dtype;
}

template <class C>
void multiply_by_ball(const Array& to, const Array& from, PutBall put) {
  const std::int64_t length = put.axes.size[put.axes.ndim - 1];
  const std::int64_t lines = to.size() / length;
  const Array balls = Array::empty({put.count()}, DType::float64, to.device());
  put.ball_at = balls.mutable_data_as<double>();
  engine::each(put.count(), 1 << 10, put);
  if (is_complex(to.dtype())) {
    engine::each_span(lines, length, MultiplyByBall<C, 2>{from.data_as<C>(), to.mutable_data_as<C>(), put});
  } else {
    engine::each_span(lines, length, MultiplyByBall<C, 1>{from.data_as<C>(), to.mutable_data_as<C>(), put});
  }
}

template <class C>
void multiply(Kind kind, const Array& to, const Array& from, const Array& table, const Axes& axes) {
  const std::int64_t length = axes.size[axes.ndim - 1];
  const std::int64_t lines = to.size() / length;
  C* q = to.mutable_data_as<C>();
  const double* t = table.data_as<double>();
  if (kind == Kind::shift && !is_complex(from.dtype())) {
    with_real(from.dtype(), [&]<class T>(Tag<T>) {
      engine::each_span(lines, length, Rotate<C, T, 1>{from.template data_as<T>(), q, t, axes});
    });
    return;
  }
  const C* p = from.data_as<C>();
  if (kind == Kind::shift) {
    engine::each_span(lines, length, Rotate<C, C, 2>{p, q, t, axes});
  } else if (is_complex(to.dtype())) {
    engine::each_span(lines, length, Multiply<C, 2>{p, q, t, axes});
  } else {
    engine::each_span(lines, length, Multiply<C, 1>{p, q, t, axes});
  }
}

Array filtered(Kind kind, const Array& input, const std::vector<double>& parameters, const FourierOptions& o) {
  core::check_plain<NotImplementedError>(kind != Kind::ellipsoid || input.ndim() <= 3,
                                         "Only 1d, 2d and 3d inputs are supported");
  const DType dtype = checked_dtype(input, o, kind == Kind::shift);
  const int axis = core::normalize_axis("ndimage.fourier", o.axis, input.ndim());
  core::check_plain<RuntimeError>(parameters.size() == 1 || parameters.size() == static_cast<std::size_t>(input.ndim()),
                                  "sequence argument must have length equal to input rank");
  const auto* wanted = std::get_if<Array>(&o.output);
  const core::Output out(wanted ? std::optional(*wanted) : std::nullopt, input.shape(), dtype, input.device(),
                         {&input});
  if (input.size() == 0) return out.finish();
  PutTables put{kind, {}, {}, {}, o.n >= 0 ? axis : -1, nullptr};
  put.axes.ndim = input.ndim();
  std::int64_t entries = 0;
  for (int d = 0; d < input.ndim(); ++d) {
    put.axes.size[d] = input.shape(d);
    put.axes.start[d] = entries;
    put.parameter[d] = parameters[parameters.size() == 1 ? 0 : static_cast<std::size_t>(d)];
    put.length[d] = static_cast<double>(d == put.half ? o.n : input.shape(d));
    entries += input.shape(d);
  }
  const Array table = Array::empty({2 * entries}, DType::float64, input.device());
  put.table = table.mutable_data_as<double>();
  engine::each(entries, 1 << 10, put);
  Array from = input.contiguous();
  const bool as_it_is = kind == Kind::shift && (input.dtype() == DType::float32 || input.dtype() == DType::float64);
  if (input.dtype() != dtype && !as_it_is) {
    opsin::memory::assign(out.array(), input);
    from = out.array();
  }
  with_real(real_of(dtype), [&]<class C>(Tag<C>) {
    if (kind == Kind::ellipsoid) {
      multiply_by_ball<C>(out.array(), from, PutBall(put.table, put.axes, put.half));
    } else {
      multiply<C>(kind, out.array(), from, table, put.axes);
    }
  });
  return out.finish();
}

}  // namespace

Array fourier_gaussian(const Array& input, const std::vector<double>& sigma, const FourierOptions& o) {
  return filtered(Kind::gaussian, input, sigma, o);
}

Array fourier_uniform(const Array& input, const std::vector<double>& size, const FourierOptions& o) {
  return filtered(Kind::uniform, input, size, o);
}

Array fourier_ellipsoid(const Array& input, const std::vector<double>& size, const FourierOptions& o) {
  return filtered(Kind::ellipsoid, input, size, o);
}

Array fourier_shift(const Array& input, const std::vector<double>& shift, const FourierOptions& o) {
  return filtered(Kind::shift, input, shift, o);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, fourier_gaussian, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::FourierOptions&)
OPSIN_EXPORT(ndimage, fourier_uniform, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::FourierOptions&)
OPSIN_EXPORT(ndimage, fourier_ellipsoid, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::FourierOptions&)
OPSIN_EXPORT(ndimage, fourier_shift, Array, const Array&, const std::vector<double>&,
             const opsin::ndimage::FourierOptions&)
