// SPDX-License-Identifier: Apache-2.0
// Colour deconvolution: between an RGB image and the amounts of the stains that made it.
#include <cmath>
#include <vector>

#include "color/stages.h"
#include "core/target.h"
#include "opsin/color.h"

namespace opsin::OPSIN_TARGET::color {
namespace {

using opsin::color::ConversionOptions;
using opsin::color::Matrix;
using opsin::color::StainMatrix;

/// Three stains' columns of the matrix at a time.
constexpr int together = 3;

/// Absorption of light in the unit of the darkest that is told from black, and its shares of the stains.
template <class C>
struct Separate {
  Linear<C> shares;
  C dark = C(1e-6);
  Divisor<C> unit{C(std::log(1e-6))};

  explicit Separate(const Matrix& matrix) : shares(matrix) {}

  template <class V>
  HD void operator()(V (&c)[3]) const {
    for (int k = 0; k < 3; ++k) c[k] = divide(log(max_nan(c[k], broadcast<V>(dark))), unit);
    shares(c);
    const V zero = broadcast<V>(C(0));
    for (int k = 0; k < 3; ++k) c[k] = max_nan(c[k], zero);
  }
};

template <class C>
struct Combine {
  Linear<C> absorptions;

  explicit Combine(const Matrix& matrix) : absorptions(matrix) {}

  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V unit = broadcast<V>(C(std::log(1e-6)));
    for (int k = 0; k < 3; ++k) c[k] = c[k] * unit;
    absorptions(c);
    const V one = broadcast<V>(C(1));
    for (int k = 0; k < 3; ++k) {
      const V light = exp(c[k]);
      c[k] = pick(light > one, one, light);  // NaN stays
    }
  }
};

/// NumPy computes with the float64 matrix whatever the image is.
DType stain_dtype(const Array& image) {
  float_result(image.dtype());  // refuses complex images
  return float_result(DType::uint8);
}

/// Columns `first` and those after it as the rows that Linear takes; the last one again where there are no more.
Matrix columns(const StainMatrix& matrix, std::size_t first) {
  Matrix rows{};
  for (unsigned i = 0; i < together; ++i) {
    for (unsigned k = 0; k < 3; ++k) rows[i][k] = matrix.at(k, std::min(first + i, matrix.columns() - 1));
  }
  return rows;
}

template <template <class> class Step>
Array stain(std::string_view op, const Array& image, const StainMatrix& matrix, const ConversionOptions& o) {
  const int axis = core::normalize_axis(op, o.channel_axis, image.ndim());
  core::check_plain(image.shape(axis) == 3, "the input array must have size 3 along `channel_axis`, got ",
                    image.shape());
  core::check(matrix.columns() > 0, op, "conv_matrix must have three rows of one length, at least 1");
  Extents shape = image.shape();
  shape[axis] = static_cast<std::int64_t>(matrix.columns());
  const Array out = core::empty_result(shape, stain_dtype(image), image.device());
  const Scaling scaling = scaling_to_unit(image.dtype());
  using opsin::color::channel;
  with_real(out.dtype(), [&]<class C>(Tag<C>) {
    for (std::size_t first = 0; first < matrix.columns(); first += together) {
      const auto target = [&](std::size_t k) {
        return channel(out, axis, static_cast<std::int64_t>(std::min(first + k, matrix.columns() - 1)));
      };
      const Chain<Step<C>> chain{Step<C>(columns(matrix, first))};
      engine::pointwise<C, 3, 3>({target(0), target(1), target(2)},
                                 {channel(image, axis, 0), channel(image, axis, 1), channel(image, axis, 2)},
                                 Pixelwise<Chain<Step<C>>>{chain}, {scaling, scaling, scaling});
    }
  });
  return out;
}

}  // namespace

Array separate_stains(const Array& rgb, const StainMatrix& conv_matrix, const ConversionOptions& o) {
  return stain<Separate>("color.separate_stains", rgb, conv_matrix, o);
}

Array combine_stains(const Array& stains, const StainMatrix& conv_matrix, const ConversionOptions& o) {
  return stain<Combine>("color.combine_stains", stains, conv_matrix, o);
}

Array rgb2hed(const Array& rgb, const ConversionOptions& o) {
  return stain<Separate>("color.rgb2hed", rgb, opsin::color::hed_from_rgb, o);
}

Array hed2rgb(const Array& hed, const ConversionOptions& o) {
  return stain<Combine>("color.hed2rgb", hed, opsin::color::rgb_from_hed, o);
}

}  // namespace opsin::OPSIN_TARGET::color

OPSIN_EXPORT(color, separate_stains, Array, const Array&, const opsin::color::StainMatrix&,
             const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, combine_stains, Array, const Array&, const opsin::color::StainMatrix&,
             const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, rgb2hed, Array, const Array&, const opsin::color::ConversionOptions&)
OPSIN_EXPORT(color, hed2rgb, Array, const Array&, const opsin::color::ConversionOptions&)
