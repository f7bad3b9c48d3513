// SPDX-License-Identifier: Apache-2.0
// Both images are extended by zeros to where the convolution does not wrap into what is returned: a quarter of what is
// transformed is the image. Real images and responses have half a spectrum.
#include <cmath>
#include <limits>

#include "core/assign.h"
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/fft.h"
#include "engine/smooth_length.h"
#include "opsin/filters_lpi.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

enum class Way { forward, inverse, wiener };

struct Transfer {
  Way way = Way::forward;
  double max_gain = 0;
  double noise = 0;
  const double* spectrum = nullptr;  // of the noise; its strides in elements, 0 where it has one for all
  std::int64_t row_stride = 0, column_stride = 0;
  bool wide = false;  // computed in double whatever the image
};

/// Multiplies a line of the image's spectrum by what the response's makes of it.
template <class C>
struct Filter {
  C* image;
  const C* response;
  std::int64_t width;
  C scale;
  Transfer t;

  /// (x, y) becomes the gain at this frequency.
  HD void gain(C& x, C& y, std::int64_t line, std::int64_t i) const {
    if (t.way == Way::forward) return;
    constexpr C least = std::numeric_limits<C>::epsilon();
    C size = sqrt(x * x + y * y);
    if (size < least && size > C(0)) {
      x *= least / size;
      y *= least / size;
      size = least;
    }
    // 1 / 0 is NaN, as in NumPy.
    const C power = x * x + y * y;
    C re = x / power, im = -y / power;
    if (t.way == Way::inverse) {
      const C inverse = sqrt(re * re + im * im);
      if (inverse > static_cast<C>(t.max_gain)) {
        re = re / inverse * static_cast<C>(t.max_gain);
        im = im / inverse * static_cast<C>(t.max_gain);
      }
    } else {
      const double noise = t.spectrum ? t.spectrum[line * t.row_stride + i * t.column_stride] : t.noise;
      const C part = power / (power + static_cast<C>(noise));
      re *= part;
      im *= part;
    }
    x = re;
    y = im;
  }
  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = 2 * (line * width + i);
      C x = response[at], y = response[at + 1];
      gain(x, y, line, i);
      const C a = image[at] * scale, b = image[at + 1] * scale;
      image[at] = a * x - b * y;
      image[at + 1] = a * y + b * x;
    }
  }
};

/// The absolute values in the centre of a transform's result, of real or complex numbers as `Numbers` says.
template <class C, int Numbers>
struct Centre {
  const C* from;
  C* to;
  std::int64_t width, whole_height, whole_width;
  std::int64_t row, column;  // of the first element; beyond the end it goes on at the start

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const C* p = from + (line + row) % whole_height * whole_width * Numbers;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t at = (i + column) % whole_width * Numbers;
      if constexpr (Numbers == 1) {
        to[line * width + i] = abs(p[at]);
      } else {
        to[line * width + i] = sqrt(p[at] * p[at] + p[at + 1] * p[at + 1]);
      }
    }
  }
};

/// The row and the column of every position of a line.
template <class C>
struct Positions {
  C *rows, *columns;
  std::int64_t width;
  double top, left;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t i = begin; i < end; ++i) {
      rows[line * width + i] = static_cast<C>(top + static_cast<double>(line));
      columns[line * width + i] = static_cast<C>(left + static_cast<double>(i));
    }
  }
};

Array extended(const Array& image, const Extents& shape, DType dtype) {
  const Array whole = Array::zeros(shape, dtype, image.device());
  opsin::memory::assign(whole.slice(0, 0, image.shape(0)).slice(1, 0, image.shape(1)), image);
  return whole;
}

void check_image(const Array& data) {
  core::check_plain(data.size() > 0, "The parameter `data` cannot be an empty array");
  core::check_plain(data.ndim() == 2, "The parameter `data` must be a 2-dimensional array");
}

template <class C>
Array filtered(const Array& data, const Array& response, const Extents& whole, bool use_complex, const Transfer& t) {
  const DType real = dtype_of<C>;
  const std::vector<int> axes{0, 1};
  const double elements = static_cast<double>(whole.product());
  // Inverses come out around the centre of the response, at the first element.
  const auto first = [&](int axis) {
    const std::int64_t start = (2 * data.shape(axis) - 1 - data.shape(axis)) / 2;
    return t.way == Way::forward ? start : start + whole[axis] / 2;
  };
  const Array result = core::empty_result(data.shape(), real, data.device());
  const auto run = [&]<int Numbers>(const Array& image, const Array& factor, const auto& back) {
    const std::int64_t width = image.shape(1);
    engine::each_span(image.shape(0), width,
                      Filter<C>{image.template mutable_data_as<C>(), factor.template data_as<C>(), width,
                                static_cast<C>(1 / elements), t});
    const Array made = back(image);
    engine::each_span(data.shape(0), data.shape(1),
                      Centre<C, Numbers>{made.template data_as<C>(), result.template mutable_data_as<C>(),
                                         data.shape(1), whole[0], whole[1], first(0), first(1)});
  };
  if (use_complex) {
    const auto spectrum_of = [&](const Array& image) {
      const Array spectrum = extended(image, whole, complex_of(real));
      engine::fft(spectrum, axes, engine::FftDirection::forward);
      return spectrum;
    };
    const Array factor = spectrum_of(response);
    run.template operator()<2>(spectrum_of(data), factor, [&](const Array& image) {
      engine::fft(image, axes, engine::FftDirection::inverse);
      return image;
    });
    return result;
  }
  const auto spectrum_of = [&](const Array& image) {
    const Array spectrum = Array::empty({whole[0], whole[1] / 2 + 1}, complex_of(real), image.device());
    engine::real_fft(spectrum, extended(image, whole, real), axes);
    return spectrum;
  };
  const Array factor = spectrum_of(response);
  run.template operator()<1>(spectrum_of(data), factor, [&](const Array& image) {
    const Array made = Array::empty(whole, real, image.device());
    engine::inverse_real_fft(made, image, axes);
    return made;
  });
  return result;
}

