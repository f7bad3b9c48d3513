// SPDX-License-Identifier: Apache-2.0
// The gain is made where it is used: a table of it would be as large as the spectrum.
#include <cmath>

#include "core/assign.h"
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/fft.h"
#include "opsin/filters_frequency.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::ButterworthOptions;

/// The filter's value over the axes of a spectrum; one that is not transformed has no frequency.
struct Response {
  std::int64_t size[max_ndim];   // of the spectrum
  std::int64_t whole[max_ndim];  // of the image
  double per_index[max_ndim];    // frequency over the cutoff, per index; 0 where nothing is transformed
  int ndim;
  double order;
  bool high_pass, root;
  double scale;

  /// Index i of an axis as a squared frequency.
  HD double squared(int axis, std::int64_t i) const {
    const auto k = static_cast<int>(i > (whole[axis] - 1) / 2 ? i - whole[axis] : i);
    const double f = k * per_index[axis];
    return f * f;
  }
};

/// Multiplies lines of complex numbers along the last axis. `Order`: the filter's order where it is a small whole
/// number, else 0.
template <class C, int Order>
struct ApplyResponse {
  C* spectrum;
  Response r;

  HD C power(C q) const {
    if constexpr (Order == 0) {
      return ::pow(q, static_cast<C>(r.order));
    } else {
      C p = q;
      for (int i = 1; i < Order; ++i) p *= q;
      return p;
    }
  }
  HD C gain(double squared) const {
    const C q = power(static_cast<C>(squared));
    C g = C(1) / (C(1) + q);
    if (r.high_pass) g *= q;
    if (r.root) g = sqrt(g);
    return g * static_cast<C>(r.scale);
  }
  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int last = r.ndim - 1;
    double others = 0;
    std::int64_t rest = line;
    for (int d = last - 1; d >= 0; --d) {
      others += r.squared(d, rest % r.size[d]);
      rest /= r.size[d];
    }
    C* p = spectrum + 2 * line * r.size[last];
    for (std::int64_t i = begin; i < end; ++i) {
      const C g = gain(others + r.squared(last, i));
      p[2 * i] *= g;
      p[2 * i + 1] *= g;
    }
  }
};

template <class C>
void apply(const Array& spectrum, const Response& r) {
  C* p = spectrum.mutable_data_as<C>();
  const std::int64_t length = spectrum.shape(spectrum.ndim() - 1);
  const std::int64_t lines = spectrum.size() / length;
  const auto with = [&]<int Order>() { engine::each_span(lines, length, ApplyResponse<C, Order>{p, r}); };
  if (r.order == 1) return with.template operator()<1>();
  if (r.order == 2) return with.template operator()<2>();
  if (r.order == 3) return with.template operator()<3>();
  if (r.order == 4) return with.template operator()<4>();
  with.template operator()<0>();
}

/// An image whose edges are drawn out: element by element, real or complex as `Numbers` per element say.
template <class C, int Numbers>
struct DrawOut {
  const C* from;
  C* to;
  std::int64_t size[max_ndim];  // of the wider image
  std::int64_t inner[max_ndim];
  std::int64_t before[max_ndim];
  int ndim;

  HD std::int64_t place(int d, std::int64_t i) const {
    const std::int64_t at = i - before[d];
    return at < 0 ? 0 : at < inner[d] ? at : inner[d] - 1;
  }
  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int last = ndim - 1;
    std::int64_t row = 0, step = 1, rest = line;
    for (int d = last - 1; d >= 0; --d) {
      row += step * place(d, rest % size[d]);
      step *= inner[d];
      rest /= size[d];
    }
    for (std::int64_t i = begin; i < end; ++i) {
      for (int n = 0; n < Numbers; ++n) {
        to[(line * size[last] + i) * Numbers + n] = from[(row * inner[last] + place(last, i)) * Numbers + n];
      }
    }
  }
};

