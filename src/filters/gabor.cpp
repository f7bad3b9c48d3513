// SPDX-License-Identifier: Apache-2.0
// A round Gaussian is a product over the axes, and so is the complex harmonic: the kernel's real and imaginary part are
// each the sum of two products of 1-D filters, which are four folds of the image in one pass. Unrotated Gaussians are
// products too. All other kernels are correlated as they are.
#include <algorithm>
#include <cfloat>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/correlate.h"
#include "engine/pointwise.h"
#include "engine/smooth.h"
#include "filters/gabor_kernel.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// SciPy's cast of a sum to bool is C's cast to a byte: what truncates to zero is false.
struct TowardZero {
  template <class V>
  HD static V cut(V x) {
    const V zero = broadcast<V>(Element<V>(0));
    return pick(abs(x) < broadcast<V>(Element<V>(1)), zero, x);
  }
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = cut(in[0]);
  }
};

/// From the folds (cos, cos), (sin, cos), (cos, sin), (sin, sin) along (y, x).
struct Combine {
  bool to_bool;
  template <class V>
  HD void operator()(const V (&in)[4], V (&out)[2]) const {
    out[0] = in[0] - in[3];
    out[1] = in[1] + in[2];
    if (to_bool) {
      out[0] = TowardZero::cut(out[0]);
      out[1] = TowardZero::cut(out[1]);
    }
  }
};

/// The same where the harmonic does not change along y: (1, cos), (1, sin).
struct Pair {
  bool to_bool;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[2]) const {
    out[0] = to_bool ? TowardZero::cut(in[0]) : in[0];
    out[1] = to_bool ? TowardZero::cut(in[1]) : in[1];
  }
};

/// One axis' factor of the kernel: real part and imaginary part, as correlation weights.
struct Factor {
  opsin::engine::Taps re, im;
};

/// gaussian(i) e^(i (step i + phase)) for i in -reach ... reach.
Factor factor(int reach, double sigma, double step, double phase, double scale) {
  std::vector<double> re, im;
  for (int i = reach; i >= -reach; --i) {  // Convolution turns the kernel round.
    const double envelope = scale * std::exp(-0.5 * (static_cast<double>(i) * i) / (sigma * sigma));
    re.push_back(envelope * std::cos(step * i + phase));
    im.push_back(envelope * std::sin(step * i + phase));
  }
  return {opsin::engine::correlation_taps(std::move(re)), opsin::engine::correlation_taps(std::move(im))};
}

template <class C>
void separable_gabor(const std::vector<Array>& out, const Array& image, const GaborShape& s, double sigma_x,
                     double sigma_y, Border mode) {
  const double step = 2 * std::numbers::pi * s.frequency;
  const Factor x = factor(s.x0, sigma_x, step * s.cos_theta, s.offset, s.amplitude());
  const Factor y = factor(s.y0, sigma_y, step * s.sin_theta, 0, 1);
  const engine::Geometry g{1, image.shape(0), image.shape(1), 1};
  const std::array<engine::Plane, 2> outputs{engine::plane_of(out[0]), engine::plane_of(out[1])};
  const bool to_bool = image.dtype() == DType::boolean;
  if (s.sin_theta == 0) {
    engine::run_bank<C, 2, 2>(
        engine::Bank<2, 2>{g, {engine::plane_of(image)}, {{{0, y.re, x.re}, {0, y.re, x.im}}}, {mode, mode, 0}, outputs},
        Pair{to_bool});
  } else {
    // Filters with the same x taps follow each other: their fold along x is done once.
    engine::run_bank<C, 4, 2>(
        engine::Bank<4, 2>{g,
                           {engine::plane_of(image)},
                           {{{0, y.re, x.re}, {0, y.im, x.re}, {0, y.re, x.im}, {0, y.im, x.im}}},
                           {mode, mode, 0},
                           outputs},
        Combine{to_bool});
  }
}

template <class C>
void direct_gabor(const std::vector<Array>& out, const Array& image, const GaborShape& s, Border mode, double cval) {
  std::vector<engine::KernelElement> kernel[2];
  for (int y = -s.y0; y <= s.y0; ++y) {
    for (int x = -s.x0; x <= s.x0; ++x) {
      std::complex<double> g = s.at(-y, -x);
      if constexpr (std::is_same_v<C, float>) g = std::complex<float>(g);
      g *= s.amplitude();
      const double parts[2] = {g.real(), g.imag()};
      for (int k = 0; k < 2; ++k) {
        if (std::fabs(parts[k]) > DBL_EPSILON) kernel[k].push_back({{y, x}, parts[k]});
      }
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    if (image.dtype() != DType::boolean) {
      engine::correlate<C>(out[k], image, std::move(kernel[k]), mode, cval);
      continue;
    }
    const Array sums = Array::empty(image.shape(), dtype_of<C>, image.device());
    engine::correlate<C>(sums, image, std::move(kernel[k]), mode, cval);
    engine::pointwise<C, 1, 1>({out[k]}, {sums}, TowardZero{});
  }
}

/// Real images.
std::vector<Array> respond(const Array& image, const GaborShape& s, Border mode, double cval) {
  const DType dtype = image.dtype() == DType::float16 ? DType::float32 : image.dtype();
  const std::vector<Array> out{core::empty_result(image.shape(), dtype, image.device()),
                               core::empty_result(image.shape(), dtype, image.device())};
  // Quarter turns exchange the axes; their sine or cosine is not quite zero in floating point.
  constexpr double tiny = 1e-15;
  const bool round = s.sigma_x == s.sigma_y;
  const bool upright = std::fabs(s.sin_theta) < tiny;
  const bool turned = std::fabs(s.cos_theta) < tiny;
  // Beyond the edges the two folds see a constant once, the 2-D sum sees it throughout.
  const bool edges_agree = mode != Border::constant || cval == 0;
  with_real(dtype == DType::float32 ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    if (edges_agree && (round || upright || turned)) {
      separable_gabor<C>(out, image, s, turned ? s.sigma_y : s.sigma_x, turned ? s.sigma_x : s.sigma_y, mode);
    } else {
      direct_gabor<C>(out, image, s, mode, cval);
    }
  });
  return out;
}

}  // namespace

std::vector<Array> gabor(const Array& image, double frequency, const opsin::filters::GaborOptions& o) {
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
  const GaborShape s = gabor_shape(frequency, o);
  const Array in = image.contiguous();
  if (!is_complex(in.dtype())) return respond(in, s, o.mode, o.cval);
  // The filter is linear: real and imaginary part one after another. Beyond the edges the constant is real.
  std::vector<Array> out;
  for (int k = 0; k < 2; ++k) out.push_back(core::empty_result(in.shape(), in.dtype(), in.device()));
  for (int part = 0; part < 2; ++part) {
    const Array one = in.view_real().slice(2, part, 1).contiguous().reshape(in.shape());
    const std::vector<Array> responses = respond(one, s, o.mode, part == 0 ? o.cval : 0);
    for (std::size_t k = 0; k < 2; ++k) {
      Extents shape = in.shape();
      shape.push_back(1);
      memory::assign(out[k].view_real().slice(2, part, 1), responses[k].reshape(shape));
    }
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, gabor, std::vector<Array>, const Array&, double, const opsin::filters::GaborOptions&)