Array run(const Array& data, const Array& response, bool use_complex, const Transfer& t) {
  check_image(data);
  const DType image_type = float_result(data.dtype());
  core::check(
      response.ndim() == 2 && response.shape(0) == (data.shape(0) | 1) && response.shape(1) == (data.shape(1) | 1),
      "filters", "an impulse response of shape ", Extents{data.shape(0) | 1, data.shape(1) | 1}, " is needed, not of ",
      response.shape());
  const DType response_type = float_result(real_of(response.dtype()));
  const bool single = image_type == DType::float32 && response_type == DType::float32 && !t.wide;
  Extents whole{2 * data.shape(0) - 1, 2 * data.shape(1) - 1};
  // Any length from there on gives the same convolution; but on tiny images what wraps shows, and has to wrap alike.
  if (t.way == Way::forward && data.shape(0) > 2 && data.shape(1) > 2) {
    whole = {opsin::engine::smooth_length(whole[0]), opsin::engine::smooth_length(whole[1])};
  }
  const bool complex = use_complex || is_complex(response.dtype());
  return single ? filtered<float>(data, response, whole, complex, t)
                : filtered<double>(data, response, whole, complex, t);
}

}  // namespace

Array filter_forward(const Array& data, const Array& response) { return run(data, response, false, {}); }

Array filter_inverse(const Array& data, const Array& response, const opsin::filters::FilterInverseOptions& o) {
  Transfer t;
  t.way = Way::inverse;
  t.max_gain = o.max_gain;
  return run(data, response, false, t);
}

Array wiener(const Array& data, const Array& response, const opsin::filters::WienerOptions& o) {
  Transfer t;
  t.way = Way::wiener;
  t.noise = o.K;
  Array spectrum;
  if (o.spectrum) {
    check_image(data);
    core::check(o.spectrum->device() == data.device(), "filters.wiener", "K lies on ", o.spectrum->device(),
                ", the image on ", data.device());
    core::check_plain(o.spectrum->ndim() == 2, "The parameter `K` must be a 2-dimensional array");
    core::check_plain(o.spectrum->size() > 0, "The parameter `K` cannot be an empty array");
    t.wide = float_result(o.spectrum->dtype()) == DType::float64;
    spectrum = o.spectrum->astype(DType::float64);
    for (int axis = 0; axis < 2; ++axis) {
      const std::int64_t n = spectrum.shape(axis);
      core::check(n == 1 || n == 2 * data.shape(axis) - 1, "filters.wiener",
                  "K does not fit the axes of the transform: shape ", spectrum.shape());
    }
    t.spectrum = spectrum.data_as<double>();
    t.row_stride = spectrum.shape(0) == 1 ? 0 : spectrum.shape(1);
    t.column_stride = spectrum.shape(1) == 1 ? 0 : 1;
  }
  // A spectrum of noise need not be that of a real image.
  return run(data, response, o.spectrum && spectrum.size() > 1, t);
}

opsin::filters::LpiPositions lpi_positions(const Array& data) {
  check_image(data);
  const DType dtype = float_result(data.dtype());
  const std::int64_t height = data.shape(0) | 1, width = data.shape(1) | 1;
  const Array rows = core::empty_result({height * width}, dtype, data.device());
  const Array columns = core::empty_result({height * width}, dtype, data.device());
  // An even axis starts one element later, so that both kinds have the response's centre in the middle.
  const double top = (data.shape(0) % 2 == 0 ? 1 : 0) - static_cast<double>(height - 1) / 2;
  const double left = (data.shape(1) % 2 == 0 ? 1 : 0) - static_cast<double>(width - 1) / 2;
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::each_span(
        height, width,
        Positions<C>{rows.template mutable_data_as<C>(), columns.template mutable_data_as<C>(), width, top, left});
  });
  return {rows, columns};
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, filter_forward, Array, const Array&, const Array&)
OPSIN_EXPORT(filters, filter_inverse, Array, const Array&, const Array&, const opsin::filters::FilterInverseOptions&)
OPSIN_EXPORT(filters, wiener, Array, const Array&, const Array&, const opsin::filters::WienerOptions&)
OPSIN_EXPORT(filters, lpi_positions, opsin::filters::LpiPositions, const Array&)
