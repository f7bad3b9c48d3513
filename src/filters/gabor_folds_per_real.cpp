// SPDX-License-Identifier: Apache-2.0
// A round Gaussian is a product over the axes, and so is the complex harmonic: the kernel's real and imaginary part are
// each the sum of two products of 1-D filters, which are four folds of the image in one pass. Unrotated Gaussians are
// products too.
#include "filters/gabor_folds.h"

#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

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

}  // namespace

template <class C>
void run_gabor_folds(const std::vector<Array>& out, const Array& image, const GaborShape& s, double sigma_x,
                     double sigma_y, Border mode) {
  const double step = 2 * std::numbers::pi * s.frequency;
  const Factor x = factor(s.x0, sigma_x, step * s.cos_theta, s.offset, s.amplitude());
  const Factor y = factor(s.y0, sigma_y, step * s.sin_theta, 0, 1);
  const engine::Geometry g{1, image.shape(0), image.shape(1), 1};
  const std::array<engine::Plane, 2> outputs{engine::plane_of(out[0]), engine::plane_of(out[1])};
  const bool to_bool = image.dtype() == DType::boolean;
  if (s.sin_theta == 0) {
    run_gabor_pair<C>(
        engine::Bank<2, 2>{
            g, {engine::plane_of(image)}, {{{0, y.re, x.re}, {0, y.re, x.im}}}, {mode, mode, 0}, outputs},
        to_bool);
  } else {
    // Filters with the same x taps follow each other: their fold along x is done once.
    engine::run_bank<C, 4, 2>(engine::Bank<4, 2>{g,
                                                 {engine::plane_of(image)},
                                                 {{{0, y.re, x.re}, {0, y.im, x.re}, {0, y.re, x.im}, {0, y.im, x.im}}},
                                                 {mode, mode, 0},
                                                 outputs},
                              Combine{to_bool});
  }
}

template void run_gabor_folds<OPSIN_REAL>(const std::vector<Array>&, const Array&, const GaborShape&, double, double,
                                          Border);

}  // namespace opsin::OPSIN_TARGET::filters