Array drawn_out(const Array& image, const std::vector<int>& axes, std::int64_t npad) {
  Extents shape = image.shape();
  for (const int axis : axes) shape[axis] += 2 * npad;
  const Array wide = Array::empty(shape, image.dtype(), image.device());
  with_real(real_of(image.dtype()), [&]<class C>(Tag<C>) {
    const auto run = [&]<int Numbers>() {
      DrawOut<C, Numbers> f{image.data_as<C>(), wide.mutable_data_as<C>(), {}, {}, {}, image.ndim()};
      for (int d = 0; d < image.ndim(); ++d) {
        f.size[d] = shape[d];
        f.inner[d] = image.shape(d);
        f.before[d] = (shape[d] - image.shape(d)) / 2;
      }
      engine::each_span(wide.size() / shape[shape.size() - 1], shape[shape.size() - 1], f);
    };
    if (is_complex(image.dtype())) {
      run.template operator()<2>();
    } else {
      run.template operator()<1>();
    }
  });
  return wide;
}

Response response_of(const Extents& whole, const Extents& size, const std::vector<int>& axes,
                     const ButterworthOptions& o) {
  Response r{};
  r.ndim = whole.size();
  r.order = o.order;
  r.high_pass = o.high_pass;
  r.root = !o.squared_butterworth;
  r.scale = 1;
  for (int d = 0; d < r.ndim; ++d) {
    r.size[d] = size[d];
    r.whole[d] = whole[d];
  }
  for (const int axis : axes) {
    // A cutoff of 0 divides by zero, as in scikit-image: the result is NaN.
    r.per_index[axis] = 1 / (static_cast<double>(whole[axis]) * o.cutoff_frequency_ratio);
    r.scale /= static_cast<double>(whole[axis]);
  }
  return r;
}

}  // namespace

Array butterworth(const Array& given, const ButterworthOptions& o) {
  core::check_plain(o.npad >= 0, "npad must be >= 0");
  std::vector<int> axes;
  int channel = -1;
  if (o.channel_axis) channel = core::normalize_axis("filters.butterworth", *o.channel_axis, given.ndim());
  for (int d = 0; d < given.ndim(); ++d) {
    if (d != channel) axes.push_back(d);
  }
  const DType dtype = float_result(given.dtype(), true);
  core::check_plain(!(o.cutoff_frequency_ratio < 0 || o.cutoff_frequency_ratio > 0.5),
                    "cutoff_frequency_ratio should be in the range [0, 0.5]");
  core::check(!axes.empty(), "filters.butterworth", "the image has no axis to transform");
  for (const int axis : axes) {
    core::check_plain(given.shape(axis) > 0, "invalid number of data points (0) specified");
  }
  const Array result = core::empty_result(given.shape(), dtype, given.device());
  if (given.size() == 0) return result;
  Array image = given.dtype() == dtype ? given.contiguous() : given.astype(dtype);
  if (o.npad > 0) image = drawn_out(image, axes, o.npad);
  const Extents& whole = image.shape();
  Array filtered = o.npad > 0 ? Array() : result;
  if (is_complex(dtype)) {
    // Its own copy, which the transform goes back into.
    if (!filtered.defined()) filtered = image;
    if (filtered.data() != image.data()) opsin::memory::assign(filtered, image);
    engine::fft(filtered, axes, engine::FftDirection::forward);
    with_real(real_of(dtype), [&]<class C>(Tag<C>) { apply<C>(filtered, response_of(whole, whole, axes, o)); });
    engine::fft(filtered, axes, engine::FftDirection::inverse);
  } else {
    Extents size = whole;
    size[axes.back()] = size[axes.back()] / 2 + 1;
    const Array spectrum = Array::empty(size, complex_of(dtype), given.device());
    engine::real_fft(spectrum, image, axes);
    with_real(dtype, [&]<class C>(Tag<C>) { apply<C>(spectrum, response_of(whole, size, axes, o)); });
    if (!filtered.defined()) filtered = image;
    engine::inverse_real_fft(filtered, spectrum, axes);
  }
  if (o.npad > 0) {
    for (const int axis : axes) filtered = filtered.slice(axis, o.npad, given.shape(axis));
    opsin::memory::assign(result, filtered);
  }
  return result;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, butterworth, Array, const Array&, const opsin::filters::ButterworthOptions&)
